// How fresh the figures are: last updated, stale, not reached.
import { html, nothing } from 'lit-html';
import { explain } from './api.js';
import { source } from './sources.js';
import { clockTime, exactTime } from './time.js';

/** The state of the overview read, as [tone, words]. */
function freshness({ data, error }) {
  if (error) return ['high', explain(error)[0]];
  if (!data) return ['none', 'Reading'];
  if (data.stale) return ['medium', 'Stale: newer events are waiting'];
  return ['good', 'Up to date'];
}

export function status() {
  const overview = source('overview');
  const [tone, words] = freshness(overview);
  return html`<div class="status">
    <p class="status-words tone-${tone}" role="status"><span class="dot" aria-hidden="true"></span>${words}</p>
    ${overview.data ? updated(overview) : nothing}
  </div>`;
}

function updated({ data, checkedAtMs }) {
  return html`<p class="small muted">Last updated
    <time datetime=${data.as_of} title="Figures of ${exactTime(data.as_of)}, checked at ${clockTime(checkedAtMs)}">${clockTime(data.as_of)}</time></p>`;
}
