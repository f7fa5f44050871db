// Says plainly what is not there yet, instead of showing buttons that do nothing.
import { html } from 'lit-html';

/** `missing` are [name, explanation] of what a later version brings. */
export function absentPanel({ name, title, width, words, missing }) {
  return html`<article class="panel absent ${width}" aria-labelledby="title-${name}" aria-busy="false">
    <header class="panel-head"><h3 id="title-${name}">${title}</h3><p class="note">Not in this version</p></header>
    <p class="prose">${words}</p>
    <dl class="missing">${missing.map(([what, why]) => html`<div><dt>${what}</dt><dd class="muted">${why}</dd></div>`)}</dl>
  </article>`;
}
