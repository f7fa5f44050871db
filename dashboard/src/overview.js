// The first screen: is the server all right, and what just happened?
import { html, nothing } from 'lit-html';
import { feedPanel } from './feed.js';
import { figuresPanel } from './figures.js';
import { firstEvent } from './first-event.js';
import { healthPanel } from './health.js';
import { loadRest } from './later.js';
import { failed } from './panel.js';
import { loadCharts, seriesPanel } from './series.js';
import { source } from './sources.js';
import { splitPanels } from './splits.js';
import { changed } from './state.js';

const keeping = (name) => () => html`<div class="panel ${name}"></div>`;
// Each panel, and what keeps its place until it is drawn.
const PANELS = [
  [healthPanel, keeping('wide-5 waiting-tall')],
  [figuresPanel, keeping('wide-7 waiting-tall')],
  [seriesPanel, keeping('wide-8 waiting-chart')],
  [feedPanel, keeping('wide-4 waiting-chart')],
  [splitPanels, keeping('wide-12 waiting-section')],
];
let ready = 0; // so many of them are drawn: at first one more with each task, to let a phone react in between

export function overviewPanels() {
  if (ready < PANELS.length) drawNext();
  return [sharedFailure(), nothingEver() ? firstEvent() : nothing, ...PANELS.map(([draw, wait], at) => (at < ready ? draw() : wait()))];
}

let timer = 0;
function drawNext() {
  clearTimeout(timer);
  ready += 1;
  if (ready < PANELS.length) timer = setTimeout(changed);
  else loadCharts().then(loadRest); // the other sections are there by the time somebody goes to them
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
