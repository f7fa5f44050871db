// Cancelling an export, and deleting one with its file, which can be undone for 10 s.
import { ApiError, explainChange, send } from '../data/api.js';
import { refresh, under } from '../data/sources.js';
import { say } from '../ui/toasts.js';
import { isWaiting as isPending, undoable } from '../ui/undoable.js';
import { viewName } from './export-views.js';

const keyOf = (id) => `export ${id}`;

/** True while its deletion waits to be sent: shown as done already. */
export const isDeleted = (id) => isPending(keyOf(id));

const renew = () => refresh('exports', 'exportStorage');
const gone = ({ status }) => status === 404;

export function remove(made) {
  undoable({
    key: keyOf(made.id),
    words: `${viewName(made.export_type)}: the export is deleted${made.status === 'done' ? ', with its file' : ''}.`,
    path: under(`export/${made.id}`),
    options: { method: 'DELETE' },
    done: renew,
  });
}

/** Cancel one that waits or is being made. Nothing is lost: it can be made again. */
export async function cancel(made) {
  try {
    await send(under(`export/${made.id}`), { method: 'DELETE' });
    say({ words: `${viewName(made.export_type)}: the export was cancelled.` });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!gone(error)) say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
  } finally {
    renew();
  }
}
