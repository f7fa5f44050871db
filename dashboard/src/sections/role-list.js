// Who was given which role in this server. Owners give and take them.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { Combobox } from '../ui/combobox.js';
import { findMembers } from './people-choices.js';
import { ApiError, explainChange, send } from '../data/api.js';
import { ask } from '../ui/ask.js';
import { say } from '../ui/toasts.js';
import { panel } from '../ui/panel.js';
import { foreign, member, momentTime } from '../ui/widgets.js';
import { givable, may } from '../data/roles.js';
import { refresh, source, under } from '../data/sources.js';
import { changed, seat, state } from '../data/state.js';
import { isWaiting, undoable } from '../ui/undoable.js';
import { capital, choices, memberName } from '../ui/words.js';
import { isolated } from '../ui/foreign-text.js';

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
      may('owner')
        ? [html`<p class="hidden" id="role-hint">Given by the button that follows.</p>`, giving()]
        : nothing,
    ],
  });
}

function table(roles) {
  return html`<table class="list stack stack-roles">
    <thead><tr><th scope="col">Person</th><th scope="col">Role</th><th scope="col" class="number">Given</th>${may('owner') ? html`<th scope="col"><span class="hidden">Take away</span></th>` : nothing}</tr></thead>
    <tbody>${repeat(
      roles.filter(({ user_id: id }) => !isWaiting(`role ${id}`)),
      ({ user_id: id }) => id,
      row,
    )}</tbody>
  </table>`;
}

function row(person) {
  const changeable = may('owner') && person.user_id !== state.me?.id;
  return html`<tr>
    <td class="at-who">${member(person)}</td>
    <td class="at-level">${changeable ? changing(person) : capital(person.role)}</td>
    <td class="at-time number muted">${momentTime(person.assigned_at)}</td>
    ${may('owner') ? html`<td class="at-act number">${changeable ? html`<button type="button" class="button quiet" @click=${() => take(person)}>Remove<span class="hidden"> ${foreign(memberName(person))}</span></button>` : nothing}</td>` : nothing}
  </tr>`;
}

let wish = { of: null, role: null }; // chosen for somebody, and not given yet

/** An arrow key in a closed select chooses at once: what is chosen is given by a button only. */
function changing(person) {
  const of = `${seat()} ${person.user_id}`;
  const chosen = wish.of === of ? wish.role : person.role;
  const choose = ({ target }) => {
    wish = { of, role: target.value };
    changed();
  };
  const submit = async (event) => {
    event.preventDefault();
    if (chosen === person.role) return;
    event.target.elements.role.focus(); // the button goes
    if (await give(person.user_id, chosen, memberName(person))) person.role = chosen;
    if (wish.of === of) wish.of = null;
    changed();
  };
  return html`<form class="role" @submit=${submit}>
    ${roleSelect(`Role of ${isolated(memberName(person))}`, chosen, choose, 'role-hint')}
    ${chosen === person.role ? nothing : html`<button class="button">Make ${chosen}<span class="hidden">: ${foreign(memberName(person))}</span></button>`}
  </form>`;
}

function roleSelect(label, chosen, choose = () => {}, hint = nothing) {
  return html`<select class="select" name="role" aria-label=${label} aria-describedby=${hint} .value=${chosen} @change=${choose}>
    ${choices(givable(), chosen).map((role) => html`<option value=${role} ?selected=${role === chosen}>${capital(role)}</option>`)}</select>`;
}

const person = new Combobox({ id: 'role-user', noun: 'person', find: findMembers });
let givenIn = null;

function giving() {
  if (givenIn !== seat()) person.set(null);
  givenIn = seat();
  const submit = async (event) => {
    event.preventDefault();
    const { chosen } = person;
    if (!chosen) return say({ words: 'Choose somebody from the list first.', tone: 'high' });
    if (!(await give(chosen.key, event.target.elements.role.value, chosen.label))) return;
    person.set(null);
    changed();
  };
  return html`<form class="bulk" @submit=${submit}>
    <label class="small muted" for="role-user">Give a role to</label>
    ${person.draw({ placeholder: 'Name, or a whole id', required: true })}
    ${roleSelect('Role to give', 'moderator')}
    <button class="button">Give</button>
  </form>`;
}

/** Whether it worked. */
async function give(userId, role, name) {
  try {
    await send(under(`roles/${encodeURIComponent(userId)}`), { method: 'PUT', body: { role } });
    say({
      words: `${isolated(name)} is ${role} now.`,
      tone: 'good',
    });
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
  const name = isolated(memberName(person));
  const body = html`<p>They keep what Discord itself gives them. You can undo this for 10 seconds.</p>`;
  if (
    !(await ask({ title: `Take the role ${person.role} from ${name}?`, body, yes: 'Take it away' }))
  )
    return;
  undoable({
    key: `role ${person.user_id}`,
    words: `${name} is no longer ${person.role}.`,
    path: under(`roles/${person.user_id}`),
    options: { method: 'DELETE' },
    done: () => refresh('roles'),
  });
}
