// The fields of a new export: view, time, filters, format; and what it comes to.
import { html, nothing } from 'lit-html';
import { may } from '../data/roles.js';
import {
  ACTION_WORDS,
  capital,
  DETECTION_WORDS,
  LEVEL_WORDS,
  plural,
  SEVERITIES,
} from '../ui/words.js';
import { condition, isExact, ofRaid, sinceThen } from './condition.js';
import { choose, chooseFilter, chooseView, form } from './export-form.js';
import { missing } from './export-wish.js';
import { FORMATS, MODES, periodsOf, VIEWS } from './export-views.js';
import { filterWords, sizeWords } from './export-words.js';

const field = (id, label, control, help = nothing) =>
  html`<div class="field"><label for="export-${id}">${label}</label>${control}
    ${help === nothing ? nothing : html`<p class="small muted" id="hint-export-${id}">${help}</p>`}</div>`;

const select = (id, options, value, take, described = false) =>
  html`<select class="select" id="export-${id}" aria-describedby=${described ? `hint-export-${id}` : nothing} @change=${(event) => take(event.target.value)}>
    ${options.map(([each, words]) => html`<option value=${each} ?selected=${each === value}>${words}</option>`)}</select>`;

export function viewField({ view }) {
  const views = Object.entries(VIEWS).filter(([, { from }]) => !from || may(from));
  const options = views.map(([each, { name }]) => [each, name]);
  return field('view', 'What', select('view', options, view, chooseView, true), VIEWS[view].about);
}

export function timeFields({ view, period, since, until }) {
  const periods = periodsOf(view);
  if (periods.length === 0) return nothing;
  const take = (value) => choose({ period: value });
  return [
    field('period', 'Of which time', select('period', periods, period, take)),
    period === 'between'
      ? [
          html`<div class="field-pair">${day('since', 'From', isExact(since) ? '' : since, nothing, until)}${day('until', 'To, including', until, since.slice(0, 10), nothing)}</div>`,
          isExact(since) ? sinceThen(since, () => choose({ since: '' })) : nothing,
        ]
      : nothing,
  ];
}

const day = (name, label, value, min, max) =>
  field(
    name,
    label,
    html`<input class="input" type="date" id="export-${name}" min=${min || nothing} max=${max || nothing} .value=${value} @change=${(event) => choose({ [name]: event.target.value })}>`,
  );

const any = (offered, words) => [
  ['', 'Any'],
  ...offered.map((each) => [each, words[each] ?? capital(each)]),
];
const CHOICES = {
  severity: ['Severity', any(SEVERITIES, {})],
  detection_type: ['Found by', any(Object.keys(DETECTION_WORDS), DETECTION_WORDS)],
  action: ['Action', any(Object.keys(ACTION_WORDS), ACTION_WORDS)],
  level: [
    'Warning level',
    [['', 'Any'], ...LEVEL_WORDS.map((words, at) => [String(at), `${at}: ${words}`])],
  ],
};
const TYPED = {
  rule: ['Rule', {}],
  user_id: ['Member’s id', { pattern: '[0-9]{1,20}', mode: 'numeric' }],
  q: ['Words in the reason', {}],
  search: ['Name or id', {}],
};

export function filterFields({ view, filters }) {
  const names = VIEWS[view].filters ?? [];
  const others = Object.keys(filters).filter((name) => !names.includes(name));
  return [others.map((name) => other(name, filters[name])), choosable(names, filters)];
}

/** What has no field of its own. */
function other(name, value) {
  const takeOff = () => chooseFilter(name, '');
  return name === 'incident'
    ? ofRaid(value, takeOff)
    : condition(`Only ${filterWords({ [name]: value })}`, takeOff);
}

function choosable(names, filters) {
  if (names.length === 0) return nothing;
  const isOpen = names.some((name) => filters[name]);
  return html`<details class="explained" ?open=${isOpen}><summary>Filters</summary>
    <div class="field-pair">${names.map((name) => filterField(name, filters[name] ?? ''))}</div></details>`;
}

function filterField(name, value) {
  const take = (now) => chooseFilter(name, now);
  if (CHOICES[name])
    return field(name, CHOICES[name][0], select(name, CHOICES[name][1], value, take));
  const [label, { pattern, mode }] = TYPED[name];
  const typed = (event) => event.target.reportValidity() && take(event.target.value.trim());
  return field(
    name,
    label,
    html`<input class="input" id="export-${name}" maxlength="1000" pattern=${pattern ?? nothing} inputmode=${mode ?? nothing} autocomplete="off" .value=${value} @change=${typed}>`,
  );
}

/** One of several, each with what it means. */
function options(name, legend, entries, chosen, take, unfit = () => false) {
  return html`<fieldset class="options"><legend>${legend}</legend>
    ${Object.entries(entries).map(
      ([value, [words, about]]) => html`<label class="option">
      <input type="radio" name="export-${name}" value=${value} .checked=${value === chosen} ?disabled=${unfit(value)} @change=${() => take(value)}>
      <span><strong>${words}</strong> <span class="small muted">${unfit(value) ? 'It does not hold so many rows.' : about}</span></span></label>`,
    )}</fieldset>`;
}

export function formatFields({ format, mode, gzip }) {
  const unfit = (value) => Boolean(form.estimate) && !form.estimate.formats.includes(value);
  return [
    options('format', 'Format', FORMATS, format, (value) => choose({ format: value }), unfit),
    format === 'csv'
      ? options('mode', 'How CSV is written', MODES, mode, (value) => choose({ mode: value }))
      : nothing,
    format === 'xlsx'
      ? nothing
      : html`<label class="check"><input type="checkbox" .checked=${gzip} @change=${(event) => choose({ gzip: event.target.checked })}>
        <span>Compress it (gzip) <span class="small muted">Much smaller; most programs unpack it by themselves.</span></span></label>`,
  ];
}

/** How much it comes to, before it is made. */
export function estimateLine(wish) {
  return html`<p class="estimate" role="status">${
    missing(wish) ||
    form.refused ||
    (form.estimate
      ? html`<strong>${plural(form.estimate.rows, 'row')}</strong>, ${form.estimate.rows === 0 ? 'so the file has no more than its head' : html`about <strong>${sizeWords(form.estimate.bytes)}</strong>`}.`
      : 'Counting the rows …')
  }</p>`;
}
