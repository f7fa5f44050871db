// What is said of exports: what one is of, how it is, and why one failed.
import { dateOf, PERIOD_WORDS } from '../ui/time.js';
import { FORMATS, VIEWS } from './export-views.js';
import { ACTION_WORDS, capital, count, DETECTION_WORDS, plural, tenth } from '../ui/words.js';

const FILTER_NAMES = {
  severity: 'severity',
  detection_type: 'found by',
  action: 'action',
  rule: 'rule',
  rule_hash: 'rule',
  user_id: 'member',
  q: 'search',
  level: 'level',
  search: 'search',
};
const VALUES = { detection_type: DETECTION_WORDS, action: ACTION_WORDS };

/** The filters as words: "severity high, rule No spam". */
export const filterWords = (filters) =>
  Object.entries(filters)
    .map(([name, value]) =>
      name === 'incident'
        ? 'one raid'
        : `${FILTER_NAMES[name] ?? name.replaceAll('_', ' ')} ${VALUES[name]?.[value] ?? value}`,
    )
    .join(', ');

const LAST_MS = 1; // an end is exclusive: the day that is meant is the one before it

/** Of which time an export is, in words. */
export function timeWords({ export_type: view, period, from, to }) {
  const { usual, usualPeriod } = VIEWS[view] ?? {};
  const isBetween = from || to;
  if (period || (usualPeriod && !isBetween)) return capital(PERIOD_WORDS[period ?? usualPeriod]);
  if (!isBetween) return usual ?? 'As of when it was made';
  const until = to && dateOf(Date.parse(to) - LAST_MS);
  if (!from) return `Until ${until}`;
  return to ? `${dateOf(from)} to ${until}` : `Since ${dateOf(from)}`;
}

/** "CSV, raw, gzip": how it is written. */
export const formatWords = ({ format, mode, compression }) =>
  [
    FORMATS[format]?.[0] ?? format,
    format === 'csv' && mode === 'raw' ? 'raw' : '',
    compression === 'gzip' ? 'gzip' : '',
  ]
    .filter(Boolean)
    .join(', ');

/** "1.2 MB", in powers of 1,000 as the API's own words. */
export function sizeWords(bytes) {
  let size = bytes;
  for (const unit of ['bytes', 'KB', 'MB', 'GB']) {
    if (size < 999.95) return unit === 'bytes' ? plural(size, 'byte') : `${tenth(size)} ${unit}`;
    size /= 1000;
  }
  return `${tenth(size)} TB`;
}

/** "about 40 s": how long it takes yet. */
export function etaWords(seconds) {
  if (seconds === null) return '';
  if (seconds < 1) return 'nearly done';
  if (seconds < 90) return `about ${plural(Math.ceil(seconds), 'second')} to go`;
  return `about ${plural(Math.round(seconds / 60), 'minute')} to go`;
}

export const isWaiting = ({ status }) => status === 'queued' || status === 'running';

/** How an export is, as [mark, words, tone]. */
export function exportState({ status, error_code: code }) {
  if (status === 'queued' && code) return ['failing', 'Waits', 'medium'];
  return STATES[status] ?? ['off', capital(status), 'none'];
}

const STATES = {
  queued: ['snoozed', 'Waits its turn', 'low'],
  running: ['firing', 'Being made', 'low'],
  done: ['ok', 'Ready', 'good'],
  expired: ['off', 'Expired', 'none'],
  failed: ['broken', 'Failed', 'high'],
  cancelled: ['off', 'Cancelled', 'none'],
};

// What happened, and what to do.
const ERRORS = {
  disk_full: 'The disk for exports is full. Delete exports you do not need, or tell the operator.',
  quota: 'The exports of this server take all the room they may. Delete some, then make it again.',
  database_away: 'The database could not be reached. Make it again when it is back.',
  erased:
    'A member’s data was erased after it was made, so the file was deleted. Made again, it is without that member.',
  lease_lost: 'Each process that was at it ended before it was done. Make it again.',
  too_long: 'It took too long or has too many rows. Choose a shorter time or more filters.',
  internal: 'Something went wrong on the server, whose log says what. Make it again.',
};

/** Why there is no file, or not yet; nothing to say of one that goes well. */
export function whyWords({ status, error, error_code: code }) {
  if (!code || code === 'cancelled') return '';
  if (status === 'queued') return error ?? '';
  return ERRORS[code] ?? error ?? '';
}

/** What the files of a server take: "3 files, 1.2 MB of 10 GB; each is kept for 30 days". */
export function storageWords({ files, bytes, limit_bytes: limit, retention_days: days }) {
  const used = `${plural(files, 'file')}, ${sizeWords(bytes)}${limit ? ` of ${sizeWords(limit)}` : ''}`;
  return `${used}. Each is kept for ${plural(days, 'day')}`;
}

/** How far one is: "1,200 of 4,000 rows, about 3 seconds to go". */
export function progressWords({ rows_done: done, rows_estimated: all, eta_seconds: eta }) {
  const rows = all ? `${count(done)} of ${plural(all, 'row')}` : '';
  return [rows, etaWords(eta ?? null)].filter(Boolean).join(', ');
}
