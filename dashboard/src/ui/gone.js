// What is said where an address leads to nothing, and the way back from there.
import { html } from 'lit-html';

// There is nothing there, it cannot be an id at all, or it is gone for good.
const NOTHING_THERE = new Set([400, 404, 410]);

/** "There is no raid at this address ...". */
export const nothingThere = (noun) =>
  `There is no ${noun} at this address on this server. It may have been removed, or the address is incomplete.`;

/** The same of an answer; null for a failure that passes. */
export const goneWords = (error, noun) =>
  NOTHING_THERE.has(error.status) ? nothingThere(noun) : null;

/** `back` is `[place, words]`: where such things are listed. */
export const gone = (words, [place, where]) =>
  html`<p class="empty" role="status">${words}</p><p><a class="button" href=${place}>${where}</a></p>`;
