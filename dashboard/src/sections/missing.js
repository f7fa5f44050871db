// What a sheet shows of what its list does not have.
import { html } from 'lit-html';
import { refresh, source } from '../data/sources.js';
import { state } from '../data/state.js';
import { gone, nothingThere } from '../ui/gone.js';
import { failed } from '../ui/panel.js';

let looked = { of: null, isOver: false };

/**
 * That there is no such thing, and the way `back`. A list may be older than what is in it: it is read once more before
 * that is said. `more` is what else is to be known about such things.
 */
export function missing(name, noun, back, more = '') {
  const read = source(name);
  const of = `${read.path} ${state.sheet.id}`;
  if (looked.of !== of) {
    looked = { of, isOver: false };
    refresh(name);
  }
  if (read.error) return failed(read, noun);
  looked.isOver ||= !read.busy;
  return looked.isOver
    ? gone(nothingThere(noun) + more, back)
    : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
}
