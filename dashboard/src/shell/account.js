// The reader's name, and under it the menu.
import { html, nothing } from 'lit-html';
import { icons } from '../ui/icons.js';
import { drawLater, isAsked } from '../sections/later.js';
import { state } from '../data/state.js';
import { isolated } from '../ui/foreign-text.js';
import { printAll } from './print.js';
import { foreign } from '../ui/widgets.js';

export function account(logOut) {
  const name = state.me?.username ?? '';
  return html`<details class="account">
    <summary class="button quiet" aria-label="Account: ${isolated(name)}">${icons.account}<span class="account-name cut">${foreign(name)}</span></summary>
    <div class="menu">${isAsked() ? drawLater('parts', 'accountMenu', () => nothing, { logOut, printAll }) : nothing}</div>
  </details>`;
}

const opened = () => document.querySelector('.account[open]');

// Wherever the focus is: it leaves a menu that is still on its way by the first Tab.
document.addEventListener('keydown', (event) => {
  const menu = opened();
  if (event.key !== 'Escape' || !menu || document.querySelector('dialog[open]')) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});

document.addEventListener('pointerdown', (event) => {
  const menu = opened();
  if (menu && !menu.contains(event.target)) menu.open = false;
});
