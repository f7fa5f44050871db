// What the tab bar of a phone has no place for.
import { html } from 'lit-html';
import { icons } from '../ui/icons.js';
import { goTo } from '../ui/navigation.js';
import { sections } from './sections-list.js';

export function moreSheet() {
  const follow = (event, id) => {
    event.preventDefault();
    goTo(id);
  };
  const rest = sections().filter(({ tab }) => !tab);
  return html`<nav class="more-list" aria-label="More sections">
    ${rest.map(({ id, name }) => html`<a class="menu-item" href="#${id}" @click=${(event) => follow(event, id)}>${icons[id]}${name}</a>`)}
  </nav>`;
}
