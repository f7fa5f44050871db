// The address: server, period and filters in the query; the section, or the sheet that lies over it, in the hash.
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
  if (state.sheet) {
    state.sheet = null;
    depth = 0;
  }
  state.section = section;
  replace(sectionHash());
  update({});
  target?.scrollIntoView();
  target?.focus({ preventScroll: true });
}

/**
 * Show the section of the hash after loading, and hold it in view while the ones above it still grow;
 * the reader's first own movement ends that.
 */
export function restorePlace() {
  depth = history.state?.depth ?? 0;
  state.sheet = sheetOfHash();
  const target = state.sheet ? null : document.getElementById(location.hash.slice(1));
  if (!target || target.id === 'overview') return;
  const hold = new ResizeObserver(() => target.scrollIntoView({ behavior: 'instant' }));
  const release = () => hold.disconnect();
  hold.observe(document.getElementById('main'));
  for (const event of ['wheel', 'touchstart', 'keydown', 'pointerdown']) addEventListener(event, release, { once: true, passive: true });
  setTimeout(release, 4000);
}

history.scrollRestoration = 'manual';
addEventListener('hashchange', follow);
