// The address: server, period and filters in the query; the section, or the sheet that lies over it, in the hash.
import { readDue } from './reads.js';
import { FILTERS, state, update } from './state.js';
import { remember } from './storage.js';

const SHEET = /^(violation|member|more|shortcuts|happened)(?:\/([\w-]+))?$/;

/** Keep the reader's choices in the address, so that a link shows what its sender saw. */
export function keepPlace() {
  const place = new URLSearchParams();
  if (state.guildId) place.set('guild', state.guildId);
  if (state.period !== 'day') place.set('period', state.period);
  for (const name of FILTERS) if (state.filters[name]) place.set(name, state.filters[name]);
  remember('guild', state.guildId);
  remember('period', state.period);
  const query = place.size > 0 ? `?${place}` : location.pathname;
  replace(query + location.hash);
}

const replace = (address) => history.replaceState(history.state, '', address);
const sectionHash = () => (state.section === 'overview' ? location.pathname + location.search : `#${state.section}`);

// The hash that the page shows. The browser tells of a new one a task later, and may draw a frame before that.
let shownHash = location.hash;

/** Let the hash follow the section being looked at, unless a sheet is open or the reader is on the way elsewhere. */
export function keepSection() {
  if (!state.sheet && location.hash === shownHash) showSection();
}

function showSection() {
  replace(sectionHash());
  shownHash = location.hash;
}

export function sheetOfHash(hash = location.hash) {
  const found = SHEET.exec(hash.slice(1));
  return found ? { kind: found[1], id: found[2] ?? null } : null;
}

// Each entry of the history knows how many sheets were opened on the way, so that closing goes back past all.
let depth = 0;

function follow() {
  shownHash = location.hash;
  const sheet = sheetOfHash();
  if (sheet) {
    depth = history.state?.depth ?? depth + 1;
    history.replaceState({ depth }, '');
  } else depth = 0;
  update({ sheet });
  readDue();
  const target = sheet ? null : document.getElementById(location.hash.slice(1));
  if (target?.classList.contains('section')) holdInView(target);
}

export function closeSheet() {
  if (depth > 0) history.go(-depth);
  else {
    state.sheet = null;
    showSection();
    update({});
  }
}

export function openSheet(hash) {
  location.hash = hash;
}

/** Leave the sheet, if any, for a section. */
export function goTo(section) {
  const target = document.getElementById(section);
  state.sheet = null;
  depth = 0;
  state.section = section;
  showSection();
  update({});
  if (target) arrive(target);
}

function arrive(target) {
  target.focus({ preventScroll: true });
  holdInView(target);
}

const HOLD_MS = 3000;
const LONGEST_HOLD_MS = 20_000;
let release = () => {};

/**
 * Scroll to a section and keep it there while the ones above it are still read and grow; the reader's first
 * own movement ends that.
 */
function holdInView(target) {
  release();
  const main = document.getElementById('main');
  let stood; // where the window and the section were when this put them there
  const show = () => {
    // The overview stands below the page's head, which is worth seeing too.
    if (target.id === 'overview') scrollTo({ top: 0, behavior: 'instant' });
    else target.scrollIntoView({ behavior: 'instant' });
    stood = placing(target);
  };
  const scrolled = () => isReaders(stood, placing(target)) && release();
  const hold = new ResizeObserver(show);
  const ends = ['wheel', 'touchstart', 'keydown', 'pointerdown'];
  const since = Date.now();
  // What is near is still being read on a slow connection: it will grow when it comes.
  const stillReading = () => [...state.near].some((id) => document.querySelector(`#${id} [aria-busy=true]`));
  const timer = setInterval(() => (stillReading() && Date.now() - since < LONGEST_HOLD_MS ? null : release()), HOLD_MS);
  release = () => {
    hold.disconnect();
    clearInterval(timer);
    removeEventListener('scroll', scrolled);
    ends.forEach((event) => removeEventListener(event, release));
  };
  show(); // at once: what the reader does in the moment until the first observation counts too
  hold.observe(main);
  addEventListener('scroll', scrolled, { passive: true });
  ends.forEach((event) => addEventListener(event, release, { passive: true }));
}

const placing = (target) => ({ scrolled: scrollY, top: target.getBoundingClientRect().top, end: document.documentElement.scrollHeight - innerHeight });

/**
 * Whether somebody moved the page: by the scroll bar, "find in page" or a screen reader, of which no other
 * event tells. The browser moves it as well: by no more than what grew or went above the target, or back to
 * the page's new end; `show` follows that within the same frame.
 */
function isReaders(before, now) {
  const moved = now.scrolled - before.scrolled;
  const grew = now.top - before.top + moved;
  const ended = now.end < before.end && now.scrolled >= now.end - 1;
  return !ended && (moved < Math.min(0, grew) - 1 || moved > Math.max(0, grew) + 1);
}

/** Show what the hash names, after loading. */
export function restorePlace() {
  depth = history.state?.depth ?? 0;
  if (sheetOfHash()) return follow();
  const target = document.getElementById(location.hash.slice(1));
  return target?.classList.contains('section') && target.id !== 'overview' ? holdInView(target) : undefined;
}

history.scrollRestoration = 'manual';
addEventListener('hashchange', follow);
