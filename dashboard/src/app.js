// Starts the page: who is reading, which server, and then drawing on each change.
import { render } from 'lit-html';
import { ApiError, dataIfLoggedIn, send } from './api.js';
import { listenToFingers } from './gestures.js';
import { startLive } from './live-page.js';
import { forgetHeard } from './notices.js';
import { keepPlace, restorePlace } from './place.js';
import { forgetReads, hasten, keep, readAhead, readDue, REFRESH_MS, startReading } from './reads.js';
import { drawSection } from './sections.js';
import { shell } from './shell.js';
import { listenToKeys } from './shortcuts.js';
import { signIn, unreachable } from './sign-in.js';
import { firstPaths, readsOf, refresh, source, wanted } from './sources.js';
import { changed, changedSoon, drawNow, knownServer, onChange, server, state, update } from './state.js';
import { sendWaiting } from './undoable.js';

const root = document.getElementById('app');
const narrow = matchMedia('(max-width: 719px)');
const TICK_MS = 30_000; // "4 min ago" moves on by itself
const LIVE_REFRESH_MS = 120_000; // while events arrive by themselves, asking is only a safety net
const COUNTED_MS = 2500; // by then a change is in the counted answers
let startError = null;
let live = null;

const actions = {
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
    await sendWaiting();
    await send('/auth/logout', { method: 'POST' }).catch(ignoreFailure);
    leave(null);
  },
};

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

async function enterDemo(role) {
  try {
    await send('/auth/demo', { method: 'POST', body: { role } });
    await start();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    update({ notice: 'The demo could not be entered. Please try again.' });
  }
}

async function start() {
  forgetReads(); // answers that came for nobody, or a failure of a try before
  readAhead(firstPaths());
  try {
    const [config, me, servers] = await Promise.all([send('/config'), dataIfLoggedIn('/auth/me'), dataIfLoggedIn('/servers')]);
    state.config = config.data;
    if (!me || !servers) return update({ session: 'out' });
    enter(me, servers);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    startError = error;
    update({ session: 'unreachable' });
  }
}

function enter(me, { servers }) {
  Object.assign(state, { me, servers, session: 'in', notice: null });
  state.guildId = knownServer(me.selected_guild_id);
  const intervalMs = () => (state.live === 'on' ? LIVE_REFRESH_MS : REFRESH_MS);
  keep('/servers', { servers }); // first: what is kept is not read again
  startReading({ wanted, changed: changedSoon, signedOut: () => leave('ended'), intervalMs });
  drawNow();
  restorePlace(); // at once: the next frame would tell that the overview is looked at, and that become the address
  // Each a task of its own, to let a phone react in between: the frame, the overview, and what nobody sees.
  setTimeout(() => {
    drawSection('overview');
    changed();
    setTimeout(settle);
  });
}

function settle() {
  if (state.session !== 'in') return;
  keepPlace();
  live ??= startLive(() => refresh('servers'));
  live.watch(state.guildId);
}

/** A role given or taken meanwhile shows with the next reading of the servers. */
function takeServers() {
  const { data } = source('servers');
  if (!data || data.servers === state.servers) return;
  state.servers = data.servers;
  const before = state.guildId;
  state.guildId = knownServer();
  if (state.guildId !== before) {
    keepPlace();
    live?.watch(state.guildId);
  }
  readDue();
}

function page() {
  document.title = state.session === 'in' && server() ? `${server().name} · Modwatch` : 'Modwatch';
  if (state.session === 'out') return signIn(enterDemo);
  if (state.session === 'unreachable') return unreachable(startError, start);
  takeServers();
  return shell(actions);
}

let drawn = false;
onChange(() => {
  if (state.session === 'starting') return; // index.html's own skeleton stands meanwhile
  if (!drawn) root.replaceChildren();
  drawn = true;
  render(page(), root);
});

narrow.addEventListener('change', () => update({ narrow: narrow.matches }));
state.narrow = narrow.matches;
// After a change of the reader's own: what lists it at once, and what is counted from it a moment later.
addEventListener('modwatch:changed', () => {
  setTimeout(() => hasten(0));
  setTimeout(() => hasten(0), COUNTED_MS);
});
addEventListener('modwatch:refused', () => refresh('servers'));
listenToKeys(actions);
listenToFingers(actions.refreshAll);
setInterval(changed, TICK_MS);
start();
