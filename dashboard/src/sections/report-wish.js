// A report as it is typed and as the API takes it.
import { ownZone } from './preference-words.js';

const MONDAY = 1;
export const MOST_TARGETS = 10;

const newTarget = (kind) => ({
  kind,
  id: null,
  channel_id: '',
  addresses: '',
  url: '',
  thread_id: '',
});

/** A new report, with what most people want. `zone` is the server's, `kind` the first target's. */
export const newWish = (zone, kind = 'email') => ({
  name: '',
  export_types: ['violations'],
  format: 'xlsx',
  cadence: 'weekly',
  timezone: zone ?? ownZone(),
  hour: 8,
  minute: 0,
  weekday: MONDAY,
  day: 1,
  missed_policy: 'run_once',
  when_empty: 'send',
  delivery: [newTarget(kind)],
});

const typed = (target) => ({
  ...newTarget(target.channel_id ? 'channel' : target.kind),
  id: target.id,
  channel_id: target.channel_id ?? '',
  addresses: (target.addresses ?? []).join('\n'),
  url: target.url ?? '',
  thread_id: target.thread_id ?? '',
});

/** One that is planned already; what was typed on top of it wins. */
export const wishOf = (report, edits) => ({
  ...report,
  weekday: report.weekday ?? MONDAY,
  day: report.day ?? 1,
  delivery: report.delivery.map(typed),
  ...edits,
});

export const withTarget = (delivery, kind) => [...delivery, newTarget(kind)];

const lines = (text) => text.split(/[\s,;]+/).filter(Boolean);

function target({ kind, id, channel_id: channel, addresses, url, thread_id: thread }) {
  if (kind === 'channel') return { channel_id: channel };
  const own = kind === 'email' ? { addresses: lines(addresses) } : { url: url.trim() };
  const place = kind === 'discord' && thread.trim() ? { thread_id: thread.trim() } : {};
  return { ...(id ? { id } : {}), kind, ...own, ...place };
}

/** When and about what: all that a preview needs. */
export function planOf(wish) {
  const { name, export_types, format, cadence, timezone, hour, minute } = wish;
  const { weekday, day, missed_policy, when_empty } = wish;
  return {
    name: name.trim() || 'A report',
    export_types,
    format,
    cadence,
    timezone,
    hour,
    minute,
    missed_policy,
    when_empty,
    ...(cadence === 'weekly' ? { weekday } : {}),
    ...(cadence === 'monthly' ? { day } : {}),
  };
}

/** As the API takes a new one. */
export const bodyOf = (wish) => ({
  ...planOf(wish),
  name: wish.name.trim(),
  delivery: wish.delivery.map(target),
});

const OF_DAY = { weekday: 'weekly', day: 'monthly' };

/** As the API takes a change of one: what was typed, and a day with its cadence. */
export function changesOf(wish, edits) {
  const all = bodyOf(wish);
  const names = new Set(Object.keys(edits));
  if (names.has('cadence')) Object.keys(OF_DAY).forEach((name) => names.add(name));
  return Object.fromEntries(
    [...names].filter((name) => name in all).map((name) => [name, all[name]]),
  );
}
