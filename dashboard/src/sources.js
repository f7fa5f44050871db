// Which part of the page reads which path, for the guild and period chosen.
import { read } from './reads.js';
import { state } from './state.js';

const under = (path) => `/servers/${encodeURIComponent(state.guildId)}/${path}`;

export function violationsPath(cursor = null) {
  const query = new URLSearchParams({ limit: '15' });
  for (const [name, value] of Object.entries(state.filters)) if (value) query.set(name, value);
  if (cursor) query.set('cursor', cursor);
  return under(`violations?${query}`);
}

const paths = {
  overview: () => under('overview'),
  metrics: () => under(`metrics?period=${state.period}`),
  health: () => under(`health?period=${state.period}`),
  violations: () => violationsPath(),
  offenders: () => under(`top-offenders?period=${state.period}`),
  moderators: () => under(`moderators?period=${state.period}`),
  rules: () => under(`rule-effectiveness?period=${state.period}`),
  temporal: () => under(`temporal-analytics${state.heatPeriod === 'all' ? '' : `?period=${state.heatPeriod}`}`),
};

const NEEDED_BY = { violations: ['violations'], people: ['offenders', 'moderators'], rules: ['rules'], time: ['temporal'] };

/** Every path the page needs now: the overview always, the rest once its section came into view. */
export function wanted() {
  if (state.session === 'out' || !state.guildId) return [];
  const names = ['overview'];
  if (state.period !== 'day') names.push('metrics', 'health');
  for (const [section, reads] of Object.entries(NEEDED_BY)) if (state.seen.has(section)) names.push(...reads);
  return names.map((name) => paths[name]());
}

/**
 * The read of one named source. The day's metrics and health come with the overview; what several panels
 * share is marked `shared`, so that its failure is told once, at the top of the page.
 */
export function source(name) {
  if (name === 'overview') return { ...read(paths.overview()), shared: true };
  const inOverview = state.period === 'day' && (name === 'metrics' || name === 'health');
  if (!inOverview) return read(paths[name]());
  const overview = source('overview');
  return { ...overview, data: overview.data?.[name] ?? null };
}
