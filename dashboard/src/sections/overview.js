// The first screen: is the server all right, and what just happened?
import { html, nothing } from 'lit-html';
import { feedPanel } from './feed.js';
import { figuresPanel } from './figures.js';
import { drewFirstScreen, firstPaint, isAnswered } from './first-paint.js';
import { healthPanel } from './health.js';
import { drawIfHere, drawLater, loadRest } from './later.js';
import { failed } from '../ui/panel.js';
import { loadCharts, seriesPanel } from './series.js';
import { source } from '../data/sources.js';
import { changed } from '../data/state.js';

const keeping = (name) => () => html`<div class="panel ${name}"></div>`;
const keepingSplits = keeping('wide-12 waiting-tall');
// Each panel, and what keeps its place until it is drawn.
const PANELS = [
  [healthPanel, keeping('wide-5 waiting-tall')],
  [figuresPanel, keeping('wide-7 waiting-tall')],
  [seriesPanel, keeping('wide-8 waiting-chart')],
  [feedPanel, keeping('wide-4 waiting-chart')],
  [() => drawIfHere('splitPanels', null, keepingSplits()), keepingSplits],
];
let ready = 0; // so many of them are drawn: at first one more with each task, to let a phone react in between

export function overviewPanels() {
  if (ready < PANELS.length) drawNext();
  if (ready === PANELS.length && isAnswered()) drewFirstScreen();
  return [
    sharedFailure(),
    nothingEver() ? drawLater('panels', 'firstEvent', keeping('wide-12 waiting-tall')) : nothing,
    ...PANELS.map(([draw, wait], at) => (at < ready ? draw() : wait())),
  ];
}

let timer = 0;
function drawNext() {
  clearTimeout(timer);
  ready += 1;
  if (ready < PANELS.length) timer = setTimeout(changed);
}

// The other sections are there by the time the reader goes to them.
firstPaint.then(loadCharts).then(loadRest);

function sharedFailure() {
  const overview = source('overview');
  return overview.error
    ? html`<div class="wide-12">${failed(overview, 'overview')}</div>`
    : nothing;
}

/** True when the overview shows that nothing has been received, not merely a quiet day. */
function nothingEver() {
  const { data } = source('overview');
  return (
    Boolean(data) &&
    data.latest_violations.length === 0 &&
    data.metrics.messages_processed + data.metrics.violations_total === 0
  );
}
