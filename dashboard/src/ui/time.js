// Times as people read them. Input is RFC 3339 text or epoch milliseconds; output is in the reader's own locale, and in
// one zone for all of the page.
import { shownZone } from '../data/zone.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const BUCKET_MS = { hour: MINUTE_MS, day: HOUR_MS, week: HOUR_MS, month: DAY_MS };
export const PERIOD_WORDS = {
  hour: 'last 60 minutes',
  day: 'last 24 hours',
  week: 'last 7 days',
  month: 'last 30 days',
};
export const BEFORE_WORDS = {
  hour: 'the hour before',
  day: 'the day before',
  week: 'the week before',
  month: 'the 30 days before',
};

export const format = (options) => new Intl.DateTimeFormat(undefined, options);

/** A format that is made when it is first needed: making one is slow on a phone (see formats-worker.js). */
export function lazily(make) {
  let made = null;
  return { format: (value) => (made ??= make()).format(value) };
}

/** A format for each zone that is asked for: a panel that counts by another clock shows its times by that. */
function dates(options) {
  const made = {};
  return {
    format: (value, timeZone = shownZone()) =>
      (made[timeZone] ??= format({ timeZone, ...options })).format(value),
  };
}

const clock = dates({ hour: '2-digit', minute: '2-digit' });
const clockWithSeconds = dates({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = dates({ weekday: 'short', day: 'numeric', month: 'short' });
const utcDay = dates({ weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
const short = dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const date = dates({ day: 'numeric', month: 'short', year: 'numeric' });
const full = dates({
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

export const clockTime = (time) => clockWithSeconds.format(new Date(time));

/** Without the year, while it is the present one. */
export function shortTime(time, timeZone) {
  const at = new Date(time);
  return at.getFullYear() === new Date().getFullYear()
    ? short.format(at, timeZone)
    : `${date.format(at, timeZone)}, ${clock.format(at, timeZone)}`;
}

export const dateOf = (time, timeZone) => date.format(new Date(time), timeZone);
export const exactTime = (time) => full.format(new Date(time));

/** "now", "4 min ago", "3 h ago", "2 days ago". */
export function ago(time, nowMs) {
  const ageMs = nowMs - new Date(time).getTime();
  if (ageMs < MINUTE_MS) return 'now';
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min ago`;
  if (ageMs < 2 * DAY_MS) return `${Math.floor(ageMs / HOUR_MS)} h ago`;
  return `${Math.floor(ageMs / DAY_MS)} days ago`;
}

/** The name of the series bucket that starts at `startMs`; months are made of UTC days. */
export function bucketName(startMs, period) {
  const start = new Date(startMs);
  if (period === 'month') return utcDay.format(start);
  const end = clock.format(new Date(startMs + BUCKET_MS[period]));
  return `${day.format(start)}, ${clock.format(start)} to ${end}`;
}
