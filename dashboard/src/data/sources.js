// Which part of the page reads which path, for the guild and period chosen.
import { withHeard } from './live-overlay.js';
import { read, readDue, retry } from './reads.js';
import { may } from './roles.js';
import { state } from './state.js';
import { startOfDay } from './zone.js';

export const under = (path) => `/servers/${encodeURIComponent(state.guildId)}/${path}`;

const FIRST_ROWS = 25;
const OLDER_ROWS = 200;

/** "2026-01-27" from a date input as its begin, `days` later for an inclusive end; an instant, as a link says it, stays. */
export const midnight = (date, days = 0) => (date.includes('T') ? date : startOfDay(date, days));

export function violationsPath(cursor = null) {
  const { since, until, ...plain } = state.filters;
  const asked = { ...plain, since: since && midnight(since), until: until && midnight(until, 1) };
  return listPath('violations', asked, cursor, cursor ? OLDER_ROWS : FIRST_ROWS);
}

export const warningsPath = (cursor = null) =>
  listPath('warnings', state.warned, cursor, cursor ? 100 : 10);
export const auditPath = (cursor = null) => listPath('audit-log', {}, cursor, cursor ? 50 : 15);

export const appealsPath = (cursor = null) =>
  listPath('appeals', { status: 'pending' }, cursor, 50);

/** A page of what has pages; without a `cursor` the first one. */
export function listPath(name, filters, cursor, limit) {
  const query = new URLSearchParams({ limit });
  for (const [field, value] of Object.entries(filters)) if (value) query.set(field, value);
  if (cursor) query.set('cursor', cursor);
  return under(`${name}?${query}`);
}

const paths = {
  servers: () => '/servers',
  overview: () => under('overview'),
  notifications: () => under('notifications?limit=50'),
  metrics: () => under(`metrics?period=${state.period}`),
  health: () => under(`health?period=${state.period}`),
  violations: () => violationsPath(),
  offenders: () => under(`top-offenders?period=${state.period}`),
  warnings: () => warningsPath(),
  appeals: () => appealsPath(),
  moderators: () => under(`moderators?period=${state.period}`),
  rules: () => under(`rule-effectiveness?period=${state.period}&limit=20`),
  rulesText: () => under('rules'),
  temporal: () =>
    under(`temporal-analytics${state.heatPeriod === 'all' ? '' : `?period=${state.heatPeriod}`}`),
  config: () => under('config'),
  audit: () => auditPath(),
};

const NEEDED_BY = {
  overview: [],
  violations: ['violations'],
  people: ['offenders', 'warnings', 'appeals', 'botChanges'],
  rules: ['rules', 'rulesText'],
  time: ['temporal'],
  moderators: ['moderators'],
  exports: ['exports', 'exportStorage', 'schedules'],
  alerts: [
    'notifications',
    'openAlerts',
    'alerts',
    'preferences',
    'explain',
    'deliveries',
    'config',
  ],
  settings: ['config', 'roles', 'tokens', 'channels', 'usage'],
  audit: ['audit', 'access'],
};
const FROM = {
  tokens: 'admin',
  usage: 'admin',
  audit: 'admin',
  access: 'owner',
  exports: 'moderator',
  exportStorage: 'moderator',
};
let sheetReads = {};

/** Rest.js brings what the first screen does not read: more paths by name, and the names that each sheet needs. */
export function furnish(morePaths, bySheet) {
  Object.assign(paths, morePaths);
  sheetReads = bySheet;
  readDue();
}

/** The names of what a section shows. */
export function readsOf(section) {
  if (section === 'overview')
    return state.period === 'day' ? ['overview'] : ['overview', 'metrics', 'health'];
  return NEEDED_BY[section].filter((name) => paths[name] && (!FROM[name] || may(FROM[name])));
}

const FRAME = ['servers', 'notifications', 'openAlerts', 'incidents', 'serversAtOnce'];

/** Whether the page reads this wherever the reader is: nobody opened it. */
export const isOfFrame = (path) => FRAME.some((name) => paths[name]?.() === path);

/** Every path the page needs now: the overview always, the rest while its section is near. */
export function wanted() {
  if (state.session !== 'in') return [];
  if (!state.guildId) return [paths.servers()];
  const names = new Set([...FRAME, ...readsOf('overview')]);
  for (const section of state.near) readsOf(section).forEach((name) => names.add(name));
  sheetReads[state.sheet?.kind]?.forEach((name) => names.add(name));
  return [...names].map((name) => paths[name]?.()).filter(Boolean);
}

/** What the first screen shows, asked for before it is known who reads. */
export const firstPaths = () =>
  state.guildId ? [...readsOf('overview'), 'notifications'].map((name) => paths[name]()) : [];

export const path = (name) => paths[name]();

/** Read these sources again at once, for example after a change. */
export function refresh(...names) {
  for (const name of names) retry(paths[name]());
}

/**
 * The read of one named source. The day's metrics and health come with the overview; what several panels
 * share is marked `shared`, so that its failure is told once, at the top of the page.
 */
export function source(name) {
  if (name === 'overview') {
    const item = read(paths.overview());
    return { ...item, data: withHeard(item.data), shared: true };
  }
  const inOverview = state.period === 'day' && (name === 'metrics' || name === 'health');
  if (!inOverview) return paths[name] ? read(paths[name]()) : {};
  const overview = source('overview');
  return { ...overview, data: overview.data?.[name] ?? null };
}

/**
 * The read of `name`, without data until `other` was answered too: where the words are of both, they would grow with
 * the second answer and move the page.
 */
export function sourceWith(name, other) {
  const { data, error } = source(other);
  return data || error ? source(name) : { ...source(name), data: null };
}

/** Where the period begins that all its counts are of, empty while that is not known. */
export const periodStart = () => source('metrics').data?.time_series[0]?.timestamp ?? '';
