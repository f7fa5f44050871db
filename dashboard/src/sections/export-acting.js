// Cancelling an export, and deleting one with its file, which can be undone for 10 s.
import { ApiError, explainChange, send } from '../data/api.js';
import { PagedList } from '../data/paged.js';
import { refresh, under } from '../data/sources.js';
import { exportsPath } from '../data/sources-later.js';
import { say } from '../ui/toasts.js';
import { isWaiting as isPending, undoable } from '../ui/undoable.js';
import { viewName } from './export-views.js';

export const list = new PagedList({
  field: 'exports',
  path: exportsPath,
  isAfter: (made, last) => made.created_at <= last.created_at,
});

const keyOf = (id) => `export ${id}`;

/** True while its deletion waits to be sent: shown as done already. */
export const isDeleted = (id) => isPending(keyOf(id));

const renew = () => refresh('exports', 'exportStorage', 'export');
const gone = ({ status }) => status === 404;

export function remove(made) {
  undoable({
    key: keyOf(made.id),
    words: `${viewName(made.export_type)}: the export is deleted${made.status === 'done' ? ', with its file' : ''}.`,
    path: under(`export/${made.id}`),
    options: { method: 'DELETE' },
    done() {
      list.drop(made); // which may be on an older page, that is not read again
      renew();
    },
  });
}

/** Cancel one that waits or is being made. Nothing is lost: it can be made again. */
export async function cancel(made) {
  try {
    await send(under(`export/${made.id}`), { method: 'DELETE' });
    say({ words: `${viewName(made.export_type)}: the export was cancelled.` });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (gone(error)) list.drop(made);
    else say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
  } finally {
    renew();
  }
}
