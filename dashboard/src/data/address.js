// The address: server, period and filters in the query; the section, or the sheet that lies over it, in the hash.
import { FILTERS, state } from './state.js';
import { remember } from './storage.js';

const SHEET =
  /^(violation|member|more|shortcuts|happened|alert|incident|since|sessions|channel|why|export|schedule|servers)(?:\/([\w-]+))?$/;

/** Whether the address names this server, or none. */
export const isOfAddress = (guildId) =>
  [null, guildId].includes(new URLSearchParams(location.search).get('guild'));

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

const LONGEST_NEXT = 1500; // that the server keeps during a login

/** Where a login that begins here comes back to, from the root of this Modwatch. */
export function placeAfterLogin() {
  const place = new URL(location.href);
  place.searchParams.delete('error');
  // What is too long to be kept is left out: the server and the section are worth more.
  for (const name of ['q', 'rule']) {
    if (place.href.length > LONGEST_NEXT) place.searchParams.delete(name);
  }
  return `/${place.search}${place.hash}`;
}

const replace = (address) => history.replaceState(history.state, '', address);
const sectionHash = () =>
  state.section === 'overview' ? location.pathname + location.search : `#${state.section}`;

// The hash that the page shows. The browser tells of a new one a task later, and may draw a frame before that.
let shownHash = location.hash;

/** The page shows what the hash names. */
export function followed() {
  shownHash = location.hash;
}

/** Whether the page shows what the address says, and the reader is not on the way elsewhere. */
export const isShown = () => location.hash === shownHash;

/** Let the hash follow the section being looked at, unless a sheet is open or the reader is on the way elsewhere. */
export function keepSection() {
  if (!state.sheet && isShown()) showSection();
}

export function showSection() {
  replace(sectionHash());
  followed();
}

export function sheetOfHash(hash = location.hash) {
  const found = SHEET.exec(hash.slice(1));
  return found ? { kind: found[1], id: found[2] ?? null } : null;
}
