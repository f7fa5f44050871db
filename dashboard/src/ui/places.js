// Where the reader was in each entry of the history: in which section, and how far down in it, as what stands
// above may be of another height by then. Kept with the tab, so that a reload comes back as well.
import { isShown } from '../data/address.js';
import { keepForTab, keptForTab } from '../data/storage.js';

const STORE = 'places';
const KEPT = 50;
const PART_PX = 1; // a window stands at whole pixels, a section begins anywhere between two

const places = new Map(keptForTab(STORE) ?? []);
let made = Date.now();
let place = null; // where the reader is: the page may have been moved, or grown, when the browser tells of a new address

/** The name of a new entry. */
export const newEntry = () => (made += 1);

/** What stands at `y`: the last section that begins above it, or less than a pixel below. `sections` are `{id, top}` from top to bottom. */
export function placeAt(y, sections) {
  const { id, top } = sections.findLast((each) => each.top < y + PART_PX) ?? sections[0];
  return { id, offset: y - top };
}

/** The reader is where the page stands now; the browser tells of a scroll with the next frame, which may be late. */
export function standHere() {
  const sections = [...document.querySelectorAll('.section')].map((each) => ({
    id: each.id,
    top: each.getBoundingClientRect().top + scrollY,
  }));
  place = sections.length > 0 ? placeAt(scrollY, sections) : null;
}

/** Remember where the reader is, or was, in this entry of the history. */
export function leavePlace(entry) {
  if (!place) standHere();
  if (!place) return;
  places.delete(entry);
  places.set(entry, place);
  if (places.size > KEPT) places.delete(places.keys().next().value);
}

/** Where the reader was in it, null if that is not known. */
export const placeIn = (entry) => places.get(entry) ?? null;

/** Keep all for the next page of this tab. */
export const keepPlaces = () => keepForTab(STORE, [...places]);

const look = () => isShown() && standHere();

addEventListener('scroll', look, { passive: true });
// The browser makes up for what grew above, and tells of that scroll a frame later.
new ResizeObserver(look).observe(document.documentElement);
