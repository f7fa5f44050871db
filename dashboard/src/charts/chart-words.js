// What a chart draws, as uPlot wants it, and what stands under its crosshair, or the whole where there is none, in words.
import { BEFORE_WORDS, BUCKET_MS, bucketName } from '../ui/time.js';
import { count, plural } from '../ui/words.js';

/**
 * `series`, `previous`, `marks` and `period` are those of the chart, `index` the bucket pointed at or null.
 * The last bucket has only begun, and its counterpart in the period before is a whole one: both are said.
 */
export function reading({ series, previous, marks, period, index }) {
  const bucket = series[index];
  if (!bucket) {
    const sum = (field) => series.reduce((total, each) => total + each[field], 0);
    return `${plural(sum('messages'), 'message')}, ${plural(sum('violations'), 'violation')} in all`;
  }
  const isLast = index === series.length - 1;
  return [
    `${bucketName(Date.parse(bucket.timestamp), period)}${isLast ? ', so far' : ''}: ${plural(bucket.messages, 'message')}, ${plural(bucket.violations, 'violation')}`,
    previous.messages
      ? ` (${BEFORE_WORDS[period]}${isLast ? ', all of it,' : ''} ${count(previous.messages[index])} and ${count(previous.violations?.[index] ?? 0)})`
      : '',
    ...marksOf(index, series, marks).map(({ words }) => `. ${words}`),
  ].join('');
}

/** The number of the bucket that a time lies in, -1 before the first. What is later than all is new: it is in the last. */
export const bucketOf = (series, timestamp) =>
  series.findLastIndex((bucket) => Date.parse(bucket.timestamp) <= Date.parse(timestamp));

/** The marks in bucket `index`. */
export const marksOf = (index, series, marks) =>
  marks.filter(({ timestamp }) => bucketOf(series, timestamp) === index);

/** Where the mark in bucket `index` leads, null where there is none. */
export const hrefAt = (index, series, marks) =>
  index === null ? null : (marksOf(index, series, marks).find(({ href }) => href)?.href ?? null);

/** The bucket that a key moves the crosshair to, null for none; undefined for keys that do not move it. */
export function keyTo(key, index, last) {
  const steps = {
    ArrowLeft: (index ?? last + 1) - 1,
    ArrowRight: (index ?? -1) + 1,
    Home: 0,
    End: last,
    Escape: null,
  };
  const to = steps[key];
  return typeof to === 'number' ? Math.min(last, Math.max(0, to)) : to;
}

const LEAST_OF_LAST = 0.25; // of the last bucket's width: so much of it can be seen and pointed at

/** Begin and end of each bucket in seconds. The last one ends now, and with it the axis. */
export function spansOf(series, period, nowMs) {
  const width = BUCKET_MS[period] / 1000;
  return series.map(({ timestamp }, at) => {
    const start = Date.parse(timestamp) / 1000;
    if (at < series.length - 1) return [start, start + width];
    const passed = (nowMs / 1000 - start) / width;
    return [start, start + width * Math.min(1, Math.max(LEAST_OF_LAST, passed))];
  });
}

/**
 * What uPlot draws: the middles of the buckets in seconds; the values of the chart's field; those of the period
 * before (null where there are none); and the last value by itself, since its bucket has only begun. A line leads there.
 */
export function plotted(series, previous, { field, kind }, spans) {
  const values = series.map((bucket) => bucket[field]);
  const last = values.length - 1;
  return [
    spans.map(([start, end]) => (start + end) / 2),
    values.map((value, at) => (at < last ? value : null)),
    previous[field] ?? values.map(() => null),
    values.map((value, at) => (at === last || (at === last - 1 && kind === 'line') ? value : null)),
  ];
}

const BEFORE_AT_MOST = 2.5;
const mostOf = (values = []) => Math.max(0, ...values);

/** The highest value that the y-axis holds. What was before may raise it, but not so far that today lies flat on the ground. */
export function axisHolds(values, before) {
  const most = Math.max(4, mostOf(values));
  return Math.max(most, Math.min(mostOf(before), BEFORE_AT_MOST * most));
}

/** By how much the period before leaves the axis, in words; empty while it does not. */
export function beyondWords(values, before) {
  const most = mostOf(before);
  return most > axisHolds(values, before) ? `, up to ${count(most)}, beyond the axis` : '';
}

export const differ = (marks, others) =>
  marks.length !== others.length ||
  marks.some(
    ({ timestamp, words }, at) => timestamp !== others[at].timestamp || words !== others[at].words,
  );
