// Tokens of bots and API clients: made here, shown once, revoked.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { ApiError, explainChange, send } from '../data/api.js';
import { ask } from '../ui/ask.js';
import { olderFoot } from '../ui/older.js';
import { say } from '../ui/toasts.js';
import { panel } from '../ui/panel.js';
import { copyable, foreign, momentTime } from '../ui/widgets.js';
import { givable } from '../data/roles.js';
import { PagedList } from '../data/paged.js';
import { refresh, source, under } from '../data/sources.js';
import { tokensPath } from '../data/sources-later.js';
import { changed, seat, state } from '../data/state.js';
import { dateOf } from '../ui/time.js';
import { capital } from '../ui/words.js';
import { isolated } from '../ui/foreign-text.js';

const list = new PagedList({
  field: 'tokens',
  path: tokensPath,
  isAfter: (row, last) =>
    row.created_at < last.created_at || (row.created_at === last.created_at && row.id !== last.id),
});
const made = { seat: null, token: null, kind: 'api', error: null, busy: false };

// A secret is for the one who asked for it, and only as long as they are here.
addEventListener('modwatch:left', () => (made.token = null));

export function tokensPanel() {
  if (made.seat !== seat()) Object.assign(made, { seat: seat(), token: null, error: null });
  const first = source('tokens');
  list.take(first);
  return panel({
    name: 'tokens',
    title: 'Tokens',
    width: 'wide-12',
    size: 'rows',
    source: first,
    body: () => [
      made.token ? secret(made.token) : nothing,
      list.rows.length > 0
        ? table(list.rows)
        : html`<p class="empty prose">No tokens yet. A bot sends its events with a bot token; scripts and other programs read with an API token, as far as its role allows.</p>`,
      olderFoot(list),
      making(),
    ],
  });
}

/** The one time a secret is shown. */
function secret({ name, token }) {
  const done = () => {
    made.token = null;
    changed();
  };
  return html`<div class="sheet-note" role="status">
    <p><strong>Copy the token “${foreign(name)}” now: it is shown this once only.</strong> Modwatch keeps no copy of it.</p>
    <p>${copyable(token, 'token')}</p>
    <p><button type="button" class="button" @click=${done}>I have it</button></p>
  </div>`;
}

function table(tokens) {
  return html`<table class="list stack stack-tokens">
    <thead><tr><th scope="col">Name</th><th scope="col">May</th><th scope="col" class="to-extra">Made</th><th scope="col">Last used</th><th scope="col" class="to-extra">Ends</th><th scope="col"><span class="hidden">Revoke</span></th></tr></thead>
    <tbody>${repeat(tokens, ({ id }) => id, row)}</tbody>
  </table>`;
}

function row(token) {
  const ended =
    token.revoked_at || (token.expires_at && Date.parse(token.expires_at) < state.nowMs);
  return html`<tr class=${ended ? 'muted' : ''}>
    <td class="at-who"><span class="cut">${foreign(token.name)}</span></td>
    <td class="at-level">${token.kind === 'bot' ? 'Send events' : token.role === 'viewer' ? 'Read' : `Read, and write as ${token.role}`}</td>
    <td class="at-extra muted">${momentTime(token.created_at)}</td>
    <td class="at-time muted">${token.last_used_at ? momentTime(token.last_used_at) : 'Never'}</td>
    <td class="at-extra muted">${ends(token)}</td>
    <td class="at-act number">${ended ? nothing : html`<button type="button" class="button quiet" @click=${() => revoke(token)}>Revoke<span class="hidden"> ${foreign(token.name)}</span></button>`}</td>
  </tr>`;
}

function ends(token) {
  if (token.revoked_at) return html`Revoked ${momentTime(token.revoked_at)}`;
  return token.expires_at ? dateOf(token.expires_at) : 'When revoked';
}

function making() {
  const kind = (event) => {
    made.kind = event.target.value;
    changed();
  };
  return html`<form class="bulk" @submit=${make}>
    <label class="field"><span class="small muted">Name</span><input class="input" name="name" maxlength="100" required placeholder="What it is for"></label>
    <label class="field"><span class="small muted">Kind</span><select class="select" name="kind" @change=${kind}><option value="api">API token</option><option value="bot">Bot token</option></select></label>
    ${made.kind === 'api' ? html`<label class="field"><span class="small muted">Role</span><select class="select" name="role">${givable().map((role) => html`<option value=${role}>${capital(role)}</option>`)}</select></label>` : nothing}
    <label class="field"><span class="small muted">Days until it ends</span><input class="input" name="days" type="number" min="1" max="3650" step="1" placeholder="Never"></label>
    <button class="button" aria-disabled=${made.busy}>Make a token</button>
    ${made.error ? html`<p class="field-error" role="alert">${made.error}</p>` : nothing}
  </form>`;
}

async function make(event) {
  event.preventDefault();
  if (made.busy) return;
  const form = event.target;
  const { name, kind, role, days } = form.elements;
  const body = {
    name: name.value.trim(),
    kind: kind.value,
    role: role?.value ?? null,
    expires_days: days.value ? Number(days.value) : null,
  };
  Object.assign(made, { busy: true, error: null });
  changed();
  try {
    made.token = (await send(under('tokens'), { method: 'POST', body })).data;
    form.reset();
    made.kind = 'api';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    made.error = explainChange(error);
  } finally {
    made.busy = false;
    refresh('tokens');
    changed();
  }
}

async function revoke(token) {
  const body = html`<p>A program that uses it is refused within 5 seconds. A revoked token cannot be brought back.</p>`;
  if (!(await ask({ title: `Revoke “${isolated(token.name)}”?`, body, yes: 'Revoke it' }))) return;
  try {
    await send(under(`tokens/${token.id}`), { method: 'DELETE' });
    token.revoked_at = new Date(state.nowMs).toISOString(); // of one on an older page, read once
    say({ words: `“${isolated(token.name)}” was revoked.`, tone: 'good' });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
  } finally {
    refresh('tokens');
  }
}
