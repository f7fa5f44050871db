// Erasing a member's data: asked in words for what goes and what stays, and told what went.
import { html, nothing } from 'lit-html';
import { ApiError, explainChange, send } from '../data/api.js';
import { refresh, under } from '../data/sources.js';
import { state } from '../data/state.js';
import { ask } from '../ui/ask.js';
import { isolated } from '../ui/foreign-text.js';
import { closeSheet } from '../ui/navigation.js';
import { say } from '../ui/toasts.js';
import { memberName } from '../ui/words.js';
import { erasedWords, mailedWords, stayingWords } from './erasing-words.js';

const TOLD_MS = 20_000;
const LONGEST_MS = 120_000; // of a member with very many violations

/** Ask, erase, and say what was done; nothing of it can be undone. */
export async function eraseMember(person) {
  const name = isolated(memberName(person));
  const path = under(`members/${encodeURIComponent(person.user_id)}`); // of this server, whichever is shown later
  try {
    const query = new URLSearchParams({ user_id: person.user_id, limit: 1 });
    const [{ data: violations }, { data: reports }] = await Promise.all([
      send(under(`violations?${query}`)),
      send(under('schedules')),
    ]);
    const sure = await ask({
      title: `Erase the data of ${name}?`,
      body: body(violations.total, reports.mailed_to),
      yes: 'Erase for good',
    });
    if (!sure) return;
    const { data } = await send(path, { method: 'DELETE', timeoutMs: LONGEST_MS });
    if (state.sheet?.id === person.user_id) closeSheet();
    say({ words: erasedWords(data), tone: 'good', shownMs: TOLD_MS });
    refresh('offenders', 'warnings', 'violations', 'overview', 'appeals');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: TOLD_MS });
  }
}

const body = (
  total,
  addresses,
) => html`<p><strong>This cannot be undone.</strong> In this server these go:</p>
  <ul class="goes">
    <li>name and picture, warning level, appeals in the member’s own words, and a role given here</li>
    <li>reasons that name the member, ids of messages, and files of exports they are in</li>
  </ul>
  ${addresses ? html`<p>${mailedWords(addresses)}</p>` : nothing}
  <p>${stayingWords(total)} The audit log says that somebody was erased, not who. Discord keeps what it has.</p>`;
