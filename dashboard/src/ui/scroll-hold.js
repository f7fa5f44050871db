// Keeps a section in view while what stands above it is still read.
import { state } from '../data/state.js';
import { standHere } from './places.js';

const HOLD_MS = 3000;
const LONGEST_HOLD_MS = 20_000;
let release = () => {};

/**
 * Scroll to a section, or so many pixels down in it, and keep it there while the ones above it are still read and
 * grow; the reader's first own movement ends that.
 */
export function holdInView(target, offset = null) {
  release();
  const main = document.getElementById('main');
  let stood; // where the window and the section were when this put them there
  const show = () => {
    // The overview stands below the page's head, which is worth seeing too.
    // Not past its end: what is not read yet is lower, and is only read when it is near.
    if (offset !== null)
      scrollTo({ top: topOf(target) + Math.min(offset, roomOf(target)), behavior: 'instant' });
    else if (target.id === 'overview') scrollTo({ top: 0, behavior: 'instant' });
    else target.scrollIntoView({ behavior: 'instant' });
    stood = placing(target);
    standHere();
  };
  const scrolled = () => isReaders(stood, placing(target)) && release();
  const hold = new ResizeObserver(show);
  const ends = ['wheel', 'touchstart', 'keydown', 'pointerdown'];
  const since = Date.now();
  // What is near is still being read on a slow connection: it will grow when it comes.
  const stillReading = () =>
    [...state.near].some((id) => document.querySelector(`#${id} [aria-busy=true]`));
  const timer = setInterval(
    () => (stillReading() && Date.now() - since < LONGEST_HOLD_MS ? null : release()),
    HOLD_MS,
  );
  release = () => {
    hold.disconnect();
    clearInterval(timer);
    removeEventListener('scroll', scrolled);
    ends.forEach((event) => removeEventListener(event, release, true));
  };
  show(); // at once: what the reader does in the moment until the first observation counts too
  hold.observe(main);
  addEventListener('scroll', scrolled, { passive: true });
  // While they come down: the key that brought the reader here is past that, and must not end its own hold.
  ends.forEach((event) => addEventListener(event, release, { passive: true, capture: true }));
}

const topOf = (target) => target.getBoundingClientRect().top + scrollY;

/** How far down one can stand in a section: the gap below it is its own, up to where the next one begins. */
const roomOf = (target) =>
  target.nextElementSibling
    ? topOf(target.nextElementSibling) - topOf(target)
    : target.offsetHeight;

const placing = (target) => ({
  scrolled: scrollY,
  top: target.getBoundingClientRect().top,
  height: target.offsetHeight,
  end: document.documentElement.scrollHeight - innerHeight,
});

/**
 * Whether the reader moved the page: by the scroll bar, "find in page" or a screen reader, of which no other
 * event tells. The browser moves it as well: by no more than what grew or went above the target, or back to
 * the page's new end; `show` follows that within the same frame.
 */
function isReaders(before, now) {
  const moved = now.scrolled - before.scrolled;
  const grew = now.top - before.top + moved;
  const ended = now.end < before.end && now.scrolled >= now.end - 1;
  const within = now.height - before.height; // what grew in the target itself may stand above the window
  const least = Math.min(0, grew) + Math.min(0, within) - 1;
  const most = Math.max(0, grew) + Math.max(0, within) + 1;
  return !ended && (moved < least || moved > most);
}
