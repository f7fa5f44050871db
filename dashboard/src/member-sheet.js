// A member: standing, last violations, and clearing the warnings.
import { html, nothing } from 'lit-html';
import { isCleared, clearMember } from './clearing.js';
import { filterBy } from './filters.js';
import { history } from './history.js';
import { failed } from './panel.js';
import { copyable, fullTime, level, member } from './parts.js';
import { goTo } from './place.js';
import { may } from './roles.js';
import { source } from './sources.js';
import { LEVEL_WORDS } from './words.js';

export function memberSheet() {
  const read = source('member');
  if (!read.data) return read.error ? failed(read, 'member') : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const person = read.data;
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
    </p>
    <h3>Last violations</h3>
    ${history(person.violations)}`;
}

function showAll(userId) {
  filterBy({ q: '', severity: '', detection_type: '', action: '', rule: '', since: '', until: '', user_id: userId });
  goTo('violations');
}
