// What an audit entry keeps by the API's names, as people know it: a report, an export, a delivery, an alert.
import { EVENT_WORDS, STATES } from './alert-words.js';
import { FORMATS, VIEWS } from './export-views.js';
import { filterWords, formatWords, timeWords } from './export-words.js';
import { statusWords } from './preference-words.js';
import { cadenceWords, EMPTY, MISSED, viewWords } from './report-words.js';

/** The details with the names and values of the page's own forms; what is not ours stays as it is. */
export function inWords(action, details) {
  const [noun] = action.split('.');
  return Object.hasOwn(WORDS, noun) ? WORDS[noun](details) : details;
}

const LINKED = new Set(['user_id', 'incident']);

/** What was chosen by, without those that the entry names with a link. */
function otherFilters({ filters }) {
  if (!filters || typeof filters !== 'object') return filters ?? null;
  const others = Object.entries(filters).filter(([name]) => !LINKED.has(name));
  return filterWords(Object.fromEntries(others)) || null;
}

const WORDS = {
  violations: (details) => ({ ...details, filters: otherFilters(details) }),
  schedules: (details) => eachSide(details, reportParts),
  channels: (details) => eachSide(details, withEvents),
  notification_preferences: (details) => eachSide(details, withEvents),
  exports({ export: made, by, ...others }) {
    const isOurs = Object.hasOwn(VIEWS, made?.export_type);
    const parts = isOurs ? exportParts(made) : { export: made ?? null };
    return { ...others, ...parts, ...(by === 'operator' ? {} : { by: by ?? null }) };
  },
  deliveries: ({ before, ...others }) => ({ ...others, 'it was': statusWords(before)[1] ?? null }),
  alerts: ({ event_type: kind, ...others }) => ({
    ...eachSide(others, (state) => STATES[state]?.[0] ?? state),
    ...(kind ? { of: EVENT_WORDS[kind] ?? kind } : {}),
  }),
};

function eachSide(details, change) {
  const sides = ['before', 'after'].filter((side) => details[side] ?? false);
  return { ...details, ...Object.fromEntries(sides.map((side) => [side, change(details[side])])) };
}

const named = (events) => events.map((event) => EVENT_WORDS[event] ?? event);

function withEvents(part) {
  const lists = ['events', 'enabled_events'].filter((name) => Array.isArray(part[name]));
  if (lists.length === 0) return part;
  return { ...part, ...Object.fromEntries(lists.map((name) => [name, named(part[name])])) };
}

/** A report by what its form calls each part; where it goes only where that was chosen. */
function reportParts(part) {
  const { timezone, export_types: views, missed_policy: missed, when_empty: empty } = part;
  if (typeof timezone !== 'string' || !Array.isArray(views)) return part;
  return {
    name: part.name,
    runs: cadenceWords(part),
    shows: viewWords(views),
    file: FORMATS[part.format]?.[0] ?? part.format,
    ...(Array.isArray(part.delivery) ? { 'goes to': placesOf(part.delivery) } : {}),
    'when a time was missed': MISSED[missed]?.[0] ?? missed,
    'when nothing happened': EMPTY[empty]?.[0] ?? empty,
    paused: !part.enabled,
  };
}

const PLACES = { email: 'mail', discord: 'Discord', slack: 'Slack', webhook: 'a webhook' };

const placesOf = (targets) => [...new Set(targets.map(({ kind }) => PLACES[kind] ?? kind))];

const moment = (ms) => (ms ? new Date(ms).toISOString() : null);

/** An export by what its list says of it. */
function exportParts({ from_ms: from, to_ms: to, ...made }) {
  return {
    'rows of': viewWords([made.export_type]),
    'of which time': timeWords({ ...made, from: moment(from), to: moment(to) }),
    file: formatWords(made),
    filters: otherFilters(made),
  };
}
