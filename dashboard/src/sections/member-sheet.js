// A member: standing, last violations, and clearing the warnings.
import { html, nothing } from 'lit-html';
import { isCleared, clearMember } from './clearing.js';
import { filterOnlyBy } from './filters.js';
import { gone } from '../ui/gone.js';
import { history } from '../ui/history.js';
import { failed } from '../ui/panel.js';
import { copyable, fullTime, level, member } from '../ui/widgets.js';
import { leadTo } from '../ui/navigation.js';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { LEVEL_WORDS } from '../ui/words.js';

const BACK = ['#people', 'To the members'];

export function memberSheet() {
  const read = source('member');
  if (!read.data)
    return read.error
      ? failed(read, 'member', { noun: 'member', back: BACK })
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const person = read.data;
  if (person.is_known === false) return unknown(person);
  const cleared = isCleared(person.user_id);
  const standing = cleared ? 0 : person.level;
  return html`
    <div class="sheet-who">${member(person)}</div>
    <dl class="facts">
      <dt>Warning level</dt><dd>${level(standing)} <span class="muted">${cleared ? LEVEL_WORDS[0] : person.level_description}</span></dd>
      <dt>Kicked before</dt><dd>${person.kicked_before ? 'Yes' : 'No'}</dd>
      <dt>Last violation</dt><dd>${person.last_violation ? fullTime(person.last_violation) : 'None'}</dd>
      <dt>Id</dt><dd>${copyable(person.user_id, 'member id')}</dd>
    </dl>
    <p class="sheet-tools">
      ${standing > 0 && may('moderator') ? html`<button type="button" class="button" @click=${() => clearMember(person)}>Clear warnings</button>` : nothing}
      <button type="button" class="button" @click=${() => showAll(person.user_id)}>All violations of this member</button>
      ${may('owner') && !isErased(person) ? html`<button type="button" class="button danger" @click=${() => erase(person)}>Erase this member’s data</button>` : nothing}
    </p>
    <h3>Last violations</h3>
    ${history(person.violations)}`;
}

/** Nobody whom this server's bot ever told of: not somebody without warnings. */
const unknown = (person) => [
  html`<div class="sheet-who">${member(person)}</div>`,
  gone('Nothing is known of this member on this server.', BACK),
  html`<dl class="facts"><dt>Id</dt><dd>${copyable(person.user_id, 'member id')}</dd></dl>`,
];

// Who was erased is a negative number that is nobody's.
const isErased = (person) => person.user_id.startsWith('-');

/** What is hardly ever done comes when it is. */
async function erase(person) {
  const { eraseMember } = await import('./erasing.js');
  await eraseMember(person);
}

function showAll(userId) {
  filterOnlyBy({ user_id: userId });
  leadTo('violations');
}
