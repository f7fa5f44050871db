// What a report would look like for the last closed time: as mail, as text, as picture; and when it runs next.
import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { ApiError, explain, isFinal, send } from '../data/api.js';
import { here } from '../data/base.js';
import { under } from '../data/sources.js';
import { changed } from '../data/state.js';
import { choice } from '../ui/widgets.js';
import { shownText } from '../ui/foreign-text.js';
import { ownZone } from './preference-words.js';
import { runTimes } from './report-times.js';
import { planOf } from './report-wish.js';

const TYPING_MS = 600; // without a further change, before it is drawn anew
const AGAIN_MS = 3000; // when the server draws as many as it can
const TIMEOUT_MS = 40_000;
const BUSY = new Set([429, 503]);

const preview = { key: '', of: '', made: null, error: null, look: 'html' };
let timer = 0;
let asked = 0;

export function forgetPreview() {
  clearTimeout(timer);
  Object.assign(preview, { key: '', of: '', made: null, error: null });
}

/** Have it drawn, once what it depends on was not changed for a moment. */
function keepUp(wish) {
  const key = JSON.stringify(planOf(wish));
  if (key === preview.key || wish.export_types.length === 0) return;
  const isFirst = preview.key === '';
  preview.key = key;
  clearTimeout(timer);
  timer = setTimeout(() => ask(key, (asked += 1)), isFirst ? 0 : TYPING_MS);
}

async function ask(key, number) {
  const options = { method: 'POST', body: JSON.parse(key), quiet: true, timeoutMs: TIMEOUT_MS };
  try {
    const { data } = await send(under('schedules/preview'), options);
    if (number === asked && key === preview.key)
      Object.assign(preview, { made: data, of: key, error: null });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (number !== asked || key !== preview.key) return;
    if (BUSY.has(error.status)) timer = setTimeout(() => ask(key, number), AGAIN_MS);
    else preview.error = isFinal(error) ? `${error.message}.` : explain(error).join(' ');
  }
  changed();
}

const LOOKS = [
  ['html', 'Mail'],
  ['text', 'Text'],
  ['png', 'Picture'],
];

/** Beside the form of a report. `runs` are those of the stored one, until the changed one was looked at. */
export function previewPane(wish, runs) {
  keepUp(wish);
  const { made, look } = preview;
  const isNow = preview.of === preview.key;
  const choose = (value) => {
    preview.look = value;
    changed();
  };
  return html`<div class="preview" aria-busy=${!isNow && !preview.error}>
    ${nextRuns(made && isNow ? made.next_runs : (runs ?? made?.next_runs ?? null), wish.timezone)}
    <div class="preview-head"><h3>Preview</h3>${choice({ label: 'Show as', options: LOOKS, chosen: look, choose })}</div>
    ${preview.error ? html`<p class="field-error" role="status">${preview.error}</p>` : nothing}
    ${made ? html`<p class="small muted">${shownText(made.subject)}</p>${shown(made, look)}` : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`}
    <p class="small muted">Of the last time that is over. It was sent to nobody.</p>
  </div>`;
}

function shown(made, look) {
  if (look === 'text')
    return html`<pre class="preview-text" tabindex="0" aria-label="The report as text">${shownText(made.text)}</pre>`;
  if (look === 'png')
    return html`<canvas class="preview-picture" role="img" aria-label="The chart of the report" ${ref(painter(made.png))}></canvas>`;
  return html`<iframe class="preview-mail" title="The report as mail" sandbox="allow-scripts" src=${here('report-frame')} referrerpolicy="no-referrer" data-of=${made.html.length} ${ref(writer(made))}></iframe>`;
}

// The same function for the same preview: `ref` calls it only when it is another.
const kept = new WeakMap();
const perPreview = (made, make) => {
  if (!kept.has(made)) kept.set(made, make());
  return kept.get(made);
};

/** Writes the mail into the frame, each time that this is loaded. It has an origin of its own, so none can be named. */
const writer = (made) =>
  perPreview(made, () => (frame) => {
    if (!frame) return;
    const write = () => frame.contentWindow.postMessage(made.html, '*');
    if (frame.dataset.shown) frame.src = here('report-frame'); // it takes one mail only
    frame.dataset.shown = 'yes';
    frame.onload = () => {
      frame.onload = null; // what was written loads as well
      write();
    };
  });

const painters = new Map();

/** Paints the picture: on a canvas the page's policy needs no exception for it. */
function painter(base64) {
  if (!painters.has(base64)) {
    painters.clear();
    painters.set(base64, (canvas) => canvas && paint(canvas, base64));
  }
  return painters.get(base64);
}

async function paint(canvas, base64) {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  Object.assign(canvas, { width: picture.width, height: picture.height });
  canvas.getContext('2d').drawImage(picture, 0, 0);
}

/** The next five, by the report's clock and by the reader's. */
export function nextRuns(runs, zone) {
  if (!runs) return nothing;
  if (runs.length === 0) return html`<p class="empty">Paused: it does not run.</p>`;
  const times = runTimes(runs, zone, ownZone());
  const both = times.some(({ mine }) => mine);
  return html`<table class="list runs-next" aria-label="The next five runs">
    <thead><tr><th scope="col">Next runs, ${zone.replaceAll('_', ' ')}</th>${both ? html`<th scope="col">Your clock</th>` : nothing}</tr></thead>
    <tbody>${times.map(({ theirs, mine }) => html`<tr><td>${clock(theirs)}</td>${both ? html`<td>${mine ? clock(mine) : 'the same'}</td>` : nothing}</tr>`)}</tbody></table>`;
}

const clock = ({ day, offset }) => html`${day} <span class="small muted">${offset}</span>`;
