// The lines, bars and marks of a chart.
import { token } from '../data/theme.js';

const UNFINISHED = { dash: [3, 3], points: { show: false } };

/** What is whole, what was before, and the bucket that has only begun: pale, with a broken edge. */
export function bars(color, spans) {
  const own = { stroke: color, paths: barPaths(spans), points: { show: false } };
  return [
    { ...own, fill: color, width: 0 },
    before(),
    { ...own, ...UNFINISHED, fill: `${color}40`, width: 1 },
  ];
}

export function line(color) {
  const own = { stroke: color, fill: `${color}24`, width: 1.75, points: { show: false } };
  return [own, before(), { ...own, ...UNFINISHED, fill: `${color}12` }];
}

const BAR_SHARE = 0.7; // of its bucket's width
const WIDEST_BAR = 28;

/** Each bar in the middle of its bucket: uPlot's own are all as wide as the narrowest. */
const barPaths = (spans) => (chart, series) => {
  const path = new Path2D();
  const ground = chart.valToPos(0, 'y', true);
  for (const [at, value] of chart.data[series].entries()) {
    if (!value) continue;
    const [from, to] = spans()[at].map((second) => chart.valToPos(second, 'x', true));
    const width = Math.min(WIDEST_BAR * devicePixelRatio, BAR_SHARE * (to - from));
    const top = chart.valToPos(value, 'y', true);
    path.rect((from + to - width) / 2, top, width, ground - top);
  }
  return { stroke: path, fill: path, clip: null, band: null, gaps: null, flags: 3 };
};

/** The period before: there to compare with, not to be read by itself. */
function before() {
  return {
    stroke: `${token('muted')}99`,
    width: 1.25,
    dash: [4, 4],
    points: { show: false },
    spanGaps: false,
  };
}

/** Raids and alerts as a thin line with a head, in the colour and shape of their severity. */
export function drawMarks({ ctx, bbox, data, valToPos }, marks) {
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { at, tone } of marks) {
    if (at < 0) continue; // before all that is drawn
    const x = Math.round(valToPos(data[0][at], 'x', true));
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
