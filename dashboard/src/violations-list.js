// The list behind the violations section, and how live ones get into it.
import { PagedList } from './paged.js';
import { violationsPath } from './sources.js';

export const list = new PagedList({
  field: 'violations',
  path: violationsPath,
  isAfter: (row, last) => row.timestamp < last.timestamp || (row.timestamp === last.timestamp && row.id !== last.id),
});

/** Whether a violation that was heard live belongs under these filters. */
export function fits(violation, filters) {
  const { q, until, ...plain } = filters;
  delete plain.since; // what happens now is always later
  if (until) return false;
  if (q && !violation.reason.toLowerCase().includes(q.toLowerCase())) return false;
  return Object.entries(plain).every(([name, value]) => !value || (name === 'rule' ? violation.rule ?? violation.reason : violation[name]) === value);
}

const MOST_ROWS = 500;

/**
 * The first page with a live violation on top. In a raid the page does not grow without end: the oldest rows go,
 * and as its cursor would leave those out, there is none until the page is read again, a moment later.
 */
export function prepend(page, violation) {
  if (page.violations.some(({ id }) => id === violation.id)) return page;
  const rows = [violation, ...page.violations];
  const cut = rows.length > MOST_ROWS;
  return { ...page, violations: rows.slice(0, MOST_ROWS), total: page.total + 1, next_cursor: cut ? null : page.next_cursor };
}
