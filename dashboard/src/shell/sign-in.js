// The screen before a login.
import { html, nothing } from 'lit-html';
import { placeAfterLogin } from '../data/address.js';
import { mark } from '../ui/icons.js';
import { state } from '../data/state.js';

const ROLES = [
  ['owner', 'Owner', 'everything, and who may do what'],
  ['admin', 'Admin', 'rules, alerts, settings'],
  ['moderator', 'Moderator', 'warnings, appeals, exports'],
  ['viewer', 'Viewer', 'reads the figures'],
];

const NOTICES = {
  auth_failed: 'Discord did not confirm the login, so nobody was logged in. Please try again.',
  ended: 'Your session has ended. Log in again to go on where you were.',
};

const noWayIn = html`<p class="notice">Nobody can log in here yet. The operator of this Modwatch sets
  MODWATCH_DISCORD_CLIENT_ID and MODWATCH_DISCORD_CLIENT_SECRET to allow Discord logins.</p>`;

/** `enterDemo(role)` is called by the demo buttons. */
export function signIn(enterDemo) {
  return html`<main class="door" id="main">
    <div class="door-inner">
      <p class="brand brand-large">${mark}Modwatch</p>
      <h1>See what your moderation is doing</h1>
      <p class="muted prose">Health, violations, rules and raids of your Discord servers, a few seconds after they happen.</p>
      ${state.notice ? html`<p class="notice" role="alert">${NOTICES[state.notice] ?? state.notice}${state.undone ? ' A change that could still be undone was not made.' : ''}</p>` : nothing}
      ${state.config.client_id ? html`<a class="button primary" href="api/auth/login?next=${encodeURIComponent(placeAfterLogin())}">Log in with Discord</a>` : nothing}
      ${state.config.demo ? demo(enterDemo) : nothing}
      ${state.config.client_id || state.config.demo ? nothing : noWayIn}
    </div>
  </main>`;
}

function demo(enterDemo) {
  return html`<div class="demo">
    <h2>Look around as</h2>
    <div class="demo-roles">
      ${ROLES.map(
        ([
          role,
          name,
          may,
        ]) => html`<button type="button" class="button demo-role" @click=${() => enterDemo(role)}>
        <strong>${name}</strong><span class="small muted">${may}</span></button>`,
      )}
    </div>
    <p class="small muted prose">Made-up servers with live traffic. No Discord account is needed.</p>
  </div>`;
}
