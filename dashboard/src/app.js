// Starts the page: who is reading, which server, and then drawing on each change.
import { render } from 'lit-html';
import { ApiError, send } from './api.js';
import { forgetReads, readDue, startReading } from './reads.js';
import { shell } from './shell.js';
import { signIn, unreachable } from './sign-in.js';
import { wanted } from './sources.js';
import { changed, keepPlace, onChange, server, state, update } from './state.js';

const root = document.getElementById('app');
const narrow = matchMedia('(max-width: 719px)');
const TICK_MS = 30_000; // "4 min ago" moves on by itself
let startError = null;

const actions = {
  chooseServer(guildId) {
    update({ guildId });
    keepPlace();
    readDue();
    // Only a convenience for the next visit: the page works the same when it fails.
    send('/servers/select', { method: 'POST', body: { guild_id: guildId } }).catch(ignoreFailure);
  },
  choosePeriod(period) {
    update({ period });
    keepPlace();
    readDue();
  },
  async logOut() {
    await send('/auth/logout', { method: 'POST' }).catch(ignoreFailure);
    leave(null);
  },
};

function ignoreFailure(error) {
  if (!(error instanceof ApiError)) throw error;
}

function leave(notice) {
  forgetReads();
  update({ session: 'out', notice, me: null, servers: [] });
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
  try {
    const [config, me] = await Promise.all([send('/config'), whoAmI()]);
    state.config = config.data;
    if (!me) return update({ session: 'out' });
    const { data } = await send('/servers');
    enter(me, data.servers);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    startError = error;
    update({ session: 'unreachable' });
  }
}

async function whoAmI() {
  try {
    return (await send('/auth/me')).data;
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

function enter(me, servers) {
  Object.assign(state, { me, servers, session: 'in', notice: null });
  const known = [state.guildId, me.selected_guild_id].find((id) => servers.some((each) => each.id === id));
  state.guildId = known ?? (servers.find((each) => each.bot_present) ?? servers[0])?.id ?? null;
  keepPlace();
  startReading({ wanted, changed, signedOut: () => leave('ended') });
  changed();
}

function page() {
  document.title = state.session === 'in' && server() ? `${server().name} · Modwatch` : 'Modwatch';
  if (state.session === 'out') return signIn(enterDemo);
  if (state.session === 'unreachable') return unreachable(startError, start);
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
setInterval(changed, TICK_MS);
start();
