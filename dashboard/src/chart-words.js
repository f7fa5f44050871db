// What stands under a chart's crosshair, or the whole where there is none, in words.
import { BEFORE_WORDS, BUCKET_MS, bucketName } from './time.js';
import { count, plural } from './words.js';

/** `series`, `previous`, `marks` and `period` are those of the chart, `index` the bucket pointed at or null. */
export function reading({ series, previous, marks, period, index }) {
  const bucket = series[index];
  if (!bucket) {
    const sum = (field) => series.reduce((total, each) => total + each[field], 0);
    return `${count(sum('messages'))} messages, ${plural(sum('violations'), 'violation')} in all`;
  }
  const startMs = Date.parse(bucket.timestamp);
  return [
    `${bucketName(startMs, period)}: ${plural(bucket.messages, 'message')}, ${plural(bucket.violations, 'violation')}`,
    previous.messages ? ` (${BEFORE_WORDS[period]} ${count(previous.messages[index])} and ${count(previous.violations?.[index] ?? 0)})` : '',
    ...within(marks, startMs, startMs + BUCKET_MS[period]).map(({ words }) => `. ${words}`),
  ].join('');
}

export const within = (marks, fromMs, toMs) => marks.filter(({ timestamp }) => Date.parse(timestamp) >= fromMs && Date.parse(timestamp) < toMs);
