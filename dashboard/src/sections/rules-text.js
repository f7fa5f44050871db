// The rules text the bot judges by: read by every role, edited by admins, removed by owners.
import { html, nothing } from 'lit-html';
import { ApiError, explainChange } from '../data/api.js';
import { ask } from '../ui/ask.js';
import { say } from '../ui/toasts.js';
import { panel } from '../ui/panel.js';
import { foreign, momentTime } from '../ui/widgets.js';
import { may } from '../data/roles.js';
import { refresh, source, under } from '../data/sources.js';
import { store } from '../data/sources-later.js';
import { changed, seat } from '../data/state.js';
import { arriving } from '../ui/arriving.js';
import { isWaiting, undoable } from '../ui/undoable.js';
import { count } from '../ui/words.js';

const LONGEST = 20_000;
const templates = arriving(() => import('./rules-templates.js')); // for admins alone
const draft = { seat: null, text: null, busy: false, error: null };

export function rulesTextPanel() {
  if (draft.seat !== seat()) Object.assign(draft, { seat: seat(), text: null, error: null });
  const read = source('rulesText');
  return panel({
    name: 'rules-text',
    title: 'Rules text',
    width: 'wide-4',
    size: 'rows',
    note: read.data?.updated_at ? html`Changed ${momentTime(read.data.updated_at)}` : '',
    source: read,
    body: (rules) => (may('admin') ? editor(rules) : reading(rules)),
  });
}

const removed = () => isWaiting('rules');

function reading({ rules, has_rules: present }) {
  if (!present)
    return html`<p class="empty">No rules text. An admin can write one here; the bot judges by it.</p>`;
  return html`<div class="scroll text-high" tabindex="0" role="region" aria-label="Rules text"><p class="written">${foreign(rules)}</p></div>`;
}

function editor({ rules, has_rules: present }) {
  templates.ask();
  const saved = removed() ? '' : rules;
  const text = draft.text ?? saved;
  const dirty = draft.text !== null && draft.text !== saved;
  return html`<form class="editor" @submit=${save}>
    <label class="hidden" for="rules-text">Rules text</label>
    <textarea class="input text-high" id="rules-text" maxlength=${LONGEST} spellcheck="true" placeholder="One rule a line. The bot judges messages by this text." .value=${text} @input=${type}></textarea>
    <p class="written print-only">${text}</p>
    <p class="small muted">${count(text.length)} of ${count(LONGEST)} characters${dirty ? ', not saved' : ''}</p>
    ${draft.error ? html`<p class="field-error" role="alert">${draft.error}</p>` : nothing}
    <div class="sheet-tools">
      <button class="button primary" aria-disabled=${!dirty || draft.busy || text.trim() === ''}>Save rules</button>
      ${dirty ? html`<button type="button" class="button" @click=${revert}>Discard changes</button>` : nothing}
      <select class="select" aria-label="Start from a template" @change=${useTemplate}>
        <option value="">Start from a template</option>
        ${templates.it?.TEMPLATES.map(({ name }) => html`<option>${name}</option>`)}
      </select>
      ${may('owner') && present && !removed() ? html`<button type="button" class="button quiet" @click=${remove}>Reset to none</button>` : nothing}
    </div>
  </form>`;
}

function type(event) {
  draft.text = event.target.value;
  changed();
}

function revert() {
  Object.assign(draft, { text: null, error: null });
  changed();
}

function useTemplate({ target }) {
  const template = templates.it.TEMPLATES.find(({ name }) => name === target.value);
  target.value = '';
  if (!template) return;
  const before = draft.text;
  draft.text = template.text;
  draft.withdraw = say({
    words: `Template “${template.name}” put in, not saved yet.`,
    shownMs: 10_000,
    action: {
      word: 'Undo',
      run: () => {
        draft.text = before;
        changed();
      },
    },
  });
}

async function save(event) {
  event.preventDefault();
  const { text, seat: sender } = draft;
  if (draft.busy || text === null || text.trim() === '') return;
  Object.assign(draft, { busy: true, error: null });
  changed();
  try {
    await store('rulesText', 'rules', { body: { rules: text } });
    if (draft.seat === sender) draft.text = null;
    draft.withdraw?.();
    say({ words: 'Rules saved. The bot reads them within a minute.', tone: 'good' });
    refresh('rulesText');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    draft.error = explainChange(error);
  } finally {
    draft.busy = false;
    changed();
  }
}

async function remove() {
  const body = html`<p>The bot then has no rules text to judge by. You can undo this for 10 seconds.</p>`;
  if (!(await ask({ title: 'Remove the rules text?', body, yes: 'Remove it' }))) return;
  draft.text = null;
  undoable({
    key: 'rules',
    words: 'Rules text removed.',
    path: under('rules'),
    options: { method: 'DELETE' },
    done: () => refresh('rulesText'),
  });
}

addEventListener('beforeunload', (event) => {
  if (draft.text !== null && draft.text !== source('rulesText').data?.rules) event.preventDefault();
});
