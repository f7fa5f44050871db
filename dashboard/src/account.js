// The menu with the reader's name, the theme and the way out.
import { html, nothing } from 'lit-html';
import { icons } from './icons.js';
import { choice } from './parts.js';
import { printAll } from './print.js';
import { server, state, update } from './state.js';
import { chooseTheme, THEMES } from './theme.js';
import { capital } from './words.js';

export function account(logOut) {
  const role = server()?.role;
  return html`<details class="account" @keydown=${closeOnEscape}>
    <summary class="button quiet" aria-label="Account: ${state.me?.username ?? ''}">${icons.account}<span class="account-name cut">${state.me?.username ?? 'Account'}</span></summary>
    <div class="menu">
      <p>${state.me?.username ?? ''}${role ? html`<span class="muted small"> ${role} of this server</span>` : nothing}</p>
      ${choice({ label: 'Theme', options: THEMES.map((theme) => [theme, capital(theme)]), chosen: state.theme, choose: setTheme })}
      <a class="menu-item" href="#shortcuts">Keyboard shortcuts</a>
      <button type="button" class="menu-item" @click=${printAll}>Print</button>
      <a class="menu-item" href="/api/v1/docs">API reference</a>
      <button type="button" class="menu-item" @click=${logOut}>Log out</button>
    </div>
  </details>`;
}

function setTheme(theme) {
  chooseTheme(theme);
  update({ theme });
}

function closeOnEscape(event) {
  if (event.key !== 'Escape') return;
  event.currentTarget.open = false;
  event.currentTarget.querySelector('summary').focus();
}

document.addEventListener('pointerdown', (event) => {
  const open = document.querySelector('.account[open]');
  if (open && !open.contains(event.target)) open.open = false;
});
