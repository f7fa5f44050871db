// What waits in a server, in words, and what of it is elsewhere than where the reader is.
import { plural } from '../ui/words.js';

/** "1 raid going on", "2 open alerts", "3 appeals waiting": what is not zero, the most pressing first. */
export function waitingWords({ incidents_going_on: raids, alerts_open: alerts, appeals_waiting }) {
  return [
    raids > 0 && `${plural(raids, 'raid')} going on`,
    alerts > 0 && plural(alerts, 'open alert'),
    appeals_waiting > 0 && `${plural(appeals_waiting, 'appeal')} waiting`,
  ].filter(Boolean);
}

/** The colour of a score, as in the overview's ring. */
export function scoreTone(score) {
  if (score === null) return 'none';
  if (score < 50) return 'high';
  return score < 70 ? 'medium' : 'good';
}

/** The servers other than the one shown in which somebody is needed now. */
export const needing = (servers, shownId) =>
  servers.filter(
    ({ id, incidents_going_on: raids, alerts_open: alerts }) =>
      id !== shownId && raids + alerts > 0,
  );

/** The servers other than the one shown with notifications that the reader has not read. */
export const untold = (servers, shownId) =>
  servers.filter(({ id, unread_count: unread }) => id !== shownId && unread > 0);
