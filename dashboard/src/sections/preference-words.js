// Times of day in two zones, and what was decided about a message, in words.
const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60_000;

export const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Minutes that a zone's clock is ahead of UTC at this time. */
function aheadMinutes(zone, atMs) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(atMs);
  const of = (type) => Number(parts.find((part) => part.type === type).value);
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
  return Math.round((shown - Math.floor(atMs / 60_000) * 60_000) / 60_000);
}

/** What the clocks of zone `to` show when those of `from` show `time` ("22:00"), as they stand now. */
export function inZone(time, from, to, nowMs) {
  const [hours, minutes] = time.split(':').map(Number);
  const shift = aheadMinutes(to, nowMs) - aheadMinutes(from, nowMs);
  const at = (hours * 60 + minutes + shift + 2 * DAY_MINUTES) % DAY_MINUTES;
  return [Math.floor(at / 60), at % 60].map((each) => String(each).padStart(2, '0')).join(':');
}

/** Quiet hours in their own zone, and where the reader's clock differs also by that. */
export function quietWords({ start, end, timezone }, reader, nowMs) {
  const words = `${start} to ${end} in ${timezone}`;
  const own = [start, end].map((each) => inZone(each, timezone, reader, nowMs));
  return own[0] === start
    ? `${words}, which is your time now.`
    : `${words}, now ${own.join(' to ')} in your zone, ${reader}.`;
}

/** The next time at which the reader's clock shows `time`, as the API takes it. */
export function nextAt(time, nowMs) {
  const [hours, minutes] = time.split(':').map(Number);
  const at = new Date(nowMs);
  at.setHours(hours, minutes, 0, 0);
  return new Date(at.getTime() > nowMs ? at.getTime() : at.getTime() + DAY_MS).toISOString();
}

export const STATUSES = {
  sent: ['ok', 'Sent', 'good'],
  queued: ['firing', 'Waits to be sent', 'low'],
  claimed: ['firing', 'Being sent', 'low'],
  sending: ['firing', 'Being sent', 'low'],
  retrying: ['failing', 'Tried again', 'medium'],
  held: ['snoozed', 'Held', 'medium'],
  digested: ['snoozed', 'In a digest', 'low'],
  skipped: ['off', 'Not sent', 'none'],
  cancelled: ['off', 'Not sent any more', 'none'],
  unknown: ['flapping', 'May have arrived', 'medium'],
  dead: ['broken', 'Failed', 'high'],
};

/** A decision as [mark, words, tone]; of what only would happen, queued is sent at once. */
export function statusWords(status, wouldBe = false) {
  if (wouldBe && status === 'queued') return ['ok', 'Sent at once', 'good'];
  return STATUSES[status] ?? ['off', status, 'none'];
}

/** Whether a person may have it sent again, and whether it may then arrive twice. */
export const isRetryable = ({ status }) => status === 'dead' || status === 'unknown';
export const mayRepeat = ({ status }) => status === 'unknown';
