// The fields of a channel's form: what its kind asks for, and what can be chosen for every kind.
import { html, nothing } from 'lit-html';
import { EVENT_WORDS } from './alert-words.js';
import { chooseKind, form, type } from './channel-form.js';
import { PRIORITIES } from './channel-words.js';

const wrong = (name) =>
  form.refused[name]
    ? html`<p class="field-error" id="wrong-${name}">${form.refused[name]}</p>`
    : nothing;

const described = (name) => (form.refused[name] ? `hint-${name} wrong-${name}` : `hint-${name}`);

/** A label, the control, what it means, and what was wrong with it. */
const row = (name, label, help, control) => html`<div class="field">
  <label for="channel-${name}">${label}</label>${control}
  <p class="small muted" id="hint-${name}">${help}</p>${wrong(name)}</div>`;

export function kindField(kinds) {
  return html`<div class="field"><label for="channel-kind">Kind</label>
    <select class="select" id="channel-kind" @change=${(event) => chooseKind(event.target.value)}>
      ${kinds.map(({ kind, label, unavailable }) => html`<option value=${kind} ?selected=${kind === form.kind}>${label}${unavailable ? ' (not set up here)' : ''}</option>`)}
    </select></div>`;
}

const textOf = (value) => [value ?? ''].flat().join('\n');

export function settingField(field, channel) {
  const { name, label, help, is_list: isList, is_required: isRequired, choices } = field;
  const value = form.settings[name] ?? textOf(channel?.settings[name] ?? field.default);
  const input = (event) => type('settings', name, event.target.value);
  if (choices.length > 0)
    return row(
      name,
      label,
      help,
      select(
        name,
        choices.map((each) => [each, each]),
        value,
        input,
      ),
    );
  if (isList)
    return row(
      name,
      label,
      `${help} One a line.`,
      html`<textarea class="input" id="channel-${name}" rows="3" aria-describedby=${described(name)} ?required=${isRequired} spellcheck="false" .value=${value} @input=${input}></textarea>`,
    );
  return row(
    name,
    isRequired ? label : `${label} (optional)`,
    help,
    html`<input class="input" id="channel-${name}" aria-describedby=${described(name)} ?required=${isRequired} autocomplete="off" autocapitalize="none" spellcheck="false" .value=${value} @input=${input}>`,
  );
}

const select = (name, options, value, change) =>
  html`<select class="select" id="channel-${name}" aria-describedby=${described(name)} @change=${change}>
    ${options.map(([each, words]) => html`<option value=${each} ?selected=${each === value}>${words}</option>`)}</select>`;

const USUAL = {
  name: '',
  enabled: true,
  threshold: 'low',
  events: null,
  after_minutes: 0,
  let_through: 'none',
  mention_role: null,
  in_doubt: null,
};

/** What can be chosen for every kind; Discord mentions a role as well. */
export function choiceFields(channel, kind) {
  const now = (name) => form.choices[name] ?? channel?.[name] ?? USUAL[name];
  const put = (name, read) => (event) => type('choices', name, read(event.target));
  return [
    row(
      'name',
      'Name',
      'How it is called here, such as #mod-alerts.',
      html`<input class="input" id="channel-name" maxlength="100" ?required=${Boolean(channel)} placeholder=${kind.label} aria-describedby=${described('name')} .value=${now('name')} @input=${put('name', named)}>`,
    ),
    channel ? check('On', now('enabled'), put('enabled', checked)) : nothing,
    html`<details class="explained"><summary>What is sent there</summary><div class="form">
      ${row('threshold', 'From which priority', 'What matters less is not sent there.', select('threshold', PRIORITIES, now('threshold'), put('threshold', chosen)))}
      ${row('after_minutes', 'Only after, in minutes', '0: at once. Else only what nobody has acknowledged by then.', html`<input class="input" id="channel-after_minutes" type="number" min="0" max="1440" step="1" required aria-describedby=${described('after_minutes')} .value=${String(now('after_minutes'))} @input=${put('after_minutes', numbered)}>`)}
      ${check('Critical ones pass a mute and quiet hours', now('let_through') === 'critical', put('let_through', passed))}
      ${kind.kind === 'discord' ? row('mention_role', 'Role to mention (optional)', 'The id of a Discord role that is mentioned when an alert begins.', html`<input class="input" id="channel-mention_role" inputmode="numeric" pattern="[0-9]{1,20}" aria-describedby=${described('mention_role')} .value=${form.choices.mention_role === null ? '' : (now('mention_role') ?? '')} @input=${put('mention_role', optional)}>`) : nothing}
      ${row('in_doubt', 'When it is not sure that a message arrived', 'A repeat may arrive twice; a report is listed as unknown.', select('in_doubt', IN_DOUBT, (form.choices.in_doubt === undefined ? now('in_doubt') : form.choices.in_doubt) ?? '', put('in_doubt', optional)))}
      ${eventChoices('events' in form.choices ? form.choices.events : now('events'))}
    </div></details>`,
  ];
}

const IN_DOUBT = [
  ['', 'Repeat what is critical, report the rest'],
  ['repeat', 'Repeat it'],
  ['report', 'Report it'],
];
const chosen = ({ value }) => value;
const named = ({ value }) => value;
const checked = (box) => box.checked;
const passed = (box) => (box.checked ? 'critical' : 'none');
const numbered = ({ value }) => Number(value);
const optional = ({ value }) => value || null;

const check = (label, value, change) =>
  html`<label class="check"><input type="checkbox" .checked=${value} @change=${change}> ${label}</label>`;

/** null stands for all that the server wants to be told of. */
function eventChoices(events) {
  const all = Object.keys(EVENT_WORDS);
  const take = (name) => (event) => {
    const others = (events ?? all).filter((each) => each !== name);
    const now = event.target.checked ? [...others, name] : others;
    type('choices', 'events', now.length === all.length ? null : now);
  };
  return html`<fieldset class="checks"><legend>Which events</legend>
    ${Object.entries(EVENT_WORDS).map(([name, words]) => check(words, events === null || events.includes(name), take(name)))}
  </fieldset>`;
}
