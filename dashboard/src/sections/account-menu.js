// The menu with the reader's role, the theme, whose clock the page goes by, and the way out.
import { html, nothing } from 'lit-html';
import { choice, foreign } from '../ui/widgets.js';
import { server, state, update } from '../data/state.js';
import { chooseTheme, THEMES } from '../data/theme.js';
import { sendWaiting } from '../ui/undoable.js';
import { capital } from '../ui/words.js';
import { chooseZone, ZONES } from '../ui/zone.js';

export function accountMenu({ logOut, printAll }) {
  const role = server()?.role;
  const name = state.me?.username ?? '';
  return html`      <p>${foreign(name)}${role ? html`<span class="muted small"> ${role} of this server</span>` : nothing}</p>
      ${choice({ label: 'Theme', options: THEMES.map((theme) => [theme, capital(theme)]), chosen: state.theme, choose: setTheme })}
      ${choice({ label: 'Times', options: ZONES, chosen: state.zone, choose: chooseZone })}
      <a class="menu-item" href="#sessions">Where you are logged in</a>
      <a class="menu-item" href="#shortcuts">Keyboard shortcuts</a>
      <button type="button" class="menu-item" @click=${printAll}>Print</button>
      <a class="menu-item" href="api/v1/docs">API reference</a>
      <button type="button" class="menu-item" @click=${() => sendWaiting().then(logOut)}>Log out</button>`;
}

function setTheme(theme) {
  chooseTheme(theme);
  update({ theme });
}
