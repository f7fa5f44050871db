// What a new export is to be: as a panel of the page shows it, as it is chosen, and as the API takes it.
import { nameOfRule } from '../data/rule-names.js';
import { midnight } from '../data/sources.js';
import { state } from '../data/state.js';
import { shownZone } from '../data/zone.js';
import { VIEWS } from './export-views.js';

const PLAIN = { format: 'csv', mode: 'spreadsheet', gzip: false, since: '', until: '' };

const known = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value));

/** The view as it is on the page now, with its filters and period. */
export function wishOfPage(view) {
  if (view === 'violations') return ofViolations();
  if (view === 'warnings') return { ...PLAIN, view, period: '', filters: known(state.warned) };
  return { ...PLAIN, view, period: PERIOD_OF[view]?.() ?? '', filters: {} };
}

const PERIOD_OF = {
  metrics: () => state.period,
  health_metrics: () => state.period,
  top_offenders: () => state.period,
  rule_effectiveness: () => state.period,
  temporal_analytics: () => (state.heatPeriod === 'all' ? '' : state.heatPeriod),
};

function ofViolations() {
  const { since, until, rule_hash: key, ...others } = state.filters;
  const rule = others.rule || (key && nameOfRule(key));
  return {
    ...PLAIN,
    view: 'violations',
    period: since || until ? 'between' : '',
    since,
    until,
    filters: known({ ...others, rule, rule_hash: rule ? '' : key }),
  };
}

/** "2026-01-27", by the clock that `midnight` goes by; Swedes write it so. */
const dayOf = (time) => new Date(time).toLocaleDateString('sv', { timeZone: shownZone() });

/** The same as a begin; what was asked for from a moment on begins there again, and not with its day. */
function sinceOf(from) {
  const day = dayOf(from);
  return Date.parse(midnight(day)) === Date.parse(from) ? day : from;
}

/** The same as an export that was made before. */
export const wishAgain = (made) => ({
  view: made.export_type,
  format: made.format,
  mode: made.mode,
  gzip: made.compression === 'gzip',
  period:
    made.from || made.to ? 'between' : (made.period ?? VIEWS[made.export_type]?.usualPeriod ?? ''),
  since: made.from ? sinceOf(made.from) : '',
  until: made.to ? dayOf(Date.parse(made.to) - 1) : '',
  filters: { ...made.filters },
});

/** Another view: its own filters and period, and how it is written as chosen before. */
export const wishOfView = (view, { format, mode, gzip }) => ({
  ...wishOfPage(view),
  format,
  mode,
  gzip,
});

/** What is still to be chosen, in words; null when it can be asked for. */
export function missing({ view, period, since, until }) {
  if (period !== 'between') return null;
  const isList = view === 'violations' || view === 'audit_log';
  if (isList ? !since && !until : !since || !until) return 'Choose the days.';
  return since && until && since.slice(0, 10) > until
    ? 'The last day lies before the first.'
    : null;
}

/** As the API takes it. */
export function bodyOf(wish) {
  const { view, format, mode, gzip, period, since, until, filters } = wish;
  const between = period === 'between';
  return known({
    export_type: view,
    format,
    mode: format === 'csv' ? mode : '',
    compression: gzip && format !== 'xlsx' ? 'gzip' : '',
    period: between || VIEWS[view].isTimeless ? '' : period,
    from: between && since ? midnight(since) : '',
    to: between && until ? midnight(until, 1) : '',
    filters: Object.keys(filters).length > 0 ? filters : null,
  });
}
