// A list read page after page: its first page is read again every so often, older pages once.
import { ApiError, send } from './api.js';
import { changed } from './state.js';

export class PagedList {
  /**
   * `field` names the rows in an answer, `idOf(row)` tells rows apart, `path(cursor)` is the address of a page,
   * `isAfter(row, last)` whether a row stands after `last` in the list's order.
   */
  constructor({ field, idOf = ({ id }) => id, path, isAfter }) {
    Object.assign(this, { field, idOf, path, isAfter });
    this.#empty(null);
  }

  #empty(path) {
    Object.assign(this, {
      of: path,
      page: null,
      rows: [],
      cursor: null,
      total: 0,
      older: false,
      busy: false,
      error: null,
    });
  }

  /** Take in the first page as `source` (see reads.js) has it; another path begins another list. */
  take(source) {
    if (this.of !== source.path) this.#empty(source.path);
    if (source.data && source.data !== this.page) this.#merge(source.data);
    return this.rows;
  }

  /** How many rows of a newly read first page are not in the list yet. */
  news(page) {
    if (page === this.page) return 0;
    const known = new Set(this.rows.map(this.idOf));
    return page[this.field].filter((row) => !known.has(this.idOf(row))).length;
  }

  /**
   * New rows go on top of those already there. When the page does not reach them any more, rows in
   * between are missing, so the list begins anew rather than hide a gap.
   */
  #merge(page) {
    const first = page[this.field];
    const known = new Set(this.rows.map(this.idOf));
    const reaches = this.older && first.some((row) => known.has(this.idOf(row)));
    this.page = page;
    this.total = page.total ?? 0;
    if (!reaches)
      return Object.assign(this, { rows: first, cursor: page.next_cursor, older: false });
    const last = first.at(-1);
    const listed = new Set(first.map(this.idOf));
    this.rows = [
      ...first,
      ...this.rows.filter((row) => !listed.has(this.idOf(row)) && this.isAfter(row, last)),
    ];
    return this;
  }

  /** Without this row: on an older page it would stay. */
  drop(row) {
    this.rows = this.rows.filter((each) => this.idOf(each) !== this.idOf(row));
  }

  /** Back to the first page alone. */
  shorten() {
    if (this.page)
      Object.assign(this, {
        rows: this.page[this.field],
        cursor: this.page.next_cursor,
        older: false,
      });
    changed();
  }

  async readOlder() {
    const { of, cursor } = this;
    if (this.busy || !cursor) return;
    Object.assign(this, { busy: true, error: null });
    changed();
    try {
      const { data } = await send(this.path(cursor));
      // Another filter or server may have been chosen meanwhile.
      if (this.of === of && this.cursor === cursor) this.#append(data);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.of === of) this.error = error;
    }
    if (this.of === of) this.busy = false;
    changed();
  }

  #append(page) {
    const known = new Set(this.rows.map(this.idOf));
    this.rows = [...this.rows, ...page[this.field].filter((row) => !known.has(this.idOf(row)))];
    this.cursor = page.next_cursor;
    this.older = true;
  }
}
