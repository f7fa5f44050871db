// Draws only those rows of a long <tbody> that are near the window: `<tbody ${windowed({rows, row})}>`.
// Every row has the height of the CSS length --row, so where each one stands is plain arithmetic.
import { html, noChange, nothing, render } from 'lit-html';
import { AsyncDirective, directive } from 'lit-html/async-directive.js';
import { repeat } from 'lit-html/directives/repeat.js';
import { vars } from './vars.js';

const ALL_UP_TO = 80; // so few are simply all drawn
const PRINTED = 1000; // rows on paper, which has no window: more are for a file
const paper = matchMedia('print');
const SPARE = 12; // rows beyond the window's edges

/** Which rows, of `count` that are `height` px each, are near a window of `view` px; `top` is where the first begins. */
export function span(count, top, height, view) {
  if (count <= ALL_UP_TO) return [0, count];
  const from = Math.floor(-top / height) - SPARE;
  const to = Math.ceil((view - top) / height) + SPARE;
  return [Math.max(0, Math.min(count, from)), Math.max(0, Math.min(count, to))];
}

const gap = (rows) =>
  rows > 0
    ? html`<tr class="gap" aria-hidden="true" ${vars({ '--rows': rows })}><td></td></tr>`
    : nothing;

class Windowed extends AsyncDirective {
  #drawn = '';
  #awaited = false;
  #scrolled = () => {
    if (this.#awaited) return;
    this.#awaited = true;
    requestAnimationFrame(() => {
      this.#awaited = false;
      if (this.isConnected) this.#draw(false);
    });
  };

  #printing = () => this.isConnected && this.#draw(true);

  render() {
    return noChange;
  }

  update({ element }, [given]) {
    if (!this.element) this.reconnected();
    Object.assign(this, { element, given });
    this.#draw(true);
    return noChange;
  }

  reconnected() {
    addEventListener('scroll', this.#scrolled, { passive: true });
    addEventListener('resize', this.#scrolled, { passive: true });
    paper.addEventListener('change', this.#printing);
  }

  disconnected() {
    removeEventListener('scroll', this.#scrolled);
    removeEventListener('resize', this.#scrolled);
    paper.removeEventListener('change', this.#printing);
  }

  #draw(evenIfSame) {
    const { rows, row, reached } = this.given;
    const height = Number.parseFloat(getComputedStyle(this.element).getPropertyValue('--row'));
    const [from, to] = paper.matches
      ? [0, Math.min(PRINTED, rows.length)]
      : span(rows.length, this.element.getBoundingClientRect().top, height, innerHeight);
    if (from < rows.length && !paper.matches) reached?.(to);
    if (!evenIfSame && this.#drawn === `${from} ${to}`) return;
    this.#drawn = `${from} ${to}`;
    // What stands in a row keeps its element while it is near, and with it the focus: others may come in above it.
    const shown = repeat(
      rows.slice(from, to),
      ({ id }) => id,
      (each, at) => row(each, from + at),
    );
    render(html`${gap(from)}${shown}${gap(paper.matches ? 0 : rows.length - to)}`, this.element);
  }
}

export const windowed = directive(Windowed);
