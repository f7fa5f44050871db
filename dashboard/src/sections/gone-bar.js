// The one bar that says that the server is gone, and how old is what is shown meanwhile, wherever the reader is.
import { html, nothing } from 'lit-html';
import { explain } from '../data/api.js';
import { byServer } from '../data/clock.js';
import { source } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { ago, clockTime } from '../ui/time.js';

const TICK_MS = 5000;
let timer = 0;

export function goneBar() {
  const words = state.session === 'in' ? goneWords(source('overview'), state.live) : null;
  if (!words) return nothing;
  clearTimeout(timer);
  timer = setTimeout(changed, TICK_MS); // the age moves on
  const { checkedAtMs } = source('overview');
  return html`<aside class="gone-bar" role="status"><strong>${words}</strong>
    <span>Shown is what was true at ${clockTime(byServer(checkedAtMs))}, ${ageWords(checkedAtMs, Date.now())}.</span></aside>`;
}

/** What is wrong, null while nothing is, or where there is nothing to show meanwhile. */
export function goneWords({ data, error }, live) {
  if (!data) return null;
  if (error && (error.status === 0 || error.status >= 500)) return explain(error)[0];
  return live === 'silent' ? 'The server does not answer.' : null;
}

/** "12 s ago", from a minute on as everywhere. */
export function ageWords(atMs, nowMs) {
  const seconds = Math.max(0, Math.round((nowMs - atMs) / 1000));
  return seconds < 60 ? `${seconds} s ago` : ago(atMs, nowMs);
}
