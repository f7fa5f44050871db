// Who changed what, newest first.
import { html, nothing } from 'lit-html';
import { explain } from './api.js';
import { PagedList } from './paged.js';
import { panel } from './panel.js';
import { momentTime } from './parts.js';
import { auditPath, source } from './sources.js';
import { state } from './state.js';
import { capital, memberName, plural } from './words.js';

const ACTIONS = {
  'rules.update': 'Changed the rules text',
  'rules.delete': 'Removed the rules text',
  'config.update': 'Changed settings',
  'roles.assign': 'Gave a role',
  'roles.remove': 'Took a role away',
  'warnings.clear': 'Cleared a member’s warnings',
  'warnings.bulk_clear': 'Cleared old warnings',
  'appeals.decide': 'Decided an appeal',
  'tokens.create': 'Made a token',
  'tokens.revoke': 'Revoked a token',
};

const list = new PagedList({
  field: 'entries',
  path: auditPath,
  isAfter: (row, last) => row.timestamp < last.timestamp || (row.timestamp === last.timestamp && row.id !== last.id),
});

export function auditPanel() {
  const first = source('audit');
  list.take(first);
  return panel({
    name: 'audit',
    title: 'Changes',
    width: 'wide-12',
    size: 'rows',
    source: first,
    body: () => [list.rows.length > 0 ? table(list.rows) : html`<p class="empty">Nobody has changed anything yet. Every change of rules, settings, roles, warnings and tokens is listed here.</p>`, foot()],
  });
}

function table(rows) {
  return html`<table class="list stack stack-audit">
    <thead><tr><th scope="col" class="to-time">Time</th><th scope="col" class="to-who">Who</th><th scope="col">What</th><th scope="col">Details</th></tr></thead>
    <tbody>${rows.map((entry) => html`<tr>
      <td class="at-time muted">${momentTime(entry.timestamp)}</td>
      <td class="at-who"><span class="cut">${who(entry)}</span></td>
      <td class="at-level">${ACTIONS[entry.action] ?? capital(entry.action.replaceAll(/[._]/g, ' '))}</td>
      <td class="at-why">${details(entry.details, entry.action)}</td>
    </tr>`)}</tbody>
  </table>`;
}

const who = (entry) => (entry.user_id === null ? 'An API token' : entry.user_id === state.me?.id ? state.me.username : memberName(entry));
const LONG = 80; // characters beyond which a text is folded away
const words = (value) => (value === null || value === '' ? 'none' : String(value));
const NAMES = {
  buffer_threshold: 'messages in the buffer', buffer_timeout_secs: 'longest wait in seconds', mod_role_id: 'moderators’ role',
  timezone: 'time zone', user_id: 'user', appeal_id: 'appeal', id: 'token',
};
// What stands before and after, where the action alone does not say it.
const CHANGED = { 'warnings.clear': 'warning level', 'roles.assign': 'role', 'roles.remove': 'role', 'appeals.decide': 'decision' };
const nameOf = (field) => NAMES[field] ?? field.replaceAll('_', ' ');

/** "before → after" where there is one, else the facts one by one. Everything is text. */
function details(given, action) {
  if (given === null || typeof given !== 'object') return words(given);
  const { before, after, before_ms: beforeMs, ...rest } = given;
  delete rest.members; // too many to list; their number stands beside
  if (rest.name) delete rest.id; // a token is known by its name
  const facts = Object.entries(rest).filter(([, value]) => value !== null).map(([name, value]) => `${nameOf(name)}: ${words(value)}`);
  if (beforeMs) facts.push(`before ${new Date(beforeMs).toISOString().slice(0, 10)}`);
  if (!('after' in given)) return facts.join(', ');
  const changed = CHANGED[action] ? `${CHANGED[action]}: ` : '';
  return [facts.join(', '), facts.length > 0 ? ', ' : '', changed, change(before, after)];
}

function change(before, after) {
  if (after !== null && typeof after === 'object') {
    return Object.keys(after).map((name) => html`${nameOf(name)}: <del>${words(before?.[name] ?? null)}</del> → <ins>${words(after[name])}</ins> `);
  }
  if (words(before).length + words(after).length > LONG) return folded(before, after);
  return html`<del>${words(before)}</del> → <ins>${words(after)}</ins>`;
}

const lines = (text) => (text ? plural(text.trim().split('\n').length, 'line') : 'none');

function folded(before, after) {
  return html`<details class="folded"><summary>${lines(before)} → ${lines(after)}</summary>
    ${before ? html`<p class="small muted">Before</p><p class="written"><del>${before}</del></p>` : nothing}
    ${after ? html`<p class="small muted">After</p><p class="written"><ins>${after}</ins></p>` : nothing}</details>`;
}

function foot() {
  if (!list.cursor && !list.error) return nothing;
  return html`<footer class="panel-foot">
    ${list.error ? html`<p class="small" role="status">${explain(list.error).join(' ')}</p>` : nothing}
    <button type="button" class="button" aria-disabled=${list.busy} @click=${() => list.readOlder()}>${list.busy ? 'Reading' : 'Show older'}</button>
  </footer>`;
}
