// How the charts are painted: colours from the theme's tokens, one y-axis, few lines.
import uPlot from 'uplot';
import { token } from './theme.js';
import { BUCKET_MS, format } from './time.js';
import { brief, count } from './words.js';

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
const WHOLE_STEPS = [1, 2, 5].flatMap((digit) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((power) => digit * 10 ** power)).sort((a, b) => a - b);

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
    // Midnight, in whatever way the reader's locale writes it, shows the day that begins.
    const atMidnight = british.format(second * 1000) === '00:00';
    return (hours && !atMidnight ? clock : date).format(second * 1000);
  });
};

/** uPlot options for one chart; `kind` is "line" or "bars", `showTimes` draws the time axis. */
export function chartOptions({ kind, period, width, height, showTimes, syncKey, onIndex, marks }) {
  const halfBucketSeconds = BUCKET_MS[period] / 2000;
  const zone = period === 'month' ? 'UTC' : undefined;
  const color = token(kind === 'bars' ? 'accent' : 'muted');
  return {
    width,
    height,
    padding: [8, 14, showTimes ? 0 : 8, 0],
    legend: { show: false },
    tzDate: zone ? (second) => uPlot.tzDate(new Date(second * 1000), zone) : undefined,
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, sync: { key: syncKey, setSeries: false }, points: { size: 7 } },
    hooks: { setCursor: [(chart) => onIndex(chart.cursor.idx ?? null)], draw: [(chart) => drawMarks(chart, marks())] },
    scales: {
      x: { range: (_, least, most) => [least - halfBucketSeconds, most + halfBucketSeconds] },
      y: { range: (chart) => [0, top(chart)] },
    },
    axes: [
      axis({ show: showTimes, zone, size: 28, space: 64, grid: { show: false }, values: times(period === 'hour' || period === 'day') }),
      axis({ size: 44, space: 34, gap: 8, incrs: WHOLE_STEPS, values: (_, splits) => splits.map((value) => (value < 10_000 ? count(value) : brief(value))) }),
    ],
    series: [{}, kind === 'bars' ? bars(color) : line(color), before()],
  };
}

function bars(color) {
  return { stroke: color, fill: color, width: 0, paths: uPlot.paths.bars({ size: [0.7, 28], radius: 0.15 }), points: { show: false } };
}

function line(color) {
  return { stroke: color, fill: `${color}24`, width: 1.75, points: { show: false } };
}

/** The period before: there to compare with, not to be read by itself. */
function before() {
  return { stroke: `${token('muted')}99`, width: 1.25, dash: [4, 4], points: { show: false }, spanGaps: false };
}

/** Raids and alerts as a thin line with a head, in the colour and shape of their severity. */
function drawMarks({ ctx, bbox, valToPos }, marks) {
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { timestamp, tone } of marks) {
    const x = Math.round(valToPos(Date.parse(timestamp) / 1000, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = token(tone);
    ctx.fillStyle = token(tone);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    head(ctx, x, bbox.top, 5 * devicePixelRatio, tone);
  }
  ctx.restore();
}

function head(ctx, x, y, size, tone) {
  ctx.beginPath();
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, tone === 'high' ? y : y + size);
  if (tone === 'high') ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, tone === 'high' ? y : y + size);
  ctx.fill();
}

const BEFORE_AT_MOST = 2.5;

/** Where the y-axis ends. What was before may raise it, but not so far that today lies flat on the ground. */
function top({ data: [, now, before] }) {
  const most = Math.max(...now);
  return 1.08 * Math.max(4, most, Math.min(Math.max(...before), BEFORE_AT_MOST * Math.max(4, most)));
}
