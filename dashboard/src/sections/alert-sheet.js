// One alert: what it is, what can be done about it, and its trail in words.
import { html, nothing } from 'lit-html';
import { source } from '../data/sources.js';
import { failed } from '../ui/panel.js';
import { foreign, fullTime, momentTime } from '../ui/widgets.js';
import { alertButtons, laterChannels } from './alert-acting.js';
import { alertState, personOr } from './alert-parts.js';
import { closedWords, EVENT_WORDS, figures, trailWords } from './alert-words.js';
import { count, plural } from '../ui/words.js';

export function alertSheet() {
  const read = source('alert');
  if (!read.data)
    return read.error
      ? failed(read, 'alert', { noun: 'alert', back: ['#alerts', 'To the alerts'] })
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const alert = read.data;
  return html`
    <div class="sheet-who"><strong>${alert.title}</strong>${alertState(alert)}</div>
    ${alertButtons(alert)}
    <p>${alert.text}</p>
    ${alert.incident_id ? html`<p><a class="button" href="#incident/${alert.incident_id}">Open the raid: ${plural(alert.incident_violation_count, 'violation')}, members, actions, notes</a></p>` : nothing}
    <dl class="facts">${facts(alert)}</dl>
    <h3>Timeline, and who was told</h3>
    ${trail(alert)}`;
}

function facts(alert) {
  const measured = figures(alert);
  return [
    fact('Kind', EVENT_WORDS[alert.event_type] ?? alert.event_type),
    measured ? fact('Value', measured) : nothing,
    fact('Since', fullTime(alert.opened_at)),
    alert.acknowledged_at
      ? fact(
          'Acknowledged',
          html`${fullTime(alert.acknowledged_at)} by ${personOr(alert.acknowledged_by_username)}`,
        )
      : nothing,
    alert.snoozed_until && alert.state === 'snoozed'
      ? fact('Snoozed until', fullTime(alert.snoozed_until))
      : nothing,
    alert.next_reminder_at && !alert.closed_at
      ? fact('Next reminder', fullTime(alert.next_reminder_at))
      : nothing,
    alert.closed_at
      ? fact('Over', html`${fullTime(alert.closed_at)}, ${closedWords(alert)}`)
      : nothing,
  ];
}

const fact = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;

function trail(alert) {
  const read = source('trail');
  if (read.error && !read.data) return failed(read, 'trail');
  if (!read.data) return html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const channels = source('channels').data?.channels ?? [];
  return html`
    ${laterChannels(alert, channels, read.data.trail)}
    ${read.data.left_out ? html`<p class="small muted">${count(read.data.left_out)} earlier entries are not shown.</p>` : nothing}
    <ol class="trail">${read.data.trail.map((entry) => line(entry, alert))}</ol>`;
}

function line(entry, alert) {
  const { channel, what, why, said } = trailWords(entry, alert.title);
  return html`<li>
    <span class="small muted nowrap">${momentTime(entry.at)}</span>
    <span>${channel ? html`${foreign(channel)}: ` : nothing}<strong>${what}</strong>${entry.by ? html` by ${personOr(entry.by_username)}` : nothing}
    ${why ? html`<br><span class="small muted">${why}</span>` : nothing}
    ${said ? html`<br><span class="small muted">The provider said: ${foreign(said)}</span>` : nothing}</span>
  </li>`;
}
