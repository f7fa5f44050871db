// Who changed what, newest first.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { PagedList } from '../data/paged.js';
import { olderFoot } from '../ui/older.js';
import { panel } from '../ui/panel.js';
import { exportTool } from '../ui/export-tool.js';
import { foreign, momentTime } from '../ui/widgets.js';
import { auditPath, source } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { accessPanel } from './access-log.js';
import { may } from '../data/roles.js';
import { details } from './audit-details.js';
import { person } from './audit-subjects.js';
import { actionName, nobodyWords } from './audit-words.js';
import { readRoles } from './people-choices.js';

const list = new PagedList({
  field: 'entries',
  path: auditPath,
  isAfter: (row, last) =>
    row.timestamp < last.timestamp || (row.timestamp === last.timestamp && row.id !== last.id),
});

export const auditPanels = () => [auditPanel(), may('owner') ? accessPanel() : nothing];

function auditPanel() {
  const first = source('audit');
  list.take(first);
  return panel({
    name: 'audit',
    title: 'Changes',
    width: 'wide-12',
    size: 'rows',
    tools: exportTool('audit_log', 'the audit log', 'admin'),
    source: first,
    body: () => [
      list.rows.length > 0
        ? table(list.rows)
        : html`<p class="empty">Nobody has changed anything yet. Every change of rules, settings, roles, warnings and tokens is listed here.</p>`,
      olderFoot(list),
    ],
  });
}

function table(rows) {
  const known = roleNames(rows);
  return html`<table class="list stack stack-audit">
    <thead><tr><th scope="col" class="to-time">Time</th><th scope="col" class="to-who">Who</th><th scope="col">What</th><th scope="col">Details</th></tr></thead>
    <tbody>${repeat(
      rows,
      ({ id }) => id,
      (entry) => html`<tr>
      <td class="at-time muted">${momentTime(entry.timestamp)}</td>
      <td class="at-who">${who(entry)}</td>
      <td class="at-level">${actionName(entry.action)}</td>
      <td class="at-why">${details(entry, known)}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}

function who(entry) {
  if (entry.user_id === null) {
    const token = entry.about.find(({ id }) => id === entry.details?.token_id);
    return token?.name ? html`API token “${foreign(token.name)}”` : nobodyWords(entry);
  }
  return person(entry);
}

const roles = { of: null, names: new Map() };

/** Names of Discord's roles, asked for once they are wanted. */
function roleNames(rows) {
  const isRole = (side) => side?.mod_role_id || side?.mention_role;
  const isWanted = ({ details: said }) => isRole(said?.after) || isRole(said?.before);
  if (roles.of !== state.guildId && rows.some(isWanted)) {
    const of = state.guildId;
    Object.assign(roles, { of, names: new Map() });
    readRoles().then(({ roles: known }) => {
      if (roles.of !== of) return; // another server was chosen meanwhile
      roles.names = new Map(known.map(({ key, label }) => [key, label]));
      changed();
    });
  }
  return roles.names;
}
