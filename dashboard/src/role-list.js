// Who was given which role in this server. Owners give and take them.
import { html, nothing } from 'lit-html';
import { ApiError, explainChange, send } from './api.js';
import { ask } from './ask.js';
import { say } from './toasts.js';
import { panel } from './panel.js';
import { member, momentTime } from './parts.js';
import { givable, may } from './roles.js';
import { refresh, source, under } from './sources.js';
import { state } from './state.js';
import { isWaiting, undoable } from './undoable.js';
import { capital, memberName } from './words.js';

export function rolesPanel() {
  return panel({
    name: 'roles',
    title: 'Roles',
    width: 'wide-6',
    size: 'rows',
    source: source('roles'),
    body: ({ roles }) => [
      html`<p class="small muted prose">On top of these, Discord’s own owner is owner here, administrators are admins, and the moderators’ role makes moderators.</p>`,
      roles.length > 0 ? table(roles) : html`<p class="empty">Nobody was given a role here.</p>`,
      may('owner') ? giving() : nothing,
    ],
  });
}

function table(roles) {
  return html`<table class="list stack stack-roles">
    <thead><tr><th scope="col">Person</th><th scope="col">Role</th><th scope="col" class="number">Given</th>${may('owner') ? html`<th scope="col"><span class="hidden">Take away</span></th>` : nothing}</tr></thead>
    <tbody>${roles.filter(({ user_id: id }) => !isWaiting(`role ${id}`)).map(row)}</tbody>
  </table>`;
}

function row(person) {
  const changeable = may('owner') && person.user_id !== state.me?.id;
  return html`<tr>
    <td class="at-who">${member(person)}</td>
    <td class="at-level">${changeable ? roleSelect(`Role of ${memberName(person)}`, person.role, (role) => give(person.user_id, role, person)) : capital(person.role)}</td>
    <td class="at-time number muted">${momentTime(person.assigned_at)}</td>
    ${may('owner') ? html`<td class="at-act number">${changeable ? html`<button type="button" class="button quiet" @click=${() => take(person)}>Remove<span class="hidden"> ${memberName(person)}</span></button>` : nothing}</td>` : nothing}
  </tr>`;
}

function roleSelect(label, chosen, choose) {
  return html`<select class="select" name="role" aria-label=${label} .value=${chosen} @change=${(event) => choose?.(event.target.value)}>
    ${givable().map((role) => html`<option value=${role} ?selected=${role === chosen}>${capital(role)}</option>`)}</select>`;
}

function giving() {
  const submit = async (event) => {
    event.preventDefault();
    const { user_id: id, role } = event.target.elements;
    const form = event.target;
    if (await give(id.value.trim(), role.value)) form.reset();
  };
  return html`<form class="bulk" @submit=${submit}>
    <label class="small muted" for="role-user">Give a role to the Discord user with the id</label>
    <input class="input" id="role-user" name="user_id" inputmode="numeric" pattern="[0-9]{1,20}" title="The digits of a Discord id" required>
    ${roleSelect('Role to give', 'moderator')}
    <button class="button">Give</button>
  </form>`;
}

/** Whether it worked. */
async function give(userId, role, person = null) {
  try {
    await send(under(`roles/${encodeURIComponent(userId)}`), { method: 'PUT', body: { role } });
    say({ words: `${person ? memberName(person) : `User ${userId}`} is ${role} now.`, tone: 'good' });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
    return false;
  } finally {
    refresh('roles');
  }
}

async function take(person) {
  const name = memberName(person);
  const body = html`<p>They keep what Discord itself gives them. You can undo this for 10 seconds.</p>`;
  if (!(await ask({ title: `Take the role ${person.role} from ${name}?`, body, yes: 'Take it away' }))) return;
  undoable({
    key: `role ${person.user_id}`,
    words: `${name} is no longer ${person.role}.`,
    path: under(`roles/${person.user_id}`),
    options: { method: 'DELETE' },
    done: () => refresh('roles'),
  });
}
