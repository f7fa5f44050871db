// What stands around the charts of one element: the line that reads them, their names, and what their broken line is.
import { CHARTS } from './chart-options.js';
import { beyondWords } from './chart-words.js';
import { element } from '../ui/element.js';
import { BEFORE_WORDS } from '../ui/time.js';

/** Put them into `host`; answers the reading line, and by chart its frame and the label of the period before. */
export function furnish(host) {
  const reading = element('p', 'reading');
  reading.setAttribute('aria-live', 'polite');
  host.append(reading);
  const [frames, befores] = [[], []];
  for (const { name } of CHARTS) {
    const label = element('p', 'plot-name', name);
    befores.push(element('span', 'plot-before'));
    frames.push(element('div', 'plot'));
    label.append(befores.at(-1));
    host.append(label, frames.at(-1));
  }
  return { reading, frames, befores };
}

/** Say in the labels what the broken line is, and how far it goes beyond the axis. */
export function compare(labels, series, previous, period) {
  for (const [at, { field }] of CHARTS.entries()) {
    const values = series.map((bucket) => bucket[field]);
    labels[at].textContent = BEFORE_WORDS[period] + beyondWords(values, previous[field] ?? []);
  }
}
