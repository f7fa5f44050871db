// What is said of an alert: its state, its figures, until when it is snoozed, and its trail in words.
import { count, decimal, plural } from '../ui/words.js';

const MINUTE_MS = 60_000;
const LONGEST_SNOOZE_MS = 24 * 60 * MINUTE_MS;
const MARGIN_MS = 30_000; // the server's clock and the way there: 24 h sharp could be a moment too long

export const SNOOZES = [
  [15, '15 min'],
  [60, '1 h'],
  [480, '8 h'],
  [1440, '24 h'],
];

/** The words of a state; its tone is a colour, and each state has a shape of its own as well. */
export const STATES = {
  firing: ['Firing', 'high'],
  acknowledged: ['Acknowledged', 'accent'],
  snoozed: ['Snoozed', 'low'],
  flapping: ['Comes and goes', 'medium'],
  no_data: ['No data', 'none'],
  resolved: ['Resolved', 'good'],
};

export const EVENT_WORDS = {
  health_score_drop: 'Health score',
  mass_violations: 'Mass violations',
  bot_offline: 'Bot offline',
  rate_limit_approaching: 'Rate limit',
  new_violation: 'New violation',
  config_update: 'Change of rules or settings',
  export_ready: 'Export ready or failed',
  report_failed: 'Report failed',
  channel_failed: 'Channel does not work',
};

const UNITS = {
  health_score_drop: (value) => plural(Math.round(value), 'point'),
  mass_violations: (value) => plural(value, 'violation'),
  bot_offline: (value) => `${decimal(Math.round(value))} s of silence`,
  rate_limit_approaching: (value) => `${decimal(value)} % left`,
};

/** "14 violations, the threshold is 10"; empty where nothing was measured. It is of when it was told, and may be otherwise by now. */
export function figures(alert) {
  const { event_type: type, value, threshold } = alert;
  if (value === null) return '';
  const words = (UNITS[type]?.(value) ?? decimal(value)) + grown(alert);
  return threshold === null ? words : `${words}, the threshold is ${decimal(threshold)}`;
}

const MOVES = new Set(['health_score_drop', 'bot_offline', 'rate_limit_approaching']);

function grown({ event_type: type, state, value, incident_violation_count: now }) {
  if (MOVES.has(type) && state !== 'resolved') return ' when it was told';
  if (!(now > value)) return '';
  return ` when it was told, ${count(now)} ${state === 'resolved' ? 'in all' : 'by now'}`;
}

/** When a snooze of so many minutes ends, as the API takes it: at most 24 hours ahead. */
export function snoozeEnd(minutes, nowMs) {
  const forMs = Math.min(minutes * MINUTE_MS, LONGEST_SNOOZE_MS - MARGIN_MS);
  return new Date(nowMs + forMs).toISOString();
}

export const mayAcknowledge = ({ state, acknowledged_at: at }) => state !== 'resolved' && !at;

const CLOSED = {
  by_hand: 'by hand',
  no_data: 'after 24 h without data',
  found_afterwards: 'before it was found in late events',
};

/** Why an alert that is over is over. */
export const closedWords = ({ closed_reason: reason }) => CLOSED[reason] ?? 'by itself';

/** The kinds of entries that tell of a channel: "attempt_not_sent" as ["attempt", "not sent"]. */
function ofChannel(kind) {
  const found = /^(attempt|delivery)_(\w+)$/.exec(kind);
  return found && [found[1], found[2].replaceAll('_', ' ')];
}

/** The server's sentence without the word that it begins with, and that the line has already. */
const reasonOf = (text) => text.slice(text.indexOf(': ') + 1).trim();

/**
 * One entry of a trail as `{channel, what, why, said}`: "Discord #mods", "sent", a sentence, the provider's words.
 * `title` is what the alert is called: an opening says it.
 */
export function trailWords(entry, title) {
  const told = ofChannel(entry.kind);
  if (!told)
    return { channel: null, what: eventWords(entry, title), why: whyOpened(entry), said: '' };
  const isSent = told[1] === 'sent';
  return {
    channel: entry.channel_name ?? 'a channel that was removed since',
    what: told[1],
    why: isSent ? '' : reasonOf(entry.text),
    said: (!isSent && entry.details.answer) || '',
  };
}

function eventWords({ kind, text, by }, title) {
  if (kind === 'resolved' && by) return 'Resolved';
  return kind === 'opened' ? `Fired: ${title}` : text.replace(/\.$/, '');
}

/** An opening shows the alert's title: what its sentence says beyond "opened" stands below. */
const whyOpened = ({ kind, text }) =>
  kind === 'opened' && text.includes(': ') ? reasonOf(text) : '';

/** The channels that this open alert was never decided on: they were made after it began. */
export const untold = (alert, channels, trail) =>
  alert.state === 'resolved'
    ? []
    : channels.filter(
        (each) => each.enabled && !trail.some((entry) => entry.channel_id === each.id),
      );
