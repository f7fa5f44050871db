// The frame around each part of the page, with its four faces: waiting, failed, failed with old data, ready.
import { html, nothing } from 'lit-html';
import { explain } from '../data/api.js';
import { byServer } from '../data/clock.js';
import { retry } from '../data/reads.js';
import { gone, goneWords } from './gone.js';
import { clockTime } from './time.js';

/**
 * `source` is a read (see reads.js) whose data `body` draws; `size` and `width` are CSS classes that keep
 * the panel's place before the data is there. `note` and `tools` stand beside the title.
 */
export function panel({
  name,
  title,
  width,
  size = '',
  note = nothing,
  tools = nothing,
  source,
  body,
}) {
  return html`<article class="panel ${width} ${size}" aria-labelledby="title-${name}" aria-busy=${!source.data && !source.error}>
    <header class="panel-head">
      <h3 id="title-${name}">${title}</h3>
      <p class="note">${note}</p>
      ${tools}
    </header>
    ${source.error && !source.shared ? failed(source, title) : nothing}
    ${source.data ? body(source.data) : nothing}
    ${source.data || (source.error && !source.shared) ? nothing : html`<div class="waiting" aria-hidden="true"></div>`}
  </article>`;
}

/**
 * What went wrong with a read, what is still true, and the way to try again. `one` is of a sheet about one thing: its
 * `noun`, and the way `back` to the others where there is no such thing. `again` is for what is not a read.
 */
export function failed(source, title, one = null, again = () => retry(source.path)) {
  const words = one && !source.data && goneWords(source.error, one.noun);
  if (words) return gone(words, one.back);
  const [what, next] = explain(source.error);
  const still = source.data
    ? ` Shown is what was true at ${clockTime(byServer(source.checkedAtMs))}.`
    : '';
  return html`<div class="failed" role="status">
    <p><strong>${what}</strong>${still} ${next}</p>
    <button type="button" class="button" @click=${again}>Try again<span class="hidden">: ${title}</span></button>
  </div>`;
}

/** The button that swaps a chart for its table. */
export function tableSwitch(shown, toggle) {
  return html`<button type="button" class="button quiet" aria-pressed=${shown} @click=${toggle}>Show as table</button>`;
}
