// One raid: how large and how fast, what was done, who took part, what happened when, and what colleagues know.
import { html, nothing } from 'lit-html';
import { byServer } from '../data/clock.js';
import { isGoingOn } from '../data/incidents.js';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { failed } from '../ui/panel.js';
import { clockTime } from '../ui/time.js';
import { bar, foreign, fullTime } from '../ui/widgets.js';
import { count, percent } from '../ui/words.js';
import { personOr, stateMark } from './alert-parts.js';
import { leaveButton, takeButton } from './incident-acting.js';
import { membersPart } from './incident-members.js';
import { notesPart } from './incident-notes.js';
import { paceBars } from './incident-pace.js';
import {
  actionWords,
  bystanderWords,
  longWords,
  timelineWords,
  usualWords,
} from './incident-words.js';

export function incidentSheet() {
  const read = source('incident');
  if (!read.data)
    return read.error
      ? failed(read, 'incident', { noun: 'raid', back: ['#overview', 'To the overview'] })
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const incident = read.data;
  return html`
    ${head(incident)}
    <dl class="raid-figures">
      <div><dt>Violations</dt><dd>${count(incident.violation_count)}</dd></div>
      <div><dt>Members</dt><dd>${count(incident.member_count)}</dd></div>
      <div><dt>${isGoingOn(incident, byServer()) ? 'So far' : 'Took'}</dt><dd>${longWords(incident)}</dd></div>
    </dl>
    ${paceBars(incident.series)}
    <p class="small muted">${usualWords(incident)} ${bystanderWords(incident)}</p>
    ${carePart(incident)}
    ${donePart(incident)}
    ${membersPart(incident)}
    <h3>Timeline</h3>
    <ol class="trail">${incident.timeline.map(entry)}</ol>
    ${notesPart(incident)}`;
}

function head(incident) {
  const going = isGoingOn(incident, byServer());
  return html`<div class="raid-head">
    <div>${going ? stateMark('firing', 'Going on', 'high') : stateMark('resolved', 'Over', 'good')}
      <span class="muted">${fullTime(incident.started_at)}</span></div>
    <nav class="raid-steps" aria-label="Other raids">${step(incident.previous_id, 'Earlier', '‹ ', '')}${step(incident.next_id, 'Later', '', ' ›')}</nav>
  </div>`;
}

const step = (id, words, before, after) =>
  id ? html`<a class="button quiet" href="#incident/${id}">${before}${words}${after}</a>` : nothing;

function carePart(incident) {
  const { looked_after_by: by, looked_after_by_username: name } = incident;
  const who = by
    ? html`<strong>${name ? foreign(name) : 'An API token'}</strong> ${isGoingOn(incident, byServer()) ? 'looks' : 'looked'} after it`
    : isGoingOn(incident, byServer())
      ? 'Nobody looks after it yet'
      : 'Nobody looked after it';
  return html`<div class="raid-care"><p>${who}</p>
    ${may('moderator') ? (by ? leaveButton(incident) : takeButton(incident)) : nothing}</div>`;
}

/** What the bot did, and about which rules, as shares of the whole. */
function donePart(incident) {
  const all = incident.violation_count;
  return html`<h3>What was done</h3>
    <p class="chips">${actionWords(incident.actions).map(([, words]) => html`<span class="chip">${words}</span>`)}</p>
    <table class="split raid-rules"><tbody>${incident.rules.map(
      ({ rule_name: rule, violation_count: violations }) => html`<tr>
      <th scope="row"><span class="cut">${rule ? foreign(rule) : 'A rule that is not on record any more'}</span></th>
      <td class="grow">${bar(violations / all, 'accent')}</td>
      <td class="number">${count(violations)}</td><td class="number muted">${percent((100 * violations) / all)}</td></tr>`,
    )}</tbody></table>
    ${channels(incident.channels)}`;
}

function channels(all) {
  if (all.length === 0) return nothing;
  return html`<p class="chips small">In ${all.map(
    ({ channel_id: id, channel_name: name, violation_count: violations }) =>
      html`<a class="chip" href="https://discord.com/channels/${state.guildId}/${id}" target="_blank" rel="noreferrer" title="Open the channel in Discord"><span>#${name ? foreign(name) : `…${id.slice(-6)}`}</span> <span class="muted">${count(violations)}</span></a>`,
  )}</p>`;
}

function entry(one) {
  return html`<li><span class="small muted nowrap">${clockTime(one.at)}</span>
    <span>${one.alert_id ? html`<a href="#alert/${one.alert_id}">${timelineWords(one)}</a>` : timelineWords(one)}${one.by ? html` by ${personOr(one.by_username)}` : nothing}</span></li>`;
}
