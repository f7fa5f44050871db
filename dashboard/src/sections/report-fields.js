// The fields of a report's form: what it shows, when it runs, and what it does when something is missing.
import { html, nothing } from 'lit-html';
import { zones } from './config-form.js';
import { FORMATS, viewName, VIEWS } from './export-views.js';
import { form, type } from './report-form.js';
import { ABOUT, CADENCES, EMPTY, MISSED, timeOf } from './report-words.js';
import { choices, DAYS } from '../ui/words.js';

const wrong = (name) =>
  form.refused[name]
    ? html`<p class="field-error" id="wrong-report-${name}">${form.refused[name]}</p>`
    : nothing;

export const row = (name, label, control, help = nothing) =>
  html`<div class="field"><label for="report-${name}">${label}</label>${control}
    ${help === nothing ? nothing : html`<p class="small muted" id="hint-report-${name}">${help}</p>`}${wrong(name)}</div>`;

const select = (name, options, value, take, described = false) =>
  html`<select class="select" id="report-${name}" aria-describedby=${described ? `hint-report-${name}` : nothing} @change=${(event) => take(event.target.value)}>
    ${options.map(([each, words]) => html`<option value=${each} ?selected=${String(each) === String(value)}>${words}</option>`)}</select>`;

const explained = (entries) => Object.entries(entries).map(([value, [words]]) => [value, words]);

export function whatFields({ name, export_types: views, format }) {
  const take = (view) => (event) =>
    type({
      export_types: Object.keys(VIEWS).filter((each) =>
        each === view ? event.target.checked : views.includes(each),
      ),
    });
  return [
    row(
      'name',
      'Name',
      html`<input class="input" id="report-name" maxlength="100" required placeholder="Monday morning" .value=${name} @input=${(event) => type({ name: event.target.value })}>`,
    ),
    html`<fieldset class="checks"><legend>What it shows</legend><div class="event-checks">
      ${Object.keys(VIEWS).map((view) => html`<label class="check"><input type="checkbox" .checked=${views.includes(view)} @change=${take(view)}> ${viewName(view)}</label>`)}
    </div>${wrong('export_types')}</fieldset>`,
    row(
      'format',
      'The file with its rows',
      select('format', explained(FORMATS), format, (value) => type({ format: value }), true),
      `${FORMATS[format][1]} One too large for a mail becomes a link.`,
    ),
  ];
}

const MOST_DAYS = 31;
const days = Array.from({ length: MOST_DAYS }, (_, at) => [at + 1, String(at + 1)]);
// Weeks begin on a Monday here, as the report's own.
const weekdays = [1, 2, 3, 4, 5, 6, 0].map((at) => [at, DAYS[at]]);

export function timeFields(wish) {
  const { cadence, weekday, day, timezone } = wish;
  const often = select('cadence', CADENCES, cadence, (value) => type({ cadence: value }), true);
  return [
    html`<div class="field-pair">
      ${row('cadence', 'How often', often)}
      ${cadence === 'weekly' ? row('weekday', 'On', numbered('weekday', weekdays, weekday)) : nothing}
      ${cadence === 'monthly' ? row('day', 'On day', numbered('day', days, day)) : nothing}
      ${row('hour', 'At', clock(wish))} ${row('timezone', 'By the clock of', zone(timezone))}
    </div>`,
    html`<p class="small muted" id="hint-report-cadence">${ABOUT[cadence]}${cadence === 'monthly' && day > 28 ? ' In a shorter month it runs on the last day.' : ''}</p>`,
  ];
}

const numbered = (name, options, value) =>
  select(name, options, value, (now) => type({ [name]: Number(now) }));

function clock(wish) {
  const take = (event) => {
    const [hour, minute] = event.target.value.split(':').map(Number);
    if (event.target.value) type({ hour, minute });
  };
  return html`<input class="input" type="time" id="report-hour" required .value=${timeOf(wish)} @change=${take}>`;
}

function zone(chosen) {
  const names = choices(zones(), chosen).map((each) => [each, each.replaceAll('_', ' ')]);
  return select('timezone', names, chosen, (value) => type({ timezone: value }));
}

export function policyFields({ missed_policy: missed, when_empty: empty }) {
  return html`<div class="field-pair">
    ${row(
      'missed',
      'When a time was missed',
      select('missed', explained(MISSED), missed, (value) => type({ missed_policy: value }), true),
      MISSED[missed][1],
    )}
    ${row(
      'empty',
      'When nothing happened',
      select('empty', explained(EMPTY), empty, (value) => type({ when_empty: value }), true),
      EMPTY[empty][1],
    )}
  </div>`;
}
