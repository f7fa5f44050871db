// What is said of scheduled reports: when they run, how a run ended, and what each choice means.
import { viewName } from './export-views.js';
import { DAYS } from '../ui/words.js';

export const CADENCES = [
  ['daily', 'Daily'],
  ['weekly', 'Weekly'],
  ['monthly', 'Monthly'],
];

export const MISSED = {
  run_once: [
    'Send the latest one',
    'After a time in which nothing ran, only the latest is sent, marked as late.',
  ],
  skip: ['Leave them out', 'What was missed is not sent. It is listed as skipped.'],
  backfill: ['Send each of them', 'Each missed one is sent with its own time, at most 31.'],
};

export const EMPTY = {
  send: [
    'Send it all the same',
    'A quiet time is news as well: the report says that nothing happened.',
  ],
  skip: [
    'Send nothing',
    'A time in which nothing happened is listed as empty, and nobody gets a mail.',
  ],
};

export const TARGET_KINDS = {
  channel: 'A channel of this server',
  email: 'Mail addresses',
  discord: 'A Discord webhook',
  slack: 'A Slack webhook',
  webhook: 'A webhook of yours',
};

const two = (number) => String(number).padStart(2, '0');

export const timeOf = ({ hour, minute }) => `${two(hour)}:${two(minute ?? 0)}`;

/** "Mondays at 08:00, Europe/Berlin". */
export function cadenceWords({ cadence, weekday, day, timezone, ...clock }) {
  const at = `at ${timeOf(clock)}, ${timezone.replaceAll('_', ' ')}`;
  if (cadence === 'weekly') return `${DAYS[weekday]}s ${at}`;
  if (cadence === 'monthly')
    return `${day > 28 ? `On day ${day} or the last of the month` : `On day ${day} of the month`} ${at}`;
  return `Daily ${at}`;
}

/** What the report is about, with its cadence. */
export const ABOUT = {
  daily: 'Each is about the whole day before.',
  weekly: 'Each is about the whole week before, Monday to Sunday.',
  monthly: 'Each is about the whole month before.',
};

export const viewWords = (views) => views.map(viewName).join(', ');

const STATES = {
  due: ['firing', 'Being made', 'low'],
  built: ['firing', 'Being sent', 'low'],
  sent: ['ok', 'Sent', 'good'],
  partly: ['failing', 'Partly sent', 'medium'],
  failed: ['broken', 'Failed', 'high'],
  empty: ['off', 'Nothing happened', 'none'],
  skipped: ['off', 'Left out', 'none'],
};

/** How a run is, as [mark, words, tone]. */
export const runState = ({ status }) => STATES[status] ?? ['off', status, 'none'];

const WHY = {
  missed: 'nothing ran at its time',
  restored: 'it may have been sent before the database was put back',
  deleted: 'the report was removed',
  not_made: 'it could not be made',
};

/** Why a run came to nothing, where its targets do not say so themselves. */
export const whyRun = ({ reason }) => WHY[reason] ?? '';

export const isRunning = ({ status }) => status === 'due' || status === 'built';

const OFF = {
  zone_unknown:
    'It is off, since this Modwatch does not know its time zone any more: choose another one, save it, then let it go on.',
};

/** Why a report is off that no person switched off. */
export const offWords = ({ why_not: why }) => OFF[why] ?? `It was switched off: ${why}`;

const KINDS = { manual: 'Sent by hand', test: 'Test' };
export const kindWords = ({ kind, is_late: late }) =>
  KINDS[kind] ?? (late ? 'On schedule, late' : 'On schedule');

/** How a report is as a whole, as [mark, words, tone]. */
export function reportState({ enabled, failing, last_run: last }) {
  if (!enabled) return ['off', 'Paused', 'none'];
  if (failing) return ['broken', 'Last one failed', 'high'];
  return last ? runState(last) : ['snoozed', 'Waits for its first time', 'low'];
}

const LISTED = 3; // addresses that are named; of more there is the number

/** Where a target is, as the server masks it. */
export function targetWords({ kind, name, addresses, url, channel_id: shared }) {
  if (shared) return name ?? 'A channel that was removed';
  if (kind === 'email' && addresses?.length > LISTED)
    return `${addresses.slice(0, LISTED).join(', ')} and ${addresses.length - LISTED} more`;
  return kind === 'email' ? (addresses ?? []).join(', ') : (url ?? '');
}

/** What was refused, as {field: sentence}; what belongs to a target as "delivery 0 url". */
export function refusedOf(errors) {
  const { delivery = {}, ...others } = errors;
  const sentence = (messages) => [messages].flat().join(' ');
  const plain = Object.entries(others).map(([name, messages]) => [name, sentence(messages)]);
  if (Array.isArray(delivery) || typeof delivery === 'string')
    return Object.fromEntries([...plain, ['delivery', sentence(delivery)]]);
  const placed = Object.entries(delivery).flatMap(([place, fields]) =>
    Array.isArray(fields) || typeof fields !== 'object'
      ? [[`delivery ${place}`, sentence(fields)]]
      : Object.entries(fields).map(([name, messages]) => [
          `delivery ${place} ${name}`,
          sentence(Object.values(messages ?? {}).flat()),
        ]),
  );
  return Object.fromEntries([...plain, ...placed]);
}
