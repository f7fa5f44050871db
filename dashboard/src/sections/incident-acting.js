// What people do about an incident: look after it, clear the warnings of its members, write notes.
import { html } from 'lit-html';
import { ApiError, explainChange, send } from '../data/api.js';
import { patch } from '../data/reads.js';
import { path, refresh, under } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { ask } from '../ui/ask.js';
import { say } from '../ui/toasts.js';
import { isWaiting, undoable } from '../ui/undoable.js';
import { plural } from '../ui/words.js';

let acting = null; // the id of the incident whose change is on its way

export const isTaking = ({ id }) => acting === id;

export const takeButton = (incident) =>
  html`<button type="button" class="button primary" aria-disabled=${isTaking(incident)} @click=${() => act(incident, 'take')}>Look after it</button>`;

export const leaveButton = (incident) =>
  html`<button type="button" class="button" aria-disabled=${isTaking(incident)} @click=${() => act(incident, 'leave')}>Leave it to others</button>`;

/** Whether it was done; a refusal is told. */
export async function act({ id }, what, body) {
  if (acting) return false;
  acting = id;
  changed();
  try {
    const { data } = await send(under(`incidents/${id}/${what}`), { method: 'POST', body });
    take(data);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
    return false;
  } finally {
    acting = null;
    refresh('incidents');
    changed();
  }
}

/** The answer to a change is the incident as it is now. */
function take(incident) {
  if (state.sheet?.kind === 'incident' && state.sheet.id === incident.id)
    patch(path('incident'), () => incident);
}

const keyOf = ({ id }) => `clear incident ${id}`;

/** True while the clearing of its members' warnings waits to be sent. */
export const isCleared = (incident) => isWaiting(keyOf(incident));

export async function clearMembers(incident) {
  const members = plural(incident.member_count, 'member');
  const sure = await ask({
    title: `Clear the warnings of all ${members}?`,
    body: html`<p>The warning level of everybody in this raid goes back to 0. Violations stay on record, and nothing changes in Discord. You can undo this for 10 seconds.</p>`,
    yes: 'Clear warnings',
  });
  if (!sure) return;
  undoable({
    key: keyOf(incident),
    words: `Warnings of ${members} cleared.`,
    path: under(`incidents/${incident.id}/clear-warnings`),
    options: { method: 'POST' },
    done: (data) => {
      take(data);
      refresh('warnings', 'offenders');
    },
  });
}
