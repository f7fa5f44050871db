// Brings rest.js, which the first screen does not wait for.
import { html, nothing } from 'lit-html';
import { arriving } from '../ui/arriving.js';

const rest = arriving(() => import('./rest.js'));

/** Load what rest.js has, once; the page is drawn again when it is there. */
export const loadRest = rest.ask;

/** Whether it was begun: what can wait does not begin it. */
export const isAsked = rest.isAsked;

/** What `part` of rest.js draws of what it is `given`; until it is there, `waiting`. */
export const drawIfHere = (part, given, waiting = nothing) => rest.it?.[part](given) ?? waiting;

/** A part of rest.js, `part` one of its exports; until it is there, what keeps its place. `given` is handed to it. */
export const drawLater = (part, name, waiting, given) =>
  drawArriving(rest, (it) => it[part][name](given), waiting);

/** What `draw` makes of a script once it is there, `waiting()` until then. */
export function drawArriving(script, draw, waiting) {
  script.ask();
  if (script.failed) return notLoaded();
  return script.it ? draw(script.it) : waiting();
}

/** The connection broke, or Modwatch was renewed and the old files are gone: the browser asks for neither again. */
function notLoaded() {
  return html`<div class="failed wide-12" role="alert">
    <p><strong>This part of the page could not be loaded.</strong> Check the connection, then load the page again.</p>
    <button type="button" class="button" @click=${() => location.reload()}>Load again</button>
  </div>`;
}
