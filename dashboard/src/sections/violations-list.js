// The list behind the violations section, and how live ones get into it.
import { nameOfRule } from '../data/rule-names.js';
import { PagedList } from '../data/paged.js';
import { violationsPath } from '../data/sources.js';

export const list = new PagedList({
  field: 'violations',
  path: violationsPath,
  isAfter: (row, last) =>
    row.timestamp < last.timestamp || (row.timestamp === last.timestamp && row.id !== last.id),
});

/** Whether a violation that was heard live belongs under these filters. */
export function fits(violation, filters) {
  const { q, until, incident, rule, rule_hash: key, ...plain } = filters;
  delete plain.since; // what happens now is always later
  if (until || incident) return false; // whom an incident counts in is known later
  if (q && !says(violation, q)) return false;
  const own = violation.rule ?? violation.reason;
  if ((rule && rule !== own) || (key && nameOfRule(key) !== own)) return false;
  return Object.entries(plain).every(([name, value]) => !value || violation[name] === value);
}

/** As the server searches: in reason, rule and name, without differences of case and form. */
const says = ({ rule, reason, username }, q) =>
  [rule ?? '', reason, username ?? ''].some((text) => folded(text).includes(folded(q)));

// Small letters of capitals: by themselves they would leave "ß" and "SS" apart.
const folded = (text) =>
  text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');

const MOST_ROWS = 500;

/**
 * The first page with a live violation on top. In a raid the page does not grow without end: the oldest rows go,
 * and as its cursor would leave those out, there is none until the page is read again, a moment later.
 */
export function prepend(page, violation) {
  if (page.violations.some(({ id }) => id === violation.id)) return page;
  const rows = [violation, ...page.violations];
  const cut = rows.length > MOST_ROWS;
  return {
    ...page,
    violations: rows.slice(0, MOST_ROWS),
    total: page.total + 1,
    next_cursor: cut ? null : page.next_cursor,
  };
}
