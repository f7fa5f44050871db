// Who is reading, from the first request to the log-out, and which server is shown.
import { isOfAddress, keepPlace } from '../data/address.js';
import { ApiError, dataIfLoggedIn, explain, forgetEarly, send } from '../data/api.js';
import { forgetReads, keep, readAhead, readDue, REFRESH_MS, startReading } from '../data/reads.js';
import { firstPaths, isOfFrame, readsOf, refresh, source, wanted } from '../data/sources.js';
import {
  changed,
  changedSoon,
  drawNow,
  knownServer,
  server,
  state,
  update,
} from '../data/state.js';
import { roleChange } from '../data/roles.js';
import { firstPaint } from '../sections/first-paint.js';
import { forgetHeard } from '../sections/notices.js';
import { isolated } from '../ui/foreign-text.js';
import { restorePlace } from '../ui/navigation.js';
import { say } from '../ui/toasts.js';
import { door } from './door.js';
import { drawSection } from './sections.js';
import { tellWho, watchWho } from './who.js';

const LIVE_REFRESH_MS = 120_000; // while events arrive by themselves, asking is only a safety net
let live = null;
let starting = null;

/** Why not even the first request was answered. */
export let startError = null;

export const actions = {
  chooseServer(guildId) {
    update({ guildId });
    keepPlace();
    live?.watch(guildId);
    readDue();
    // Only a convenience for the next visit: the page works the same when it fails.
    send('/servers/select', { method: 'POST', body: { guild_id: guildId } }).catch(ignoreFailure);
  },
  choosePeriod(period) {
    update({ period });
    keepPlace();
    readDue();
  },
  refreshAll() {
    refresh(...new Set(['servers', ...readsOf('overview'), ...[...state.near].flatMap(readsOf)]));
  },
  async logOut() {
    try {
      await send('/auth/logout', { method: 'POST' });
    } catch (error) {
      ignoreFailure(error);
      if (error.status !== 401) return stillIn(error);
    }
    return leave(null);
  },
};

addEventListener('modwatch:server', ({ detail: guildId }) => actions.chooseServer(guildId));

/** Whoever walks away from a computer of others must know. */
const stillIn = (error) =>
  say({
    words: `You are still logged in. ${explain(error)[0]} Please log out again.`,
    tone: 'high',
    shownMs: 10_000,
  });

function ignoreFailure(error) {
  if (!(error instanceof ApiError)) throw error;
}

function leave(notice) {
  dispatchEvent(new Event('modwatch:left')); // each part forgets what was this reader's own
  live?.watch(null);
  forgetReads();
  forgetHeard();
  update({ session: 'out', notice, me: null, servers: [], sheet: null });
}

const askWho = watchWho({ leave, start });

export async function enterDemo(role) {
  try {
    await send('/auth/demo', { method: 'POST', body: { role } });
    await start();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    update({ notice: 'The demo could not be entered. Please try again.' });
  }
}

export async function start() {
  forgetReads(); // answers that came before a login, or a failure of a try before
  readAhead(firstPaths());
  try {
    const asked = ['/auth/me', '/servers'].map(dataIfLoggedIn);
    forgetEarly();
    const [me, servers] = await Promise.all(asked);
    if (me && servers) return enter(me, servers);
    await door.ask();
    update({ session: 'out' });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    startError = error;
    update({ session: 'unreachable' });
  }
}

function enter(me, { servers }) {
  Object.assign(state, { me, servers, session: 'in', notice: null });
  tellWho();
  state.guildId = knownServer(me.selected_guild_id);
  if (!isOfAddress(state.guildId))
    say({ words: 'You have no role in the server of this address.' });
  const intervalMs = () => (state.live === 'on' ? LIVE_REFRESH_MS : REFRESH_MS);
  keep('/servers', { servers }); // first: what is kept is not read again
  const signedOut = () => leave('ended');
  startReading({ wanted, changed: changedSoon, signedOut, intervalMs, isOurs: isOfFrame });
  drawNow();
  restorePlace(); // at once: the next frame would tell that the overview is looked at, and that become the address
  // Each a task of its own, to let a phone react in between: the frame, the overview, and what is not on the screen yet.
  setTimeout(() => {
    drawSection('overview');
    changed();
    setTimeout(settle);
  });
}

async function settle() {
  if (state.session !== 'in') return;
  keepPlace();
  await firstPaint;
  if (state.session !== 'in') return;
  starting ??= beginLive();
  live = await starting;
  if (state.session === 'in') live?.watch(state.guildId);
}

/** The first figures do not wait for the script that hears events. Without it all is asked for every 30 s. */
async function beginLive() {
  try {
    const { startLive } = await import('./live-handlers.js');
    return startLive(askWho);
  } catch {
    starting = null;
    return null;
  }
}

/** A role given or taken meanwhile shows with the next reading of the servers. */
export function takeServers() {
  const { data } = source('servers');
  if (!data || data.servers === state.servers) return;
  const was = server();
  state.servers = data.servers;
  const words = roleChange(was, server(), isolated(was?.name));
  if (words) say({ words, tone: 'high', shownMs: 10_000 });
  const before = state.guildId;
  state.guildId = knownServer();
  if (state.guildId !== before) keepPlace();
  live?.watch(state.guildId); // also where the connection was refused before the role came back
  readDue();
}
