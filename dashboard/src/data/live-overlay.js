// What was heard live of the guild shown, laid over what was read: an answer may have been made before an
// event that is on the screen already, and must not take it away again.
import { state } from './state.js';

const LATEST = 10;
const TINT_MS = 2500;

/** Ids of violations that came in just now; they are tinted for a moment. */
export const fresh = new Set();

let heard = { guildId: null };

function ofGuild() {
  if (heard.guildId !== state.guildId)
    heard = { guildId: state.guildId, violations: [], metrics: null, health: null };
  return heard;
}

/** A violation as the API lists it. */
export function hearViolation(violation) {
  const mine = ofGuild();
  mine.violations = [violation, ...mine.violations.filter(({ id }) => id !== violation.id)].slice(
    0,
    LATEST,
  );
  fresh.add(violation.id);
  setTimeout(() => fresh.delete(violation.id), TINT_MS);
}

/** `values` are day figures that were true at `timestamp`. */
export const hearMetrics = (timestamp, values) => (ofGuild().metrics = { timestamp, values });
export const hearHealth = (timestamp, values) => (ofGuild().health = { timestamp, values });

const later = (event, asOf) => (event && event.timestamp > asOf ? event.values : {});

/** The figures with what was heard since; the chart's last bucket grows with them, so that its sum is the same. */
function grown(metrics, event, asOf) {
  const values = later(event, asOf);
  if (values !== event?.values || !metrics.time_series) return { ...metrics, ...values };
  if (event.of !== metrics)
    Object.assign(event, { of: metrics, series: grownSeries(metrics, values) });
  return { ...metrics, ...values, time_series: event.series };
}

function grownSeries({ time_series: series, ...were }, values) {
  const last = series.at(-1);
  const more = (field, total) =>
    Math.max(0, last[field] + (values[total] ?? were[total]) - were[total]);
  const [messages, violations] = [
    more('messages', 'messages_processed'),
    more('violations', 'violations_total'),
  ];
  return [...series.slice(0, -1), { ...last, messages, violations }];
}

/** The overview with everything in it that was heard since it was made. */
export function withHeard(overview) {
  const mine = ofGuild();
  if (!overview || (mine.violations.length === 0 && !mine.metrics && !mine.health)) return overview;
  const read = overview.latest_violations;
  const known = new Set(read.map(({ id }) => id));
  const added = mine.violations.filter(({ id }) => !known.has(id));
  // Stable: what came at the same millisecond stays in the order in which it was heard.
  const latest = [...added, ...read]
    .sort((a, b) => (a.timestamp < b.timestamp ? 1 : a.timestamp > b.timestamp ? -1 : 0))
    .slice(0, LATEST);
  return {
    ...overview,
    latest_violations: latest,
    metrics: grown(overview.metrics, mine.metrics, overview.as_of),
    health: { ...overview.health, ...later(mine.health, overview.as_of) },
  };
}
