// What a period's figures say against those of the period before, if anything.
import { shortTime } from './time.js';

/** A period is compared only with one that was counted from its beginning. */
export const isComparable = (health) => health?.trends.comparable ?? true;

/** The last bucket of a series is not over yet, so it stays out, and its counterpart in the period before as well. */
export function finishedSums({ time_series: series, previous_series: previous }, field) {
  const sum = (values) => values.slice(0, -1).reduce((total, each) => total + each, 0);
  return [sum(series.map((bucket) => bucket[field])), sum(previous[field])];
}

/** Why there is nothing to compare with. */
export const sinceWords = ({ data_since: since }) =>
  since ? `Counted since ${shortTime(since)}, nothing to compare with` : '';
