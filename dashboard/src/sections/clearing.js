// Clearing warnings: of one member, or of every member who has been quiet since a date. Asked once, undone for 10 s.
import { html } from 'lit-html';
import { ask } from '../ui/ask.js';
import { say } from '../ui/toasts.js';
import { refresh, under } from '../data/sources.js';
import { dateOf } from '../ui/time.js';
import { isWaiting, undoable } from '../ui/undoable.js';
import { memberName, plural } from '../ui/words.js';
import { isolated } from '../ui/foreign-text.js';

const keyOf = (userId) => `clear ${userId}`;

/** True while a member's clearing waits to be sent: shown as done already. */
export const isCleared = (userId) => isWaiting(keyOf(userId));

const renew = () => refresh('warnings', 'offenders');

export async function clearMember(person) {
  const name = isolated(memberName(person));
  const sure = await ask({
    title: `Clear the warnings of ${name}?`,
    body: html`<p>The warning level goes from ${person.level} back to 0. Violations stay on record. You can undo this for 10 seconds.</p>`,
    yes: 'Clear warnings',
  });
  if (!sure) return;
  undoable({
    key: keyOf(person.user_id),
    words: `Warnings of ${name} cleared.`,
    path: under(`warnings/${person.user_id}`),
    options: { method: 'DELETE' },
    done: renew,
  });
}

/** `date` is "2026-01-27" from a date input; the server takes it as that day's first moment in UTC. */
export async function clearQuiet(date) {
  const day = dateOf(`${date}T00:00:00Z`, 'UTC');
  const sure = await ask({
    title: `Clear everybody without a violation since ${day}?`,
    body: html`<p>Every member whose last violation is older than ${day} (UTC) goes back to warning level 0.
      Violations stay on record. You can undo this for 10 seconds.</p>`,
    yes: 'Clear them all',
  });
  if (!sure) return;
  undoable({
    key: 'clear quiet',
    words: `Clearing all warnings older than ${day}.`,
    path: under('warnings/bulk-clear'),
    options: { method: 'POST', body: { before_date: date } },
    done({ cleared }) {
      say({
        words:
          cleared > 0
            ? `Warnings of ${plural(cleared, 'member')} cleared.`
            : 'Nobody had such old warnings.',
        tone: 'good',
      });
      renew();
    },
  });
}
