// What lies over the page: a drawer at the side, on phones a sheet from below. Its address is in the hash,
// so it can be linked to, and "back" closes it.
import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { icons } from '../ui/icons.js';
import { drawLater } from '../sections/later.js';
import { modal } from '../ui/modal.js';
import { moreSheet } from './more.js';
import { closeSheet } from '../ui/navigation.js';
import { standInSheet } from '../ui/sheet-places.js';
import { state } from '../data/state.js';
import { toastCorner } from '../ui/toasts.js';
import { capital } from '../ui/words.js';

const later = (kind) =>
  drawLater(
    'sheets',
    kind,
    () => html`<div class="waiting waiting-tall" aria-hidden="true"></div>`,
  );
const TITLES = {
  happened: 'Notifications',
  shortcuts: 'Keyboard shortcuts',
  why: 'Who was told',
  schedule: 'Scheduled report',
  incident: 'Raid',
  since: 'Since your last visit',
  sessions: 'Where you are logged in',
  servers: 'All servers',
};

const open = modal();
let shown = null;

/** The reader begins at its top, also where another one led to it, or is where they were when they come back. */
function beginAnew() {
  const now = `${state.sheet.kind} ${state.sheet.id}`;
  if (shown === now) return;
  const isLed = Boolean(shown);
  shown = now;
  queueMicrotask(() => {
    if (isLed) document.getElementById('sheet-title')?.focus({ preventScroll: true });
    standInSheet();
  });
}

export function sheet() {
  if (!state.sheet) {
    shown = null;
    return nothing;
  }
  beginAnew();
  const { kind } = state.sheet;
  const outside = (event) => event.target === event.currentTarget && closeSheet();
  const cancel = (event) => {
    event.preventDefault();
    closeSheet();
  };
  return html`<dialog class="sheet sheet-${kind}" aria-labelledby="sheet-title" ${ref(open)} @cancel=${cancel} @click=${outside}>
    <div class="sheet-inner">
      <div class="sheet-head">
        <h2 id="sheet-title" tabindex="-1" autofocus>${TITLES[kind] ?? capital(kind)}</h2>
        <button type="button" class="icon-button" aria-label="Close" @click=${closeSheet}>${icons.close}</button>
      </div>
      ${kind === 'more' ? moreSheet() : later(kind)}
    </div>
    ${toastCorner()}
  </dialog>`;
}
