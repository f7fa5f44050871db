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

/** Let the hash follow the section being looked at, unless a sheet is open. */
export function keepSection() {
  if (!state.sheet) replace(sectionHash());
}

export function sheetOfHash(hash = location.hash) {
  const found = SHEET.exec(hash.slice(1));
  return found ? { kind: found[1], id: found[2] ?? null } : null;
}

// Each entry of the history knows how many sheets were opened on the way, so that closing goes back past all.
let depth = 0;

function follow() {
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
    keepSection();
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
  replace(sectionHash());
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
    stood = placing(target, main);
  };
  const scrolled = () => isReaders(stood, placing(target, main)) && release();
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

const placing = (target, main) => ({ scrolled: scrollY, top: target.getBoundingClientRect().top, height: main.offsetHeight });

/**
 * Whether somebody moved the page: by the scroll bar, "find in page" or a screen reader, of which no other
 * event tells. A page that grows or shrinks scrolls by itself, and `show` follows within the same frame.
 */
function isReaders(before, now) {
  if (now.height !== before.height) return false;
  return Math.abs(now.scrolled - before.scrolled) > 1 && Math.abs(now.top - before.top) > 1;
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
