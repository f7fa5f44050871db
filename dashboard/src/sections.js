// Which sections were seen (their data is worth reading) and which one is being looked at.
import { readDue } from './reads.js';
import { state, update } from './state.js';

const nearing = new IntersectionObserver((entries) => {
  const ids = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target.id);
  const fresh = ids.filter((id) => !state.seen.has(id));
  if (fresh.length === 0) return;
  fresh.forEach((id) => state.seen.add(id));
  readDue();
}, { rootMargin: '300px 0px' });

// The section that crosses a line a quarter down the window.
const looking = new IntersectionObserver((entries) => {
  const entry = entries.find(({ isIntersecting }) => isIntersecting);
  if (entry && entry.target.id !== state.section) update({ section: entry.target.id });
}, { rootMargin: '-25% 0px -74% 0px' });

/** For lit-html's `ref`: called with the section when it appears, with undefined when it goes. */
export function watchSection(element) {
  if (!element) return;
  nearing.observe(element);
  looking.observe(element);
}
