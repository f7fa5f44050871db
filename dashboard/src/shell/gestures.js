// Fingers: a swipe to the side changes the section, a pull at the top refreshes.
import { goTo } from '../ui/navigation.js';
import { sectionBeside } from './sections-list.js';
import { state } from '../data/state.js';

const SWIPE_PX = 72;
const PULL_PX = 96;
const KEEPS_ITS_OWN = 'modwatch-chart, .scroll, .lines, input, textarea, select, dialog, .choice';

let start = null;
let pulled = null;

/** True when the finger is on something that moves sideways by itself. */
function isTaken(target) {
  return Boolean(target.closest(KEEPS_ITS_OWN));
}

function begin(event) {
  const [touch] = event.touches;
  start =
    event.touches.length === 1 && !isTaken(event.target)
      ? { x: touch.clientX, y: touch.clientY, atTop: scrollY <= 0 }
      : null;
}

function move(event) {
  if (!start) return;
  const down = event.touches[0].clientY - start.y;
  const across = Math.abs(event.touches[0].clientX - start.x);
  const pulling = start.atTop && scrollY <= 0 && down > 8 && down > across;
  pulled.hidden = !pulling;
  if (!pulling) return;
  pulled.style.setProperty('--pull', Math.min(1, down / PULL_PX));
  pulled.textContent = down >= PULL_PX ? 'Let go to refresh' : 'Pull to refresh';
}

function end(event, refreshAll) {
  if (!start) return;
  const [touch] = event.changedTouches;
  const [across, down] = [touch.clientX - start.x, touch.clientY - start.y];
  const wasPulling = !pulled.hidden;
  pulled.hidden = true;
  start = null;
  if (wasPulling && down >= PULL_PX) refreshAll();
  else if (Math.abs(across) >= SWIPE_PX && Math.abs(across) > 2.5 * Math.abs(down))
    goTo(sectionBeside(state.section, across < 0 ? 1 : -1));
}

/** `refreshAll()` is called after a pull. */
export function listenToFingers(refreshAll) {
  pulled = document.getElementById('pull');
  const root = document.getElementById('app');
  root.addEventListener('touchstart', begin, { passive: true });
  root.addEventListener('touchmove', move, { passive: true });
  root.addEventListener('touchend', (event) => end(event, refreshAll), { passive: true });
  root.addEventListener(
    'touchcancel',
    () => {
      start = null;
      pulled.hidden = true;
    },
    { passive: true },
  );
}
