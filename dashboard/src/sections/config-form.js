// The server's settings as a form: what each means, checked here and again by the server.
import { html, nothing } from 'lit-html';
import { ApiError, explainChange } from '../data/api.js';
import { say } from '../ui/toasts.js';
import { panel } from '../ui/panel.js';
import { may } from '../data/roles.js';
import { refresh, source } from '../data/sources.js';
import { store } from '../data/sources-later.js';
import { changed, seat } from '../data/state.js';
import { roleChoice } from './role-choice.js';
import { choices, decimal } from '../ui/words.js';

/** Most browsers list the zones of places only, of which UTC is none. */
export const zones = () => ['UTC', ...(Intl.supportedValuesOf?.('timeZone') ?? [])];

// name, label, explanation, attributes of the input, and how its text becomes a value
const FIELDS = [
  {
    name: 'severity_threshold',
    label: 'Severity threshold',
    help: 'How sure the bot must be before it acts: 0 acts on everything, 1 on nearly nothing.',
    min: 0,
    max: 1,
    step: 0.05,
  },
  {
    name: 'buffer_threshold',
    label: 'Messages in the buffer',
    help: 'After so many messages the bot judges them together.',
    min: 1,
    max: 1000,
    step: 1,
  },
  {
    name: 'buffer_timeout_secs',
    label: 'Longest wait, in seconds',
    help: 'Judge what is in the buffer after this time, even if it is not full.',
    min: 1,
    max: 3600,
    step: 1,
  },
  {
    name: 'mod_role_id',
    label: 'Moderators’ Discord role',
    help: 'The Discord role whose members are moderators here.',
    isRole: true,
  },
  {
    name: 'timezone',
    label: 'Time zone',
    help: 'By this zone days and hours of the week are counted. A change recounts the heat map.',
    list: zones,
  },
];

const form = { seat: null, edits: {}, busy: false, error: null };

export function configPanel() {
  if (form.seat !== seat()) Object.assign(form, { seat: seat(), edits: {}, error: null });
  return panel({
    name: 'config',
    title: 'Moderation settings',
    width: 'wide-6',
    size: 'rows',
    source: source('config'),
    body: (config) => (may('admin') ? editor(config) : facts(config)),
  });
}

function facts(config) {
  return html`<dl class="facts facts-wide">${FIELDS.map(({ name, label, help }) => html`<dt>${label}<br><span class="small muted">${help}</span></dt><dd>${shown(config[name])}</dd>`)}</dl>
    <p class="panel-foot small muted">Admins and owners can change these.</p>`;
}

const shown = (value) =>
  typeof value === 'number' ? decimal(value) : (value ?? html`<span class="muted">None</span>`);
const isDirty = (config) =>
  FIELDS.some(({ name }) => name in form.edits && form.edits[name] !== textOf(config[name]));
const textOf = (value) => String(value ?? '');

function editor(config) {
  return html`<form class="form" @submit=${(event) => save(event, config)}>
    ${FIELDS.map((field) => control(field, config))}
    ${form.error ? html`<p class="field-error" role="alert">${form.error}</p>` : nothing}
    <div class="sheet-tools">
      <button class="button primary" aria-disabled=${form.busy || !isDirty(config)}>Save settings</button>
      ${isDirty(config) ? html`<button type="button" class="button" @click=${discard}>Discard changes</button>` : nothing}
    </div>
  </form>`;
}

function control(field, config) {
  const { name, label, help } = field;
  const value = form.edits[name] ?? textOf(config[name]);
  const choose = (text) => {
    form.edits[name] = text;
    changed();
  };
  return html`<div class="form-row">
    <label for="config-${name}">${label}</label>
    <p class="small muted" id="help-${name}">${help}</p>
    ${drawn(field, config, value, choose)}
  </div>`;
}

function drawn({ name, list, isRole, ...bounds }, config, value, choose) {
  const describedBy = `help-${name}`;
  if (isRole) return roleChoice({ seat: form.seat, value, choose, describedBy });
  const type = (event) => choose(event.target.value);
  if (list) return zoneSelect(name, value, choices(list(), textOf(config[name]), value), type);
  const { min, max, step } = bounds;
  return html`<input class="input" id="config-${name}" aria-describedby=${describedBy} type="number" inputmode="decimal" min=${min} max=${max} step=${step} required .value=${value} @input=${type}>`;
}

function zoneSelect(name, value, names, type) {
  return html`<select class="select" id="config-${name}" aria-describedby="help-${name}" @change=${type}>
    ${names.map((zone) => html`<option ?selected=${zone === value}>${zone}</option>`)}</select>`;
}

function discard() {
  Object.assign(form, { edits: {}, error: null });
  changed();
}

/** Only what was changed, as the API wants it. */
function changes(config) {
  const changedFields = FIELDS.filter(
    ({ name }) => name in form.edits && form.edits[name] !== textOf(config[name]),
  );
  return Object.fromEntries(
    changedFields.map(({ name, min }) => {
      const text = form.edits[name].trim();
      return [name, min === undefined ? text || null : Number(text)];
    }),
  );
}

async function save(event, config) {
  event.preventDefault();
  if (form.busy || !isDirty(config)) return;
  Object.assign(form, { busy: true, error: null });
  changed();
  try {
    await store('config', 'config', {
      body: changes(config),
      headers: { 'If-Match': `"${config.version}"` }, // what it is based on
    });
    form.edits = {};
    say({ words: 'Settings saved.', tone: 'good' });
    refresh('config', 'temporal');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    form.error = error.status === 412 ? stale() : explainChange(error);
  } finally {
    form.busy = false;
    changed();
  }
}

/** Another person was faster: show their settings, keep the reader's own edits, and let them look before saving again. */
function stale() {
  refresh('config');
  return 'Not saved: somebody else changed the settings meanwhile. Theirs are shown now, with your changes on top; check them and save again.';
}
