// The way from a panel to a file of what it shows, with its filters and period: one quiet control, the same everywhere.
import { html, nothing } from 'lit-html';
import { icons } from './icons.js';
import { may } from '../data/roles.js';

/** `view` as the API names it, `words` what the panel shows. */
export const exportTool = (view, words, from = 'moderator') =>
  may(from)
    ? html`<a class="icon-button" href="#export/${view}" title="Export" aria-label="Export ${words}">${icons.exports}</a>`
    : nothing;
