// Whether whoever is logged in is still the reader of this page. The cookie is of the whole browser: after a login in
// another tab, all requests of this one are of that person.
import { ApiError, dataIfLoggedIn } from '../data/api.js';
import { state } from '../data/state.js';
import { isolated } from '../ui/foreign-text.js';
import { say } from '../ui/toasts.js';

const readers = new BroadcastChannel('modwatch:reader');

/** Say in the other tabs who reads here. */
export const tellWho = () => readers.postMessage(state.me.id);

/**
 * Look out for another reader. `leave(notice)` forgets the one before, so that nothing of theirs is shown or sent in
 * another's name, `start()` begins anew. Answers a function that asks the server at once.
 */
export function watchWho({ leave, start }) {
  let asking = false;
  async function ask() {
    if (state.session !== 'in' || asking) return;
    asking = true;
    try {
      const me = await dataIfLoggedIn('/auth/me');
      if (!me) leave('ended');
      else if (me.id !== state.me?.id) await beginAnew(me, leave, start);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // asked again with the next refusal
    } finally {
      asking = false;
    }
  }
  readers.onmessage = ({ data: id }) => id !== state.me?.id && ask();
  addEventListener('modwatch:refused', ask);
  return ask;
}

async function beginAnew({ username }, leave, start) {
  leave(null);
  state.session = 'starting'; // the door is not for who is logged in
  await start();
  const undone = state.undone ? ' A change that could still be undone was not made.' : '';
  say({
    words: `${isolated(username ?? 'Somebody else')} logged in in another tab, so this page is theirs now.${undone}`,
    shownMs: 10_000,
  });
}
