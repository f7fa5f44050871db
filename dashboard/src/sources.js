// Which part of the page reads which path, for the guild and period chosen.
import { withHeard } from './heard.js';
import { read, retry } from './reads.js';
import { may } from './roles.js';
import { state } from './state.js';

export const under = (path) => `/servers/${encodeURIComponent(state.guildId)}/${path}`;

const FIRST_ROWS = 25;
const OLDER_ROWS = 200;

/** "2026-01-27" from a date input as the reader's own midnight; `days` later for an inclusive end. */
function midnight(date, days = 0) {
  const [year, month, day] = date.split('-').map(Number);
  const at = new Date(year, month - 1, day + days);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

export function violationsPath(cursor = null) {
  const { since, until, ...plain } = state.filters;
  const asked = { ...plain, since: since && midnight(since), until: until && midnight(until, 1) };
  return listPath('violations', asked, cursor, cursor ? OLDER_ROWS : FIRST_ROWS);
}

/** Where the violations, filtered as the list is, are a CSV file. */
export const csvAddress = () => `/api/v1${violationsPath().replace(/violations\?limit=\d+/, 'violations/export?format=csv')}`;

export const warningsPath = (cursor = null) => listPath('warnings', state.warned, cursor, cursor ? 100 : 10);
export const auditPath = (cursor = null) => listPath('audit-log', {}, cursor, cursor ? 50 : 15);

function listPath(name, filters, cursor, limit) {
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
  appeals: () => under('appeals?status=pending&limit=50'),
  moderators: () => under(`moderators?period=${state.period}`),
  rules: () => under(`rule-effectiveness?period=${state.period}&limit=20`),
  rulesText: () => under('rules'),
  temporal: () => under(`temporal-analytics${state.heatPeriod === 'all' ? '' : `?period=${state.heatPeriod}`}`),
  raids: () => under(`temporal-analytics?period=${state.period}`),
  config: () => under('config'),
  roles: () => under('roles'),
  tokens: () => under('tokens'),
  audit: () => auditPath(),
  violation: () => under(`violations/${state.sheet?.id}`),
  member: () => under(`warnings/${state.sheet?.id}`),
};

const NEEDED_BY = {
  overview: [],
  violations: ['violations'],
  people: ['offenders', 'warnings', 'appeals'],
  rules: ['rules', 'rulesText'],
  time: ['temporal'],
  moderators: ['moderators'],
  exports: ['violations'],
  alerts: ['notifications'],
  settings: ['config', 'roles', 'tokens'],
  audit: ['audit'],
};
const ADMINS_ONLY = new Set(['tokens', 'audit']);

/** The names of what a section shows. */
export function readsOf(section) {
  if (section === 'overview') return state.period === 'day' ? ['overview', 'raids'] : ['overview', 'raids', 'metrics', 'health'];
  return NEEDED_BY[section].filter((name) => !ADMINS_ONLY.has(name) || may('admin'));
}

/** Every path the page needs now: the overview always, the rest while its section is near. */
export function wanted() {
  if (state.session !== 'in') return [];
  if (!state.guildId) return [paths.servers()];
  const names = new Set(['servers', 'notifications', ...readsOf('overview')]);
  for (const section of state.near) readsOf(section).forEach((name) => names.add(name));
  if (state.sheet?.kind in { violation: 1, member: 1 }) names.add(state.sheet.kind);
  return [...names].map((name) => paths[name]());
}

/** What the first screen shows, asked for before it is known who reads. */
export const firstPaths = () => (state.guildId ? [...readsOf('overview'), 'notifications'].map((name) => paths[name]()) : []);

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
  if (!inOverview) return read(paths[name]());
  const overview = source('overview');
  return { ...overview, data: overview.data?.[name] ?? null };
}
