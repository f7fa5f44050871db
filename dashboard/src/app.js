// Starts the page and draws it on each change.
import { render } from 'lit-html';
import { hasten } from './data/reads.js';
import { refresh, source } from './data/sources.js';
import { changed, onChange, server, state, update } from './data/state.js';
import { atDoor, unreachable } from './shell/door.js';
import { listenToFingers } from './shell/gestures.js';
import { actions, enterDemo, start, startError, takeServers } from './shell/session.js';
import { shell } from './shell/shell.js';
import { listenToKeys } from './shell/shortcuts.js';
import { isolated } from './ui/foreign-text.js';
import { followZone } from './ui/zone.js';

const root = document.getElementById('app');
const narrow = matchMedia('(max-width: 719px)');
const TICK_MS = 30_000; // "4 min ago" moves on by itself
const COUNTED_MS = 2500; // by then a change is in the counted answers

function page() {
  document.title =
    state.session === 'in' && server() ? `${isolated(server().name)} · Modwatch` : 'Modwatch';
  if (state.session === 'out') return atDoor(enterDemo);
  if (state.session === 'unreachable') return unreachable(startError, start);
  takeServers();
  followZone(source('overview').data?.timezone);
  return shell(actions);
}

let drawn = false;
onChange(() => {
  if (state.session === 'starting') return; // index.html's own skeleton stands meanwhile
  if (!drawn) root.replaceChildren();
  drawn = true;
  keepFocus(() => render(page(), root));
});

/** A row that changes its place is moved, and what is moved loses the focus. */
function keepFocus(draw) {
  const focused = document.activeElement;
  draw();
  if (document.activeElement === document.body && focused?.isConnected)
    focused.focus({ preventScroll: true });
}

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
