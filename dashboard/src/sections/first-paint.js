// What the first figures do not need comes after them: asked for before, it shares a phone's line and processor with them.
import { readsOf, source } from '../data/sources.js';

let isNear = false;
let tell;
/** Fulfilled once the first figures are painted, or what was said instead of them. */
export const firstPaint = new Promise((resolve) => {
  tell = resolve;
});

// Where nobody looks there are no frames, nor is anything read.
if (document.hidden) tell();
document.addEventListener('visibilitychange', tell, { once: true });

/** All of the first screen is drawn, as far as it is known: it is painted with the next frame. */
export function drewFirstScreen() {
  if (isNear) return;
  isNear = true;
  // The next frame draws it, and is on the screen when the one after that begins.
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(tell)));
}

/** Whether all that the overview shows was answered or refused. */
export const isAnswered = () =>
  readsOf('overview').every((name) => source(name).data || source(name).error);
