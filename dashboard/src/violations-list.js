// The violations read so far, newest first: the first page is read again every 30 s, older pages once.

/** A list with nothing in it, for one path (filters included). */
export const emptyList = (path) => ({ path, page: null, rows: [], cursor: null, total: 0 });

/**
 * Take in a newly read first page. New rows go on top of those already there; when the page does not
 * reach them any more, rows in between are missing, so the list begins anew rather than hide a gap.
 */
export function takeFirstPage(list, page) {
  if (page === list.page) return list;
  const known = new Map(list.rows.map((row) => [row.id, row]));
  const reaches = page.violations.some(({ id }) => known.has(id));
  if (!reaches) return { ...list, page, rows: page.violations, cursor: page.next_cursor, total: page.total };
  const fresh = new Set(page.violations.map(({ id }) => id));
  const rows = [...page.violations, ...list.rows.filter(({ id }) => !fresh.has(id))];
  return { ...list, page, rows, total: page.total };
}

/** Take in the page after the last row. */
export function takeOlderPage(list, page) {
  const known = new Set(list.rows.map(({ id }) => id));
  const rows = [...list.rows, ...page.violations.filter(({ id }) => !known.has(id))];
  return { ...list, rows, cursor: page.next_cursor };
}
