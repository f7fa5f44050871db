// The sections: which of them are near (their data is worth reading) and which one is being looked at.
import { keepSection } from '../data/address.js';
import { readDue } from '../data/reads.js';
import { changed, state, update } from '../data/state.js';

const drawn = new Set();

/** Whether a section was near once: until then its place is kept by an empty panel, which costs nothing. */
export const isDrawn = (id) => drawn.has(id);

/** Draw a section before it is near, because the reader is about to be taken there. */
export function drawSection(id) {
  drawn.add(id);
  state.near.add(id);
}

const nearing = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) drawSection(target.id);
      else state.near.delete(target.id);
    }
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    changed();
    readDue();
  },
  { rootMargin: '400px 0px' },
);

// Something crossed a line a quarter down the window: the last section that begins above it is looked at.
const looking = new IntersectionObserver(
  () => {
    const all = [...document.querySelectorAll('.section')];
    const id = (
      all.findLast((each) => each.getBoundingClientRect().top <= innerHeight / 4) ?? all[0]
    )?.id;
    if (!id || id === state.section) return;
    update({ section: id });
    keepSection();
  },
  { rootMargin: '-25% 0px -74% 0px' },
);

/** For lit-html's `ref`: called with the section when it appears, with undefined when it goes. */
export function watchSection(element) {
  if (!element) return;
  nearing.observe(element);
  looking.observe(element);
}
