// Line icons, 20 by 20, drawn with the text's colour.
import { html, svg } from 'lit-html';

const icon = (shape) => html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">${shape}</svg>`;

export const icons = {
  overview: icon(svg`<path d="M2 11h3.5l2-6 3.5 11 2.5-7 1.2 2H18"/>`),
  violations: icon(svg`<path d="M5 18V3m0 0h9.5l-2 3.5 2 3.5H5"/>`),
  people: icon(svg`<circle cx="10" cy="6.5" r="3.2"/><path d="M3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5"/>`),
  rules: icon(svg`<path d="M7.5 5H17M7.5 10H17M7.5 15H17M3 5h.5M3 10h.5M3 15h.5"/>`),
  time: icon(svg`<circle cx="10" cy="10" r="7"/><path d="M10 6v4.2l2.8 1.8"/>`),
  account: icon(svg`<path d="M4 6h12M4 10h12M4 14h12"/>`),
};

export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
  <path d="M3 17h6l3-9 6 17 4-11 2 3h5"/></svg>`;
