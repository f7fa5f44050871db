// All violations, filtered, page after page.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { ApiError, explain, send } from './api.js';
import { panel } from './panel.js';
import { member, momentTime, severity } from './parts.js';
import { readDue } from './reads.js';
import { source, violationsPath } from './sources.js';
import { state, update } from './state.js';
import { emptyList, takeFirstPage, takeOlderPage } from './violations-list.js';
import { ACTION_WORDS, capital, count, DETECTION_WORDS, DETECTIONS, duration, SEVERITIES } from './words.js';

let list = emptyList('');
let more = { busy: false, error: null };

export function violationsPanel() {
  const first = source('violations');
  if (list.path !== first.path) list = emptyList(first.path);
  if (first.data) list = takeFirstPage(list, first.data);
  return panel({
    name: 'violations',
    title: 'Violations',
    width: 'wide-12',
    size: 'rows',
    note: first.data ? `${count(list.total)} on record` : '',
    tools: filters(),
    source: first,
    body: () => (list.rows.length > 0 ? [table(list.rows), foot()] : html`<p class="empty">${nothingFound()}</p>`),
  });
}

const nothingFound = () => (Object.values(state.filters).some(Boolean) ? 'No violation fits this filter.' : 'No violation on record.');

function filters() {
  return html`<div class="filters">
    ${select('severity', 'Severity', 'Any severity', SEVERITIES.map((level) => [level, capital(level)]))}
    ${select('detection_type', 'Found by', 'Found by any', DETECTIONS.map((type) => [type, DETECTION_WORDS[type]]))}
  </div>`;
}

function select(name, label, all, options) {
  const choose = (event) => {
    update({ filters: { ...state.filters, [name]: event.target.value } });
    readDue();
  };
  return html`<select class="select" aria-label=${label} .value=${state.filters[name]} @change=${choose}>
    <option value="">${all}</option>
    ${options.map(([value, word]) => html`<option value=${value}>${word}</option>`)}
  </select>`;
}

const COLUMNS = [['Time', 'time'], ['Member', 'who'], ['Rule', 'why'], ['Severity', 'severity'], ['Found by', 'extra'], ['Action', 'action']];

function table(rows) {
  return html`<table class="list stack">
    <thead><tr>${COLUMNS.map(([name, width]) => html`<th scope="col" class="to-${width}">${name}</th>`)}<th scope="col" class="number to-extra">Response</th></tr></thead>
    <tbody>${repeat(rows, ({ id }) => id, row)}</tbody>
  </table>`;
}

function row(violation) {
  const reason = violation.rule ? violation.reason : '';
  return html`<tr>
    <td class="at-time muted">${momentTime(violation.timestamp)}</td>
    <td class="at-who">${member(violation)}</td>
    <td class="at-why"><span class="cut" title=${violation.reason}>${violation.rule ?? violation.reason} <span class="muted">${reason}</span></span></td>
    <td class="at-severity">${severity(violation.severity)}</td>
    <td class="at-extra muted">${DETECTION_WORDS[violation.detection_type] ?? violation.detection_type}</td>
    <td class="at-action" title=${violation.action_taken ?? nothing}>${ACTION_WORDS[violation.action] ?? violation.action}</td>
    <td class="at-extra number muted">${violation.response_time_ms === null ? '' : duration(violation.response_time_ms)}</td>
  </tr>`;
}

function foot() {
  return html`<footer class="panel-foot">
    ${more.error ? html`<p class="small" role="status">${explain(more.error).join(' ')}</p>` : nothing}
    <p class="small muted">${count(list.rows.length)} shown</p>
    ${list.cursor ? html`<button type="button" class="button" aria-disabled=${more.busy} @click=${readOlder}>${more.busy ? 'Reading' : 'Show older'}</button>` : nothing}
  </footer>`;
}

async function readOlder() {
  if (more.busy) return;
  const { path, cursor } = list;
  more = { busy: true, error: null };
  update({});
  try {
    const { data } = await send(violationsPath(cursor));
    // Another filter or server may have been chosen meanwhile.
    if (list.path === path && list.cursor === cursor) list = takeOlderPage(list, data);
    more = { busy: false, error: null };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    more = { busy: false, error };
  }
  update({});
}
