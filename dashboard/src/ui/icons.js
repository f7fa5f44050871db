// Line icons, 20 by 20, drawn with the text's colour.
import { html, svg } from 'lit-html';

const icon = (shape) =>
  html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">${shape}</svg>`;

export const icons = {
  overview: icon(svg`<path d="M2 11h3.5l2-6 3.5 11 2.5-7 1.2 2H18"/>`),
  violations: icon(svg`<path d="M5 18V3m0 0h9.5l-2 3.5 2 3.5H5"/>`),
  people: icon(
    svg`<circle cx="10" cy="6.5" r="3.2"/><path d="M3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5"/>`,
  ),
  rules: icon(svg`<path d="M7.5 5H17M7.5 10H17M7.5 15H17M3 5h.5M3 10h.5M3 15h.5"/>`),
  time: icon(svg`<circle cx="10" cy="10" r="7"/><path d="M10 6v4.2l2.8 1.8"/>`),
  moderators: icon(
    svg`<path d="M10 2.5 16 5v4.5c0 3.7-2.4 6.6-6 8-3.6-1.4-6-4.3-6-8V5Z"/><path d="m7.3 9.8 2 2 3.5-3.8"/>`,
  ),
  exports: icon(svg`<path d="M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M3.5 14v3h13v-3"/>`),
  alerts: icon(svg`<path d="M10 3 17.5 16.5h-15Z"/><path d="M10 8v4M10 14.2v.1"/>`),
  settings: icon(
    svg`<path d="M3 6h7M14 6h3M3 14h3M10 14h7"/><circle cx="12" cy="6" r="2"/><circle cx="8" cy="14" r="2"/>`,
  ),
  audit: icon(svg`<path d="M5 2.5h7l3.5 3.5v11.5H5Z"/><path d="M8 9h5M8 12h5M8 15h3"/>`),
  servers: icon(svg`<path d="M3 4h14v5H3ZM3 11h14v5H3Z"/><path d="M6 6.5h.01M6 13.5h.01"/>`),
  more: icon(svg`<path d="M4 10h.01M10 10h.01M16 10h.01" stroke-width="3"/>`),
  account: icon(
    svg`<circle cx="10" cy="10" r="7.5"/><circle cx="10" cy="8" r="2.5"/><path d="M5.3 15.6c.9-2 2.6-2.8 4.7-2.8s3.8.8 4.7 2.8"/>`,
  ),
  bell: icon(svg`<path d="M5 14V9a5 5 0 0 1 10 0v5l1.2 1.5H3.8Z"/><path d="M8.5 17.8h3"/>`),
  search: icon(svg`<circle cx="9" cy="9" r="5"/><path d="m13 13 4 4"/>`),
  close: icon(svg`<path d="m5 5 10 10M15 5 5 15"/>`),
  refresh: icon(svg`<path d="M15.8 8A6.2 6.2 0 1 0 16 12"/><path d="M16.5 4v4h-4"/>`),
  copy: icon(svg`<path d="M7 7h9v9H7Z"/><path d="M4 13V4h9"/>`),
};

export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
  <path d="M3 17h6l3-9 6 17 4-11 2 3h5"/></svg>`;
