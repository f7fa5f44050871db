// Brings rest.js, which the first screen does not wait for.
import { html } from 'lit-html';
import { changed } from './state.js';

let asked = null;
let rest = null;
let failed = false;

/** Load what rest.js has, once; the page is drawn again when it is there. */
export function loadRest() {
  asked ??= import('./rest.js').then((it) => (rest = it), () => (failed = true)).then(changed);
  return asked;
}

/** A part of rest.js, `part` one of its exports; until it is there, what keeps its place. */
export function drawLater(part, name, waiting) {
  loadRest();
  if (failed) return notLoaded();
  return rest ? rest[part][name]() : waiting();
}

/** The connection broke, or Modwatch was renewed and the old files are gone: the browser asks for neither again. */
function notLoaded() {
  return html`<div class="failed wide-12" role="alert">
    <p><strong>This part of the page could not be loaded.</strong> Check the connection, then load the page again.</p>
    <button type="button" class="button" @click=${() => location.reload()}>Load again</button>
  </div>`;
}
