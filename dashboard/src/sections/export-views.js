// What can be exported, and how: the views, formats and modes there are.
import { PERIOD_WORDS } from '../ui/time.js';
import { capital } from '../ui/words.js';

const PERIODS = ['hour', 'day', 'week', 'month'];

/** By the API's names. `usual` is what it is about when no period is chosen, `filters` those it takes. */
export const VIEWS = {
  violations: {
    name: 'Violations',
    about: 'Every violation, newest first.',
    usual: 'All there are',
    filters: ['severity', 'detection_type', 'action', 'rule', 'user_id', 'q'],
  },
  metrics: {
    name: 'Messages and violations',
    about: 'The counts of each stretch of time.',
    usualPeriod: 'day',
  },
  health_metrics: {
    name: 'Health',
    about: 'The score, and what it lost to what.',
    usualPeriod: 'day',
  },
  top_offenders: {
    name: 'Offenders',
    about: 'Every member with a violation, not only the first ten.',
    usual: 'All time',
  },
  rule_effectiveness: {
    name: 'Rules',
    about: 'Every rule that was hit: how often, and how often overturned.',
    usualPeriod: 'week',
  },
  temporal_analytics: {
    name: 'Days and hours',
    about: 'Violations by day of the week and hour, server time.',
    usual: 'Last 90 days',
  },
  warnings: {
    name: 'Warnings',
    about: 'The warning level of each member, as of now.',
    filters: ['level', 'search'],
    isTimeless: true,
  },
  audit_log: {
    name: 'Audit log',
    about: 'Who changed what, newest first. For admins only, to make and to download.',
    usual: 'All there is',
    filters: ['user_id'],
    from: 'admin',
  },
};

/** Whether it is one of these, and no other word of an address. */
export const isView = (view) => Object.hasOwn(VIEWS, view);

export const viewName = (view) => VIEWS[view]?.name ?? capital(view.replaceAll('_', ' '));

export const FORMATS = {
  csv: ['CSV', 'Lines of text, for spreadsheets and nearly everything else.'],
  xlsx: ['Excel', 'A workbook with typed cells, a filter, and a sheet about itself.'],
  json: ['JSON', 'One document: what it is, then its rows.'],
  ndjson: ['NDJSON', 'One JSON object a line, for programs that read as they go.'],
};

export const MODES = {
  spreadsheet: [
    'For a spreadsheet',
    'Cells that would run as a formula are made harmless; times as spreadsheets read them.',
  ],
  raw: ['Raw', 'Nothing changed, for programs. Do not open it in a spreadsheet.'],
};

/** Periods to choose from, as [value, words]; "between" asks for two days. */
export function periodsOf(view) {
  const { usual, isTimeless } = VIEWS[view];
  if (isTimeless) return [];
  return [
    ...(usual ? [['', usual]] : []),
    ...PERIODS.map((each) => [each, capital(PERIOD_WORDS[each])]),
    ['between', 'From one day to another'],
  ];
}
