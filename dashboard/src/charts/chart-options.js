// How the charts are painted: colours from the theme's tokens, one y-axis, few lines.
import uPlot from 'uplot';
import { token } from '../data/theme.js';
import { shownZone } from '../data/zone.js';
import { format } from '../ui/time.js';
import { brief, count } from '../ui/words.js';
import { bars, drawMarks, line } from './chart-paint.js';
import { axisHolds } from './chart-words.js';

/** The two charts of one element, and how they share its height (charts.css keeps their places). */
export const CHARTS = [
  { field: 'messages', name: 'Messages', kind: 'line', share: 0.56, showTimes: false },
  { field: 'violations', name: 'Violations', kind: 'bars', share: 0.44, showTimes: true },
];

const font = () => `12px ${getComputedStyle(document.documentElement).fontFamily}`;

function axis(more) {
  return {
    stroke: token('muted'),
    font: font(),
    grid: { stroke: token('line'), width: 1 },
    ticks: { show: false },
    border: { show: false },
    ...more,
  };
}

// Counts have no halves: only whole steps on the axis.
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((digit) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((power) => digit * 10 ** power))
  .sort((a, b) => a - b);

const formatsOf = new Map(); // by time zone: making them takes longer than all the rest of an axis

/** The time zone's clock and date, and what tells its midnights. */
function formats(timeZone) {
  if (!formatsOf.has(timeZone)) {
    formatsOf.set(timeZone, {
      clock: format({ hour: '2-digit', minute: '2-digit', timeZone }),
      date: format({ day: 'numeric', month: 'short', timeZone }),
      british: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }),
    });
  }
  return formatsOf.get(timeZone);
}

const times = (hours) => (chart, splits) => {
  const { clock, date, british } = formats(chart.axes[0].zone);
  return splits.map((second) => {
    // Midnight, however the reader's locale writes it, shows the day that begins.
    const atMidnight = british.format(second * 1000) === '00:00';
    return (hours && !atMidnight ? clock : date).format(second * 1000);
  });
};

function timeAxis(show, zone, period) {
  const values = times(period === 'hour' || period === 'day');
  return axis({ show, zone, size: 28, space: 64, grid: { show: false }, values });
}

function countAxis() {
  const words = (value) => (value < 10_000 ? count(value) : brief(value));
  return axis({
    size: 44,
    space: 34,
    gap: 8,
    incrs: WHOLE_STEPS,
    values: (_, splits) => splits.map(words),
  });
}

/**
 * uPlot options for one chart; `kind` is "line" or "bars", `showTimes` draws the time axis. `spans()` are the buckets'
 * begins and ends, `marks()` what is marked, as `{at, tone}` with the number of its bucket.
 */
export function chartOptions({
  kind,
  period,
  width,
  height,
  showTimes,
  syncKey,
  onIndex,
  marks,
  spans,
}) {
  const zone = period === 'month' ? 'UTC' : shownZone();
  const color = token(kind === 'bars' ? 'accent' : 'muted');
  return {
    width,
    height,
    padding: [8, 14, showTimes ? 0 : 8, 0],
    legend: { show: false },
    tzDate: zone ? (second) => uPlot.tzDate(new Date(second * 1000), zone) : undefined,
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      sync: { key: syncKey, setSeries: false },
      points: { size: 7 },
    },
    hooks: {
      setCursor: [(chart) => onIndex(chart.cursor.idx ?? null)],
      draw: [(chart) => drawMarks(chart, marks())],
    },
    scales: {
      x: { range: () => [spans()[0][0], spans().at(-1)[1]] },
      y: { range: (chart) => [0, top(chart)] },
    },
    axes: [timeAxis(showTimes, zone, period), countAxis()],
    series: [{}, ...(kind === 'bars' ? bars(color, spans) : line(color))],
  };
}

/** Where the y-axis ends. */
const top = ({ data: [, whole, before, unfinished] }) =>
  1.08 * axisHolds([...whole, ...unfinished], before);
