// The first screen: is the server all right, and what just happened?
import { html, nothing } from 'lit-html';
import { feedPanel } from './feed.js';
import { figuresPanel } from './figures.js';
import { firstEvent } from './first-event.js';
import { healthPanel } from './health.js';
import { failed } from './panel.js';
import { seriesPanel } from './series.js';
import { source } from './sources.js';
import { splitPanels } from './splits.js';

export function overviewPanels() {
  return [sharedFailure(), nothingEver() ? firstEvent() : nothing, healthPanel(), figuresPanel(), seriesPanel(), feedPanel(), splitPanels()];
}

function sharedFailure() {
  const overview = source('overview');
  return overview.error ? html`<div class="wide-12">${failed(overview, 'overview')}</div>` : nothing;
}

/** True when the overview shows that nothing has been received, not merely a quiet day. */
function nothingEver() {
  const { data } = source('overview');
  return Boolean(data) && data.latest_violations.length === 0 && data.metrics.messages_processed + data.metrics.violations_total === 0;
}
