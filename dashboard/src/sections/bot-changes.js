// Decisions on their way to the bot: whether it was told, and what it says became of them.
import { html, nothing } from 'lit-html';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { panel } from '../ui/panel.js';
import { askedTime, foreign } from '../ui/widgets.js';
import { personOr, stateMark } from './alert-parts.js';
import { deed, progress, since } from './bot-words.js';

export const botChangesPanel = () =>
  panel({
    name: 'bot-changes',
    title: 'Told the bot',
    width: 'wide-12',
    note: 'What was decided here, and what the bot made of it',
    source: source('botChanges'),
    body: ({ changes }) =>
      changes.length > 0
        ? html`<ul class="alerts">${changes.map(entry)}</ul>`
        : html`<p class="empty">Nothing was decided in the last 30 days. Decided appeals, cleared warnings, new rules and settings are
          told to the bot, and it says here what became of them.</p>`,
  });

function entry(change) {
  const [mark, words, tone] = progress(change);
  return html`<li>
    <div class="alert-what">
      <p class="alert-head">${stateMark(mark, words, tone)} ${link(change)}</p>
      <p class="small muted">${change.detail ? html`${foreign(change.detail)} · ` : nothing}${askedTime(since(change), state.nowMs)} · decided by ${personOr(change.decided_by_username)}</p>
    </div>
  </li>`;
}

function link(change) {
  const words = deed(change);
  if (change.data.violation_id)
    return html`<a href="#violation/${change.data.violation_id}">${words}</a>`;
  return change.user_id ? html`<a href="#member/${change.user_id}">${words}</a>` : words;
}
