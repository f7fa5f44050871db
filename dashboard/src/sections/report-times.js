// The next runs of a report by two clocks: its own zone's, and the reader's, each with the offset of then.
const zoned = (zone, options) => new Intl.DateTimeFormat(undefined, { timeZone: zone, ...options });

/** "+05:30" in a zone at a moment. */
export function offsetIn(zone, at) {
  const parts = zoned(zone, { timeZoneName: 'longOffset' }).formatToParts(new Date(at));
  const name = parts.find(({ type }) => type === 'timeZoneName').value;
  return name.replace(/^GMT$/, '+00:00').replace('GMT', '').replace('-', '−');
}

/** "Mon 7 Dec, 08:00" in a zone at a moment. */
export const dayIn = (zone, at) =>
  zoned(zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(at));

/** Each run as {at, theirs, mine}, a clock each being {day, offset}; `mine` is null where the clocks agree. */
export function runTimes(runs, zone, mine) {
  const clock = (each, at) => ({ day: dayIn(each, at), offset: offsetIn(each, at) });
  return runs.map(({ at }) => {
    const [theirs, own] = [clock(zone, at), clock(mine, at)];
    return { at, theirs, mine: own.offset === theirs.offset ? null : own };
  });
}
