// A condition that has no field of its own, such as the raid whose violations a list shows: seen, and taken off.
import { html } from 'lit-html';
import { incidents } from '../data/incidents.js';
import { shortTime } from '../ui/time.js';

/** `words` say it, and lead to `href` if there is one. */
export const condition = (words, takeOff, href = null) =>
  html`<p class="condition">${href ? html`<a href=${href}>${words}</a>` : words}
    <button type="button" class="button quiet" @click=${takeOff}>Take off<span class="hidden">: ${words}</span></button></p>`;

/** Only the violations that count in this raid. */
export function ofRaid(id, takeOff) {
  const begun = incidents().find((one) => one.id === id)?.started_at;
  const words = begun ? `Only the raid of ${shortTime(begun)}` : 'Only one raid';
  return condition(words, takeOff, `#incident/${id}`);
}

/** A begin as a link says it, to the second: a field for days cannot show it. */
export const isExact = (since) => since.includes('T');

export const sinceThen = (since, takeOff) => condition(`Only from ${shortTime(since)}`, takeOff);
