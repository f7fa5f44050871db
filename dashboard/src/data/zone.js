// The zone that the times on the page are in, and when its days begin.

let zone; // undefined is the reader's own

/** The zone that all times are shown in. */
export const shownZone = () => zone;

/** Show all times in this zone from the next drawing on; in the reader's own where the browser does not know it. */
export function showIn(timeZone) {
  if (timeZone === zone) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    zone = timeZone;
  } catch {
    zone = undefined;
  }
}

/** The begin of a day, `days` after the one that a date input calls "2026-01-27", as an instant; empty where that is none. */
export function startOfDay(date, days = 0) {
  const [year, month, day] = date.split('-').map(Number);
  const local = new Date(year, month - 1, day + days);
  if (Number.isNaN(local.getTime())) return '';
  if (!zone) return local.toISOString();
  const wantedMs = Date.UTC(year, month - 1, day + days);
  // Its clock's lead is taken where the day begins, which is only known with it.
  return new Date(wantedMs - leadMs(wantedMs - leadMs(wantedMs))).toISOString();
}

const leadMs = (atMs) =>
  Date.parse(`${new Date(atMs).toLocaleString('sv', { timeZone: zone }).replace(' ', 'T')}Z`) -
  atMs;
