// What lies over the page: a drawer at the side, on phones a sheet from below. Its address is in the hash,
// so it can be linked to, and "back" closes it.
import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { happenedSheet } from './happened.js';
import { icons } from './icons.js';
import { memberSheet } from './member-sheet.js';
import { moreSheet } from './more.js';
import { closeSheet } from './place.js';
import { shortcutsSheet } from './shortcuts.js';
import { state } from './state.js';
import { violationSheet } from './violation-sheet.js';

const KINDS = {
  violation: ['Violation', violationSheet],
  member: ['Member', memberSheet],
  happened: ['What happened', happenedSheet],
  more: ['More', moreSheet],
  shortcuts: ['Keyboard shortcuts', shortcutsSheet],
};

const open = (dialog) => dialog && !dialog.open && dialog.showModal();

export function sheet() {
  if (!state.sheet) return nothing;
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
  </dialog>`;
}
