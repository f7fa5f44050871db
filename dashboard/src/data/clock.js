// The server's clock, as its answers tell it by their `Date`: the reader's own may be wrong by hours.

const EXACT_MS = 2000; // `Date` has whole seconds, and an answer takes a while
let aheadMs = 0; // by so much is the server's clock ahead of the reader's

/** An answer came with this `Date`. */
export function hearDate(date) {
  const apartMs = Date.parse(date) - Date.now();
  if (!Number.isNaN(apartMs)) aheadMs = Math.abs(apartMs) < EXACT_MS ? 0 : apartMs;
}

/** What the server's clock shows while the reader's shows `ownMs`: now, unless it is told. */
export const byServer = (ownMs = Date.now()) => ownMs + aheadMs;
