// Messages and violations over time, as charts or as a table.
import { html } from 'lit-html';
import { keyed } from 'lit-html/directives/keyed.js';
import { drawArriving } from './later.js';
import { arriving } from '../ui/arriving.js';
import { panel, tableSwitch } from '../ui/panel.js';
import { incidents } from '../data/incidents.js';
import { exportTool } from '../ui/export-tool.js';
import { source, sourceWith } from '../data/sources.js';
import { showAsTable, state } from '../data/state.js';
import { isComparable } from '../ui/comparison.js';
import { bucketName, PERIOD_WORDS, shortTime } from '../ui/time.js';
import { plural } from '../ui/words.js';
import { zoneWords } from '../ui/zone.js';
import { shownZone } from '../data/zone.js';
import { isolated } from '../ui/foreign-text.js';

// The charts come in a file of their own: the first figures need not wait for it.
const chart = arriving(() => import('../charts/chart-element.js'));
const seriesTable = arriving(() => import('./series-table.js'));
export const loadCharts = chart.ask;

export function seriesPanel() {
  const asTable = chart.failed || state.tables.series; // the same figures
  const toggle = () => showAsTable('series', !asTable);
  return panel({
    name: 'series',
    title: 'Messages and violations',
    width: 'wide-8',
    size: 'chart',
    note: since(source('metrics').data),
    tools: [tableSwitch(asTable, toggle), exportTool('metrics', 'messages and violations')],
    source: sourceWith('metrics', 'health'), // which says whether there is a period to compare with
    body: (metrics) => (asTable ? table(metrics) : charts(metrics)),
  });
}

const waiting = () => html`<div class="waiting" aria-hidden="true"></div>`;

const table = (metrics) =>
  drawArriving(
    seriesTable,
    (it) => it.seriesTable({ metrics, marks: marks(), previous: before(metrics) }),
    waiting,
  );

function charts(metrics) {
  if (!chart.it) return waiting();
  // A period has its own axis and bucket width, so it has its own element; what is compared or not as well.
  return keyed(
    `${state.period} ${isComparable(source('health').data)} ${shownZone()}`,
    html`<modwatch-chart role="group" aria-roledescription="chart"
    aria-label="Messages and violations over the ${PERIOD_WORDS[state.period]}. Left and right arrow keys read the values, Enter opens a raid."
    .period=${state.period} .previous=${before(metrics)} .series=${metrics.time_series} .marks=${marks()}></modwatch-chart>`,
  );
}

/** "Last 24 hours" are up to an hour less, since the first bucket is a whole one: so it is said where it begins. */
function since(metrics) {
  const first = metrics?.time_series[0].timestamp;
  if (!first) return '';
  return state.period === 'month'
    ? `Since ${bucketName(Date.parse(first), 'month')}, days of UTC`
    : `Since ${shortTime(first)}, ${zoneWords()}`;
}

/** The period before, if it can be compared with. */
const before = ({ previous_series: previous }) =>
  isComparable(source('health').data) ? previous : null;

const ON_THE_AXIS = new Set(['health_score_drop', 'bot_offline', 'rate_limit_approaching']);

/** Incidents, and alerts told of by notifications. */
function marks() {
  const alerts = source('notifications').data?.notifications ?? [];
  return [
    ...incidents().map((one) => ({
      timestamp: one.started_at,
      tone: 'high',
      words: `Raid: ${plural(one.violation_count, 'violation')} by ${plural(one.member_count, 'member')}`,
      href: `#incident/${one.id}`,
    })),
    ...alerts
      .filter(({ event_type: type }) => ON_THE_AXIS.has(type))
      .map(({ created_at: timestamp, title }) => ({
        timestamp,
        tone: 'medium',
        words: isolated(title),
      })),
  ];
}
