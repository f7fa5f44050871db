// A member's last violations, as a list of links.
import { html } from 'lit-html';
import { foreign, momentTime, severity } from './widgets.js';
import { ACTION_WORDS } from './words.js';

/** `shownId` is the violation being looked at, if it is one of them. */
export function history(violations, shownId = null) {
  if (violations.length === 0) return html`<p class="empty">None on record.</p>`;
  return html`<ol class="history">${violations.map(
    (each) => html`<li aria-current=${each.id === shownId ? 'true' : 'false'}>
    <a href="#violation/${each.id}">
      ${severity(each.severity, true)}
      <span><span class="cut">${foreign(each.rule ?? each.reason)}</span>
      <span class="small muted">${ACTION_WORDS[each.action] ?? each.action}${each.appeal ? `, appeal ${each.appeal}` : ''}</span></span>
      <span class="small muted">${momentTime(each.timestamp)}</span>
    </a></li>`,
  )}</ol>`;
}
