// What an incident is and what happened in it, in words.
import { count, plural } from '../ui/words.js';

const ACTIONS = {
  warning: ['warning', 'warnings'],
  timeout: ['timeout', 'timeouts'],
  kick: ['kick', 'kicks'],
  ban: ['ban', 'bans'],
  other: ['other action', 'other actions'],
  none: ['without an action', 'without an action'],
};

/** "60 violations by 24 members". */
export const sizeWords = ({ violation_count: violations, member_count: members }) =>
  `${plural(violations, 'violation')} by ${plural(members, 'member')}`;

/** How long it took: "moments", "40 s", "12 min", "3 h 5 min". */
export function longWords({ started_at: from, ended_at: to }) {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  if (seconds < 2) return 'moments';
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
}

/** What the bot did, most often first: [["ban", "24 bans"], ...]. */
export const actionWords = (actions) =>
  Object.entries(actions)
    .filter(([, times]) => times > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([action, times]) => [action, `${count(times)} ${ACTIONS[action][times === 1 ? 0 : 1]}`]);

/** How it differs from what is usual, in one sentence. */
export function usualWords({ usual_per_hour: usual }) {
  if (usual < 0.05) return 'At this hour there is usually nothing.';
  if (usual < 1) return 'At this hour there is usually less than one violation.';
  return `At this hour ${plural(Math.round(usual), 'violation')} ${Math.round(usual) === 1 ? 'is' : 'are'} usual.`;
}

/** Who was near and is not counted in. */
export const bystanderWords = ({ bystander_violations: violations }) =>
  violations > 0
    ? `${plural(violations, 'violation')} of other rules by others meanwhile ${violations === 1 ? 'is' : 'are'} not counted in.`
    : '';

const HAPPENED = {
  began: () => 'It began',
  first_action: ({ action }) => `First ${ACTIONS[action][0]}`,
  alert_opened: () => 'Modwatch told of it',
  alert_closed: () => 'The alert was over',
  taken: () => 'Looked after',
  last_violation: () => 'Last violation',
};

export const timelineWords = (entry) => HAPPENED[entry.kind]?.(entry) ?? entry.kind;
