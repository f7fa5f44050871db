// Small pieces of alerts and channels: a state by shape, colour and word; who did something.
import { html, svg } from 'lit-html';
import { foreign } from '../ui/widgets.js';
import { capital } from '../ui/words.js';
import { STATES } from './alert-words.js';

const DIAMOND = svg`<path d="M8 1.5 14.5 8 8 14.5 1.5 8Z"/>`;
const TRIANGLE = svg`<path d="M8 2 14.5 13.5h-13Z"/>`;
const TICK = svg`<path class="line" d="m2.5 8.5 3.5 4 7.5-9"/>`;
const SHAPES = {
  firing: DIAMOND,
  acknowledged: svg`<path class="line" d="M8 3.2a3.2 3.2 0 1 1 0 .1ZM1.8 15c1-4 3.4-4.6 6.2-4.6s5.2.6 6.2 4.6"/>`,
  snoozed: svg`<path d="M10.5 1.8A6.5 6.5 0 1 0 14.2 11 5.5 5.5 0 0 1 10.5 1.800Z"/>`,
  flapping: svg`<path class="line" d="M1.5 11 4.5 4l3.5 8 3-8 3.5 7"/>`,
  no_data: svg`<circle class="line" cx="8" cy="8" r="5.5"/>`,
  resolved: TICK,
  ok: TICK,
  failing: TRIANGLE,
  broken: svg`<path class="line" d="m3 3 10 10M13 3 3 13"/>`,
  off: svg`<path class="line" d="M2.5 8h11"/>`,
};

/** A state by its shape, its colour and its word. */
export function stateMark(name, words, tone) {
  return html`<span class="state tone-${tone}"><svg class="shape" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[name]}</svg>${words}</span>`;
}

export function alertState({ state }) {
  const [words, tone] = STATES[state] ?? [capital(state), 'none'];
  return stateMark(state, words, tone);
}

/** A person's name, as they are called here; a token has none. */
export const personOr = (name) => (name ? foreign(name) : 'an API token, or a person gone since');
