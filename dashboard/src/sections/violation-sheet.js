// One violation in full, what can be done about it, and what else its member did.
import { html, nothing } from 'lit-html';
import { decideButtons } from './appeals.js';
import { history } from '../ui/history.js';
import { failed } from '../ui/panel.js';
import { copyable, foreign, fullTime, member, severity } from '../ui/widgets.js';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { ACTION_WORDS, DETECTION_WORDS, duration } from '../ui/words.js';

export function violationSheet() {
  const read = source('violation');
  if (!read.data)
    return read.error
      ? failed(read, 'violation', { noun: 'violation', back: ['#violations', 'To the violations'] })
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const violation = read.data;
  return html`
    <div class="sheet-who"><a href="#member/${violation.user_id}">${member(violation)}</a>${severity(violation.severity)}</div>
    <p class="sheet-reason">${foreign(violation.reason)}</p>
    <dl class="facts">${facts(violation)}</dl>
    ${appeal(violation)}
    ${message(violation)}
    <h3>Last violations of this member</h3>
    ${history(violation.history, violation.id)}`;
}

function facts(violation) {
  const action = ACTION_WORDS[violation.action] ?? violation.action;
  const own =
    violation.action_taken && violation.action_taken.toLowerCase() !== action.toLowerCase();
  return [
    fact('Time', fullTime(violation.timestamp)),
    fact(
      'Rule',
      violation.rule
        ? foreign(violation.rule)
        : html`<span class="muted">None named; counted by its reason</span>`,
    ),
    fact(
      'Action',
      html`${action}${own ? html` <span class="muted">${foreign(violation.action_taken)}</span>` : nothing}`,
    ),
    fact('Found by', DETECTION_WORDS[violation.detection_type] ?? violation.detection_type),
    violation.response_time_ms === null
      ? nothing
      : fact('Response', duration(violation.response_time_ms)),
    fact('Member', copyable(violation.user_id, 'member id')),
    violation.moderator_id
      ? fact('Moderator', copyable(violation.moderator_id, 'moderator id'))
      : nothing,
    violation.channel_id ? fact('Channel', channel(violation)) : nothing,
  ];
}

/** By name where a bot said it; the id can be copied either way. */
const channel = ({ channel_id: id, channel_name: name }) =>
  html`${name ? html`#${foreign(name)} ` : nothing}${copyable(id, 'channel id')}`;

const fact = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;

const APPEALS = {
  pending: 'The member appealed; nobody has decided yet.',
  approved: 'The member appealed, and the appeal was granted.',
  denied: 'The member appealed, and the action was upheld.',
};

function appeal({ id, appeal: status }) {
  if (!status) return nothing;
  return html`<div class="sheet-note"><p>${APPEALS[status] ?? status}</p>
    ${status === 'pending' && may('moderator') ? decideButtons(id) : nothing}</div>`;
}

/** The message itself, in Discord, for those who can see it there. */
function message({ channel_id: channelId, message_id: messageId }) {
  if (!channelId || !messageId) return nothing;
  const address = `https://discord.com/channels/${[state.guildId, channelId, messageId].map(encodeURIComponent).join('/')}`;
  return html`<p><a class="button" href=${address} target="_blank" rel="noreferrer">Open the message in Discord</a></p>`;
}
