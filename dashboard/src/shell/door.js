// What stands instead of the page: the screen before a login, or that there is no answer.
import { html, nothing } from 'lit-html';
import { explain, send } from '../data/api.js';
import { state } from '../data/state.js';
import { arriving } from '../ui/arriving.js';
import { mark } from '../ui/icons.js';

/** The screen before a login, with the ways in that there are; a reader who is logged in waits for neither. */
export const door = arriving(async () => {
  const [it, config] = await Promise.all([import('./sign-in.js'), send('/config')]);
  state.config = config.data;
  return it;
});

export function atDoor(enterDemo) {
  door.ask();
  if (door.failed) return unreachable({ status: 0 }, () => location.reload());
  return door.it ? door.it.signIn(enterDemo) : nothing;
}

/** Shown when not even the first request was answered. */
export function unreachable(error, again) {
  const [what, next] = explain(error);
  return html`<main class="door" id="main"><div class="door-inner">
    <p class="brand brand-large">${mark}Modwatch</p>
    <h1>${what}</h1><p class="muted prose">${next}</p>
    <button type="button" class="button" @click=${again}>Try again</button>
  </div></main>`;
}
