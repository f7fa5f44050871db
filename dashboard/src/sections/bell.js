// The way to the notifications.
import { html, nothing } from 'lit-html';
import { icons } from '../ui/icons.js';
import { drawIfHere } from './later.js';
import { unread } from './notices.js';

/** The way to the list, with the number of unread entries in all servers. */
export function bell() {
  const count = unread() + drawIfHere('unreadElsewhere', null, 0);
  return html`<a class="icon-button bell" href="#happened" aria-haspopup="dialog" aria-label=${count > 0 ? `Notifications: ${count} unread` : 'Notifications'}>
    ${icons.bell}${count > 0 ? html`<span class="badge" aria-hidden="true">${count > 9 ? '9+' : count}</span>` : nothing}</a>`;
}
