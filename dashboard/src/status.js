// How fresh the figures are, and how they come: live, by asking every 30 s, or not at all.
import { html, nothing } from 'lit-html';
import { explain } from './api.js';
import { source } from './sources.js';
import { state } from './state.js';
import { clockTime, exactTime } from './time.js';

const STALE_MS = 120_000;

/** The state of the overview read, as [tone, words]. */
function freshness({ data, error, checkedAtMs }) {
  if (error) return ['high', explain(error)[0]];
  if (!data) return ['none', 'Reading'];
  if (data.stale) return ['medium', 'Stale: newer events are waiting'];
  if (state.live !== 'on' && state.nowMs - checkedAtMs > STALE_MS) return ['medium', 'Stale: not checked for a while'];
  return ['good', state.live === 'on' ? 'Live' : 'Up to date'];
}

export function status() {
  const overview = source('overview');
  const [tone, words] = freshness(overview);
  const how = state.live === 'on' ? 'Events arrive as they happen' : 'Asked for every 30 seconds';
  return html`<div class="status">
    <p class="status-words tone-${tone}" role="status" title=${how}><span class="dot" aria-hidden="true"></span>${words}</p>
    ${overview.data ? updated(overview) : nothing}
  </div>`;
}

function updated({ data, checkedAtMs }) {
  return html`<p class="small muted">Last updated
    <time datetime=${data.as_of} title="Figures of ${exactTime(data.as_of)}, checked at ${clockTime(checkedAtMs)}">${clockTime(data.as_of)}</time></p>`;
}
