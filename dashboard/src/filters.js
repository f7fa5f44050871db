// The filters above the violations. They live in the address, so a filtered list can be sent as a link.
import { html, nothing } from 'lit-html';
import { icons } from './icons.js';
import { keepPlace } from './place.js';
import { readDue } from './reads.js';
import { source } from './sources.js';
import { FILTERS, state, update } from './state.js';
import { ACTION_WORDS, capital, DETECTION_WORDS, DETECTIONS, SEVERITIES } from './words.js';

const PICKED = ['severity', 'detection_type', 'action'];
const MORE = ['rule', 'user_id', 'since', 'until'];
const TYPING_MS = 300;
let moreShown = false;
let typing = 0;

/** Change some filters and read the list anew. */
export function filterBy(changes) {
  update({ filters: { ...state.filters, ...changes } });
  keepPlace();
  readDue();
}

export const clearFilters = () => filterBy(Object.fromEntries(FILTERS.map((name) => [name, ''])));
export const isFiltered = () => FILTERS.some((name) => state.filters[name]);

function whenTyped(event, name) {
  clearTimeout(typing);
  const value = event.target.value.trim();
  typing = setTimeout(() => filterBy({ [name]: value }), TYPING_MS);
}

export function filters() {
  const folded = state.narrow ? [...PICKED, ...MORE] : MORE;
  const open = moreShown || folded.some((name) => state.filters[name]);
  const toggle = () => {
    moreShown = !open;
    // What cannot be seen must not filter.
    if (open) filterBy(Object.fromEntries(folded.map((name) => [name, ''])));
    else update({});
  };
  return html`<form class="filters" role="search" aria-label="Violations" @submit=${(event) => event.preventDefault()}>
    <label class="search">${icons.search}<span class="hidden">Search in reasons</span>
      <input class="input" type="search" name="q" maxlength="200" placeholder="Search in reasons" .value=${state.filters.q} @input=${(event) => whenTyped(event, 'q')}></label>
    ${open || !state.narrow ? picks() : nothing}
    <button type="button" class="button quiet" aria-expanded=${open} @click=${toggle}>${open ? 'Fewer filters' : 'More filters'}</button>
    ${isFiltered() ? html`<button type="button" class="button quiet" @click=${clearFilters}>Clear</button>` : nothing}
    ${open ? more() : nothing}
  </form>`;
}

function picks() {
  return [
    select('severity', 'Severity', 'Any severity', SEVERITIES.map((level) => [level, capital(level)])),
    select('detection_type', 'Found by', 'Found by any', DETECTIONS.map((type) => [type, DETECTION_WORDS[type]])),
    select('action', 'Action', 'Any action', Object.entries(ACTION_WORDS)),
  ];
}

function more() {
  const rules = source('rules').data?.top_rules ?? [];
  return html`<div class="filters-more">
    ${field('rule', 'Rule', html`<input class="input" name="rule" list="known-rules" maxlength="1000" .value=${state.filters.rule} @change=${(event) => filterBy({ rule: event.target.value.trim() })}>
      <datalist id="known-rules">${rules.map(({ rule_name: name }) => html`<option value=${name}></option>`)}</datalist>`)}
    ${field('user_id', 'Member’s id', html`<input class="input" name="user_id" inputmode="numeric" pattern="[0-9]{1,20}" .value=${state.filters.user_id} @change=${takeId}>`)}
    ${field('since', 'From', html`<input class="input" type="date" name="since" max=${state.filters.until || nothing} .value=${state.filters.since} @change=${(event) => filterBy({ since: event.target.value })}>`)}
    ${field('until', 'To, including', html`<input class="input" type="date" name="until" min=${state.filters.since || nothing} .value=${state.filters.until} @change=${(event) => filterBy({ until: event.target.value })}>`)}
  </div>`;
}

const field = (name, words, control) => html`<label class="field"><span class="small muted">${words}</span>${control}</label>`;

function takeId(event) {
  if (event.target.reportValidity()) filterBy({ user_id: event.target.value.trim() });
}

function select(name, label, all, options) {
  return html`<select class="select" aria-label=${label} .value=${state.filters[name]} @change=${(event) => filterBy({ [name]: event.target.value })}>
    <option value="">${all}</option>
    ${options.map(([value, word]) => html`<option value=${value} ?selected=${state.filters[name] === value}>${word}</option>`)}
  </select>`;
}
