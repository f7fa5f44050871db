// The filters above the violations. They live in the address, so a filtered list can be sent as a link.
import { html, nothing } from 'lit-html';
import { icons } from '../ui/icons.js';
import { isExact, ofRaid, sinceThen } from './condition.js';
import { keepPlace } from '../data/address.js';
import { readDue } from '../data/reads.js';
import { filterOfRule, learnRules, nameOfRule } from '../data/rule-names.js';
import { source } from '../data/sources.js';
import { FILTERS, state, update } from '../data/state.js';
import {
  ACTION_WORDS,
  capital,
  choices,
  DETECTION_WORDS,
  DETECTIONS,
  SEVERITIES,
} from '../ui/words.js';

const PICKED = ['severity', 'detection_type', 'action'];
const MORE = ['rule', 'rule_hash', 'user_id', 'since', 'until'];
const LONGEST = 150; // characters of a text to look for: in an address each may take nine
const TYPING_MS = 300;
let moreShown = false;
let typing = 0;

/** Change some filters and read the list anew. */
export function filterBy(changes) {
  update({ filters: { ...state.filters, ...changes } });
  keepPlace();
  readDue();
}

const NONE = Object.fromEntries(FILTERS.map((name) => [name, '']));

export const clearFilters = () => filterBy(NONE);

/** These filters and no others. */
export const filterOnlyBy = (filters) => filterBy({ ...NONE, ...filters });
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
    <label class="search">${icons.search}<span class="hidden">Search reasons and members</span>
      <input class="input" type="search" name="q" maxlength=${LONGEST} placeholder="Search reasons and members" .value=${state.filters.q} @input=${(event) => whenTyped(event, 'q')}></label>
    ${open || !state.narrow ? picks() : nothing}
    <button type="button" class="button quiet" aria-expanded=${open} @click=${toggle}>${open ? 'Fewer filters' : 'More filters'}</button>
    ${isFiltered() ? html`<button type="button" class="button quiet" @click=${clearFilters}>Clear</button>` : nothing}
    ${open ? more() : nothing}
    ${conditions()}
  </form>`;
}

/** What narrows the list and has no field that shows it. */
function conditions() {
  const { incident, since } = state.filters;
  return [
    incident ? ofRaid(incident, () => filterBy({ incident: '' })) : nothing,
    isExact(since) ? sinceThen(since, () => filterBy({ since: '' })) : nothing,
  ];
}

function picks() {
  return [
    select('severity', 'Severity', 'Any severity', SEVERITIES, {}),
    select('detection_type', 'Found by', 'Found by any', DETECTIONS, DETECTION_WORDS),
    select('action', 'Action', 'Any action', Object.keys(ACTION_WORDS), ACTION_WORDS),
  ];
}

function more() {
  const rules = source('rules').data?.top_rules ?? [];
  learnRules(rules);
  const chosen =
    state.filters.rule || (nameOfRule(state.filters.rule_hash) ?? state.filters.rule_hash);
  const { since } = state.filters;
  return html`<div class="filters-more">
    ${field(
      'rule',
      'Rule',
      html`<input class="input" name="rule" list="known-rules" maxlength=${LONGEST} .value=${chosen} @change=${(event) => filterBy(filterOfRule(event.target.value.trim()))}>
      <datalist id="known-rules">${rules.map(({ rule_name: name }) => html`<option value=${name}></option>`)}</datalist>`,
    )}
    ${field('user_id', 'Member’s id', html`<input class="input" name="user_id" inputmode="numeric" pattern="[0-9]{1,20}" .value=${state.filters.user_id} @change=${takeId}>`)}
    ${field('since', 'From', html`<input class="input" type="date" name="since" max=${state.filters.until || nothing} .value=${isExact(since) ? '' : since} @change=${(event) => filterBy({ since: event.target.value })}>`)}
    ${field('until', 'To, including', html`<input class="input" type="date" name="until" min=${since.slice(0, 10) || nothing} .value=${state.filters.until} @change=${(event) => filterBy({ until: event.target.value })}>`)}
  </div>`;
}

const field = (name, words, control) =>
  html`<label class="field"><span class="small muted">${words}</span>${control}</label>`;

function takeId(event) {
  if (event.target.reportValidity()) filterBy({ user_id: event.target.value.trim() });
}

function select(name, label, all, offered, words) {
  const chosen = state.filters[name];
  const options = choices(offered, chosen);
  return html`<select class="select" aria-label=${label} .value=${chosen} @change=${(event) => filterBy({ [name]: event.target.value })}>
    <option value="">${all}</option>
    ${options.map((value) => html`<option value=${value} ?selected=${chosen === value}>${words[value] ?? capital(value)}</option>`)}
  </select>`;
}
