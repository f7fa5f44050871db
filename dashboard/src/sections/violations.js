// All violations, filtered, as far back as the reader wants; only rows near the window are drawn.
import { html, nothing } from 'lit-html';
import { explain } from '../data/api.js';
import { clearFilters, filters, isFiltered } from './filters.js';
import { fresh } from '../data/live-overlay.js';
import { panel } from '../ui/panel.js';
import { exportTool } from '../ui/export-tool.js';
import { foreign, member, momentTime, severity } from '../ui/widgets.js';
import { learnRules } from '../data/rule-names.js';
import { source } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { list } from './violations-list.js';
import { ACTION_WORDS, count, DETECTION_WORDS, duration, plural } from '../ui/words.js';
import { windowed } from '../ui/windowed.js';
import { isolated } from '../ui/foreign-text.js';

const AHEAD = 60; // rows before the end at which the next page is read
let scrollingOn = false; // once older rows were asked for, further ones follow by themselves

export function violationsPanel() {
  const first = source('violations');
  const news = first.data && list.of === first.path ? list.news(first.data) : 0;
  const waiting = list.rows.length > 0 && news > 0 && isScrolledAway();
  if (!waiting) list.take(first);
  const [any] = list.rows;
  if (any) learnRules([{ rule_hash: state.filters.rule_hash, rule_name: any.rule ?? any.reason }]);
  return panel({
    name: 'violations',
    title: 'All violations',
    width: 'wide-12',
    size: 'rows',
    note: first.data ? `${count(list.total)} ${isFiltered() ? 'fit' : 'on record'}` : '',
    tools: [filters(), exportTool('violations', 'violations')],
    source: first,
    body: () => [
      waiting ? pill(news, first) : nothing,
      list.page?.members_left_out ? leftOut() : nothing,
      list.rows.length > 0 ? [table(list.rows), foot()] : none(),
    ],
  });
}

/** True while the reader is inside the list: rows put on top would move what they read. */
function isScrolledAway() {
  const box = document.getElementById('violation-rows')?.getBoundingClientRect();
  return Boolean(box) && box.top < 0 && box.bottom > 0;
}

function pill(news, first) {
  const show = () => {
    list.take(first);
    changed();
    document.getElementById('violations').scrollIntoView();
  };
  return html`<p class="pill"><button type="button" class="button primary" @click=${show}>${count(news)} new</button></p>`;
}

function none() {
  if (!isFiltered())
    return html`<p class="empty">No violation on record. What a bot reports appears here within seconds.</p>`;
  return html`<p class="empty">No violation fits these filters. <button type="button" class="link" @click=${clearFilters}>Clear them</button></p>`;
}

const leftOut = () =>
  html`<p class="small muted">More members may be called so than are searched: those with the most violations are found. Type more of the name, or choose a member under People.</p>`;

const COLUMNS = [
  ['Time', 'time'],
  ['Member', 'who'],
  ['Rule', 'why'],
  ['Severity', 'severity'],
  ['Found by', 'extra'],
  ['Action', 'action'],
];

function table(rows) {
  const reached = (to) =>
    scrollingOn &&
    list.older &&
    to > rows.length - AHEAD &&
    !list.error &&
    queueMicrotask(() => list.readOlder());
  return html`<table class="list stack" aria-rowcount=${list.cursor ? -1 : rows.length + 1} aria-label="Violations, newest first">
    <thead><tr aria-rowindex="1">${COLUMNS.map(([name, width]) => html`<th scope="col" class="to-${width}">${name}</th>`)}<th scope="col" class="number to-extra">Response</th></tr></thead>
    <tbody id="violation-rows" class="fixed-rows" ${windowed({ rows, row, reached })}></tbody>
  </table>`;
}

function row(violation, at) {
  const reason = violation.rule ? foreign(violation.reason) : '';
  return html`<tr class=${fresh.has(violation.id) ? 'row fresh' : 'row'} aria-rowindex=${at + 2}>
    <td class="at-time muted">${momentTime(violation.timestamp)}</td>
    <td class="at-who">${member(violation)}</td>
    <td class="at-why"><a class="cut row-link" href="#violation/${violation.id}" title=${isolated(violation.reason)}>${foreign(violation.rule ?? violation.reason)} <span class="muted">${reason}</span></a></td>
    <td class="at-severity">${severity(violation.severity)}</td>
    <td class="at-extra muted">${DETECTION_WORDS[violation.detection_type] ?? violation.detection_type}</td>
    <td class="at-action" title=${violation.action_taken ? isolated(violation.action_taken) : nothing}>${ACTION_WORDS[violation.action] ?? violation.action}</td>
    <td class="at-extra number muted">${violation.response_time_ms === null ? '' : duration(violation.response_time_ms)}</td>
  </tr>`;
}

function foot() {
  const older = () => {
    scrollingOn = true;
    list.readOlder();
  };
  const fewer = () => {
    scrollingOn = false;
    list.shorten();
    document.getElementById('violations').scrollIntoView();
  };
  return html`<footer class="panel-foot">
    ${list.error ? html`<p class="small" role="status">${explain(list.error).join(' ')}</p>` : nothing}
    <p class="small muted" role="status">${plural(list.rows.length, 'violation')} of ${count(list.total)} read</p>
    ${list.cursor ? html`<button type="button" class="button" aria-disabled=${list.busy} @click=${older}>${list.busy ? 'Reading' : 'Show older'}</button>` : nothing}
    ${list.older ? html`<button type="button" class="button quiet" @click=${fewer}>Back to the latest</button>` : nothing}
  </footer>`;
}
