// Alerts, open and past, and the notifications of the reader.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { panel } from '../ui/panel.js';
import { agoTime, momentTime } from '../ui/widgets.js';
import { plural } from '../ui/words.js';
import { alertButtons } from './alert-acting.js';
import { alertState, personOr } from './alert-parts.js';
import { closedWords, figures } from './alert-words.js';
import { explainPanel } from './decisions.js';
import { deliveriesPanel } from './deliveries.js';
import { preferencesPanel } from './preferences.js';
import { noticesPanel } from './notice-list.js';

export const alertPanels = () => [
  openPanel(),
  noticesPanel(),
  pastPanel(),
  preferencesPanel(),
  explainPanel(),
  deliveriesPanel(),
];

function openPanel() {
  const read = source('openAlerts');
  const count = read.data?.alerts.length ?? 0;
  return panel({
    name: 'open-alerts',
    title: 'Open alerts',
    width: 'wide-12',
    note: count > 0 ? `${plural(count, 'alert')} open` : '',
    source: read,
    body: ({ alerts }) =>
      alerts.length > 0
        ? html`<ul class="alerts">${repeat(alerts, ({ id }) => id, openEntry)}</ul>${may('moderator') ? nothing : html`<p class="panel-foot small muted">Moderators, admins and owners can acknowledge, snooze and resolve.</p>`}`
        : html`<p class="empty">Nothing is wrong that Modwatch watches for: a falling health score, many violations at once, a silent bot, a rate limit ahead. When one begins it stands here, and is told on the channels under Settings.</p>`,
  });
}

function openEntry(alert) {
  return html`<li>
    <div class="alert-what">
      <p class="alert-head">${alertState(alert)} <a href="#alert/${alert.id}">${alert.title}</a></p>
      <p class="small muted">${[figures(alert)].filter(Boolean).map((words) => `${words} · `)}Since ${agoTime(alert.opened_at, state.nowMs)}${caredFor(alert)}</p>
    </div>
    ${alertButtons(alert)}
  </li>`;
}

function caredFor(alert) {
  if (alert.state === 'snoozed')
    return html` · No reminders until ${momentTime(alert.snoozed_until)}`;
  if (!alert.acknowledged_at) return nothing;
  return html` · ${personOr(alert.acknowledged_by_username)} looks after it`;
}

function pastPanel() {
  return panel({
    name: 'past-alerts',
    title: 'Past alerts',
    width: 'wide-5',
    size: 'rows',
    source: source('alerts'),
    body: ({ alerts }) =>
      alerts.length > 0
        ? html`<div class="scroll notices-high" tabindex="0" role="region" aria-label="Past alerts"><ol class="history">${repeat(alerts, ({ id }) => id, pastEntry)}</ol></div>`
        : html`<p class="empty">None yet. What is over is kept here, with all that was done and who was told.</p>`,
  });
}

function pastEntry(alert) {
  return html`<li><a href="#alert/${alert.id}">
    ${alertState(alert)}
    <span><span class="cut">${alert.title}</span><span class="small muted">${closedWords(alert)}</span></span>
    <span class="small muted">${momentTime(alert.opened_at)}</span>
  </a></li>`;
}
