// The whole page on paper: sections that the reader did not come near yet are read first.
import { readDue } from '../data/reads.js';
import { drawSection } from './sections.js';
import { sections } from './sections-list.js';
import { changed } from '../data/state.js';

const LOOK_AGAIN_MS = 100;
const LONGEST_MS = 15_000; // what does not come is left out, as on the screen

/** Opens the browser's own dialog, once all there is to print is there. */
export function printAll() {
  for (const { id } of sections()) drawSection(id);
  changed();
  readDue();
  const since = Date.now();
  const timer = setInterval(() => {
    if (document.querySelector('#main [aria-busy=true]') && Date.now() - since < LONGEST_MS) return;
    clearInterval(timer);
    print();
  }, LOOK_AGAIN_MS);
}

addEventListener('keydown', (event) => {
  if (
    event.key.toLowerCase() !== 'p' ||
    !(event.ctrlKey || event.metaKey) ||
    event.shiftKey ||
    event.altKey
  )
    return;
  if (!document.querySelector('#main .section')) return;
  event.preventDefault();
  printAll();
});
