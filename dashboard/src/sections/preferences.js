// What a server wants to be told of: events, thresholds, a mute, and quiet hours in the server's and the reader's zone.
import { html, nothing } from 'lit-html';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { panel } from '../ui/panel.js';
import { fullTime } from '../ui/widgets.js';
import { choices } from '../ui/words.js';
import { EVENT_WORDS } from './alert-words.js';
import { PRIORITIES } from './channel-words.js';
import { zones } from './config-form.js';
import {
  beginForm,
  discard,
  edit,
  form,
  isDirty,
  muteFor,
  now,
  save,
  unmute,
} from './preference-form.js';
import { ownZone, quietWords } from './preference-words.js';

const MUTES = [
  [60, '1 h'],
  [240, '4 h'],
  [480, '8 h'],
  [1440, '24 h'],
];
// name, label, least, most
const THRESHOLDS = [
  ['health_score', 'Health score below', 0, 100],
  ['mass_violations_count', 'So many violations', 2, 10_000],
  ['mass_violations_window_s', 'within so many seconds', 10, 3600],
  ['bot_offline_s', 'Bot silent for so many seconds', 60, 86_400],
  ['rate_limit_pct', 'Percent of the rate limit left', 1, 100],
];

export function preferencesPanel() {
  beginForm();
  return panel({
    name: 'preferences',
    title: 'What is told',
    width: 'wide-7',
    size: 'rows',
    source: source('preferences'),
    body: (saved) => [mute(saved), may('admin') ? editor(saved) : facts(saved)],
  });
}

const isMuted = ({ muted_until: until }) => Boolean(until) && Date.parse(until) > state.nowMs;

function mute(saved) {
  const acts = may('admin');
  if (isMuted(saved))
    return html`<div class="muting"><p><strong>Muted until ${fullTime(saved.muted_until)}.</strong> What happens is kept, and told in one message afterwards.</p>
      ${acts ? html`<button type="button" class="button" aria-disabled=${form.busy} @click=${unmute}>End the mute</button>` : nothing}</div>`;
  if (!acts) return html`<p class="small muted">Nothing is muted.</p>`;
  return html`<div class="muting"><p id="mute-for">Mute all channels for</p>
    <div class="snoozes" role="group" aria-labelledby="mute-for">${MUTES.map(([minutes, words]) => html`<button type="button" class="button" aria-disabled=${form.busy} @click=${() => muteFor(minutes, words)}>${words}</button>`)}</div></div>`;
}

function facts({ quiet_hours: quiet, enabled_events: events }) {
  return html`<dl class="facts">
    <dt>Told of</dt><dd>${events.map((name) => EVENT_WORDS[name] ?? name).join(', ') || 'Nothing'}</dd>
    <dt>Quiet hours</dt><dd>${quiet ? quietWords(quiet, ownZone(), state.nowMs) : 'None'}</dd></dl>
    <p class="panel-foot small muted">Admins and owners can change these.</p>`;
}

function editor(saved) {
  return html`<form class="form" @submit=${save}>
    <div class="form-row"><label for="pref-priority">From which priority</label>
      <p class="small muted" id="help-priority">What matters less is told nowhere but on this page.</p>
      <select class="select" id="pref-priority" aria-describedby="help-priority" @change=${(event) => edit('notification_threshold', event.target.value)}>
        ${PRIORITIES.map(([value, words]) => html`<option value=${value} ?selected=${value === now(saved, 'notification_threshold')}>${words}</option>`)}</select></div>
    ${events(saved)}
    <fieldset class="checks"><legend>When it begins</legend><div class="thresholds">${THRESHOLDS.map((each) => threshold(saved, each))}</div>
      ${saved.warnings.map((words) => html`<p class="sheet-reason" role="status">${words}</p>`)}</fieldset>
    ${quietHours(saved)}
    ${form.error ? html`<p class="field-error" role="alert">${form.error}</p>` : nothing}
    <div class="sheet-tools">
      <button class="button primary" aria-disabled=${form.busy || !isDirty()}>Save</button>
      ${isDirty() ? html`<button type="button" class="button" @click=${discard}>Discard changes</button>` : nothing}
    </div>
  </form>`;
}

function events(saved) {
  const chosen = now(saved, 'enabled_events');
  const take = (name) => (event) => {
    const others = chosen.filter((each) => each !== name);
    edit('enabled_events', event.target.checked ? [...others, name] : others);
  };
  return html`<fieldset class="checks"><legend>Events</legend><div class="event-checks">
    ${Object.entries(EVENT_WORDS).map(([name, words]) => html`<label class="check"><input type="checkbox" .checked=${chosen.includes(name)} @change=${take(name)}> ${words}</label>`)}
  </div></fieldset>`;
}

function threshold(saved, [name, label, min, max]) {
  const values = now(saved, 'thresholds');
  const put = (event) =>
    edit('thresholds', { ...values, [name]: Number.parseInt(event.target.value, 10) });
  return html`<label class="field"><span class="small muted">${label}</span>
    <input class="input" type="number" inputmode="numeric" required min=${min} max=${max} step="1" .value=${String(values[name])} @change=${put}></label>`;
}

function quietHours(saved) {
  const quiet = now(saved, 'quiet_hours');
  const usual = {
    start: '22:00',
    end: '07:00',
    timezone: source('config').data?.timezone ?? ownZone(),
  };
  const put = (name) => (event) =>
    event.target.value && edit('quiet_hours', { ...quiet, [name]: event.target.value });
  return html`<fieldset class="checks"><legend>Quiet hours</legend>
    <label class="check"><input type="checkbox" .checked=${quiet !== null} @change=${(event) => edit('quiet_hours', event.target.checked ? usual : null)}> Hold messages at certain hours</label>
    ${
      quiet
        ? html`<div class="thresholds">
      <label class="field"><span class="small muted">From</span><input class="input" type="time" required .value=${quiet.start} @change=${put('start')}></label>
      <label class="field"><span class="small muted">To</span><input class="input" type="time" required .value=${quiet.end} @change=${put('end')}></label>
      <label class="field"><span class="small muted">Time zone</span><select class="select" @change=${put('timezone')}>${choices(zones(), quiet.timezone).map((zone) => html`<option ?selected=${zone === quiet.timezone}>${zone}</option>`)}</select></label>
    </div><p class="small muted">${quietWords(quiet, ownZone(), state.nowMs)} What is held is told in one message afterwards.</p>`
        : nothing
    }</fieldset>`;
}
