// Going about: to a section, into a sheet that lies over the page and out of it again, and to what the hash names.
import { followed, keepPlace, sheetOfHash, showSection } from '../data/address.js';
import { readDue } from '../data/reads.js';
import { keepPlaces, leavePlace, newEntry, placeIn, standHere } from './places.js';
import { holdInView } from './scroll-hold.js';
import { comeToSheet, leaveSheet } from './sheet-places.js';
import { state, update } from '../data/state.js';

// Each entry of the history knows how many sheets were opened on the way, so that closing goes back past all.
let depth = 0;
let entry = null; // the one that is shown
let below = null; // the one that the sheets over it were opened from

function follow() {
  // A new address that came just before `restorePlace` is shown by it, and told of only now.
  if (entry && history.state?.entry === entry) return;
  leavePlace(entry);
  leaveSheet(entry);
  const known = history.state?.entry; // not of a new one, but of one that the reader comes back to
  const sheet = sheetOfHash();
  if (sheet && !state.sheet) below = entry;
  const isClosing = !sheet && state.sheet && known && known === below;
  comeToSheet(known);
  begin(sheet ? (history.state?.depth ?? depth + 1) : 0);
  if (known) keepChoices(sheet);
  update({ sheet });
  readDue();
  // Under a sheet the page stayed where it was, and the browser has kept in view what was looked at.
  if (!sheet && !isClosing) known ? comeBack() : arriveAt(location.hash.slice(1));
}

/** The page shows this entry of the history from now on. */
function begin(sheets) {
  followed();
  depth = sheets;
  entry = history.state?.entry ?? newEntry();
  history.replaceState({ depth, entry }, '');
}

/** Back leads to a place; server, period and filters stay as chosen since. But a sheet is of the server it was opened in. */
function keepChoices(sheet) {
  const guildId = new URLSearchParams(location.search).get('guild');
  if (sheet && guildId && guildId !== state.guildId)
    dispatchEvent(new CustomEvent('modwatch:server', { detail: guildId }));
  keepPlace();
}

function comeBack() {
  const place = placeIn(entry);
  const section = place && document.getElementById(place.id);
  if (section) holdInView(section, place.offset);
  else arriveAt(location.hash.slice(1));
}

function arriveAt(id) {
  const target = document.getElementById(id);
  if (target?.classList.contains('section')) arrive(target);
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

/** Lead from a row or a sheet to a section: Back comes to where the reader was. */
export function leadTo(section) {
  location.hash = section;
}

/** Leave the sheet, if any, and move on to a section. */
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

/** Show what the hash names, after loading. */
export function restorePlace() {
  const sheet = sheetOfHash();
  begin(sheet ? (history.state?.depth ?? 0) : 0);
  if (sheet) {
    update({ sheet });
    readDue();
  }
  comeBack();
}

history.scrollRestoration = 'manual';
addEventListener('hashchange', follow);
// Of entries that differ in their query too, after a choice of the reader's, only this tells; the other is the first to.
addEventListener('popstate', () => setTimeout(follow));
addEventListener('pagehide', () => {
  standHere();
  leavePlace(entry);
  keepPlaces();
});
