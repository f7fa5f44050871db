// How fresh the figures are, and how they come: live, by asking every 30 s, or not at all.
import { html, nothing } from 'lit-html';
import { explain } from '../data/api.js';
import { byServer } from '../data/clock.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { clockTime, exactTime } from '../ui/time.js';

const STALE_MS = 120_000;

/** The state of the overview read, as [tone, words]. */
function freshness({ data, error, checkedAtMs }) {
  if (error) return ['high', explain(error)[0]];
  if (!data) return ['none', 'Reading'];
  if (state.live === 'silent') return ['high', 'No answer'];
  if (data.stale) return ['medium', 'Stale: newer events are waiting'];
  if (state.live !== 'on' && state.nowMs - byServer(checkedAtMs) > STALE_MS)
    return ['medium', 'Stale: not checked for a while'];
  return ['good', state.live === 'on' ? 'Live' : 'Up to date'];
}

export function status() {
  const overview = source('overview');
  const [tone, words] = freshness(overview);
  const how = state.live === 'on' ? 'Events arrive as they happen' : 'Asked for every 30 seconds';
  return html`<div class="status">
    <p class="status-words tone-${tone}" role="status" title=${how}><span class="dot" aria-hidden="true"></span>${words}</p>
    ${overview.data ? checked(overview) : nothing}
  </div>`;
}

function checked({ data, checkedAtMs }) {
  const checkedMs = byServer(checkedAtMs);
  return html`<p class="small muted">Checked
    <time class="asked" tabindex="0" datetime=${new Date(checkedMs).toISOString()} title="Figures of ${exactTime(data.as_of)}">${clockTime(checkedMs)}</time></p>`;
}
