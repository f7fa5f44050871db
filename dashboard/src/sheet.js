// What lies over the page: a drawer at the side, on phones a sheet from below. Its address is in the hash,
// so it can be linked to, and "back" closes it.
import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { icons } from './icons.js';
import { drawLater } from './later.js';
import { modal } from './modal.js';
import { moreSheet } from './more.js';
import { happenedSheet } from './notice-list.js';
import { closeSheet } from './place.js';
import { shortcutsSheet } from './shortcuts.js';
import { state } from './state.js';
import { toastCorner } from './toasts.js';

const later = (kind) => drawLater('sheets', kind, () => html`<div class="waiting waiting-tall" aria-hidden="true"></div>`);
const KINDS = {
  violation: ['Violation', () => later('violation')],
  member: ['Member', () => later('member')],
  happened: ['What happened', happenedSheet],
  more: ['More', moreSheet],
  shortcuts: ['Keyboard shortcuts', shortcutsSheet],
};

const open = modal();
let shown = null;

/** One sheet may lead to another: the reader then begins at its top again. */
function beginAnew() {
  const now = `${state.sheet.kind} ${state.sheet.id}`;
  if (shown && shown !== now) {
    queueMicrotask(() => {
      document.getElementById('sheet-title')?.focus();
      document.querySelector('dialog.sheet')?.scrollTo(0, 0);
    });
  }
  shown = now;
}

export function sheet() {
  if (!state.sheet) {
    shown = null;
    return nothing;
  }
  beginAnew();
  const [title, body] = KINDS[state.sheet.kind];
  const outside = (event) => event.target === event.currentTarget && closeSheet();
  const cancel = (event) => {
    event.preventDefault();
    closeSheet();
  };
  return html`<dialog class="sheet" aria-labelledby="sheet-title" ${ref(open)} @cancel=${cancel} @click=${outside}>
    <div class="sheet-inner">
      <header class="sheet-head">
        <h2 id="sheet-title" tabindex="-1" autofocus>${title}</h2>
        <button type="button" class="icon-button" aria-label="Close" @click=${closeSheet}>${icons.close}</button>
      </header>
      ${body()}
    </div>
    ${toastCorner()}
  </dialog>`;
}
