// What the server takes of this installation today, against the most that it may.
import { html } from 'lit-html';
import { source } from '../data/sources.js';
import { panel } from '../ui/panel.js';
import { bar, momentTime } from '../ui/widgets.js';
import { usageRows } from './usage-words.js';

export function usagePanel() {
  return panel({
    name: 'usage',
    title: 'Usage',
    width: 'wide-12',
    source: source('usage'),
    body: (usage) => [
      html`<dl class="usage">${usageRows(usage).map(({ name, words, share, tone }) => html`<div><dt>${name}</dt><dd>${words}${share === null ? '' : bar(share, tone)}</dd></div>`)}</dl>`,
      html`<p class="small muted">Events and data are counted anew at ${momentTime(usage.resets_at)}. Whoever runs this Modwatch sets the limits; beyond one, bots are asked to wait.</p>`,
    ],
  });
}
