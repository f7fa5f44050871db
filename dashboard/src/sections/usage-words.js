// A server's usage as rows: what is used, of how much, and how near that is.
import { count, decimal } from '../ui/words.js';

const MEGABYTE = 1_000_000;
const NEAR = 0.8;

const megabytes = (bytes) => `${decimal(Math.round((bytes / MEGABYTE) * 10) / 10)} MB`;

export function usageRows(usage) {
  return [
    row('Events today', usage.events, usage.events_quota, count),
    row('Data today', usage.stored_bytes, usage.bytes_quota, megabytes),
    row('Tokens', usage.tokens, usage.tokens_quota, count),
  ];
}

/** `share` is 0 to 1, null without a limit; near it the tone says so. */
function row(name, used, quota, words) {
  if (quota === null)
    return { name, words: `${words(used)}, without a limit`, share: null, tone: 'none' };
  const share = Math.min(used / quota, 1);
  const tone = share >= 1 ? 'high' : share >= NEAR ? 'medium' : 'none';
  const said = share >= 1 ? ': used up' : '';
  return { name, words: `${words(used)} of ${words(quota)}${said}`, share, tone };
}
