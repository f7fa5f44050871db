// Why a message was, was not or would be sent: of a notification, and of what could happen now or at another time.
import { html, nothing } from 'lit-html';
import { byServer } from '../data/clock.js';
import { readDue } from '../data/reads.js';
import { asked } from '../data/sources-later.js';
import { source } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { failed, panel } from '../ui/panel.js';
import { choice, foreign, momentTime } from '../ui/widgets.js';
import { stateMark } from './alert-parts.js';
import { EVENT_WORDS } from './alert-words.js';
import { because } from './channel-words.js';
import { nextAt, statusWords } from './preference-words.js';

let time = '03:00'; // of the reader's clock

export function whySheet() {
  const read = source('decisions');
  if (!read.data)
    return read.error
      ? failed(read, 'decisions', {
          noun: 'notification',
          back: ['#alerts', 'To the notifications'],
        })
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const { decisions } = read.data;
  return [
    html`<p>It was kept on this page for everybody of this server. On the channels:</p>`,
    decisions.length > 0
      ? list(decisions)
      : html`<p class="empty">No channel was set up for this when it happened, or it is not told on channels. Channels are under Settings.</p>`,
  ];
}

/** `wouldBe`: nothing was sent, it is asked what would happen. */
function list(decisions, wouldBe = false) {
  return html`<ul class="decisions">${decisions.map((each) => {
    const [mark, words, tone] = statusWords(each.decision, wouldBe);
    return html`<li>${stateMark(mark, words, tone)}
      <span>${foreign(each.channel.name ?? 'A channel that was removed since')}${each.target ? html` <span class="muted">${foreign(each.target)}</span>` : nothing}<br>
      <span class="small muted">${because(each)}${each.until ? html` Until ${momentTime(each.until)}.` : nothing}</span></span></li>`;
  })}</ul>`;
}

export const explainPanel = () =>
  panel({
    name: 'explain',
    title: 'What would happen',
    width: 'wide-5',
    size: 'rows',
    source: { data: true },
    body: () => [question(), answer()],
  });

function ask(change) {
  Object.assign(asked, change);
  changed();
  readDue();
}

function question() {
  const at = (event) => {
    if (!event.target.value) return;
    time = event.target.value;
    ask({ at: nextAt(time, byServer()) });
  };
  return html`<div class="asking">
    <label class="field"><span class="small muted">If this happened</span><select class="select" @change=${(event) => ask({ event: event.target.value })}>
      ${Object.entries(EVENT_WORDS).map(([name, words]) => html`<option value=${name} ?selected=${name === asked.event}>${words}</option>`)}</select></label>
    ${choice({
      label: 'When',
      options: [
        [false, 'Now'],
        [true, `At ${time}`],
      ],
      chosen: asked.at !== null,
      choose: (later) => ask({ at: later ? nextAt(time, byServer()) : null }),
    })}
    <label class="field"><span class="small muted">Other time${state.zone === 'mine' ? '' : ', by your own clock'}</span><input class="input" type="time" .value=${time} @change=${at}></label>
  </div>`;
}

function answer() {
  const read = source('explain');
  if (!read.data)
    return read.error
      ? failed(read, 'what would happen')
      : html`<div class="waiting" aria-hidden="true"></div>`;
  const { decisions } = read.data;
  return decisions.length > 0
    ? list(decisions, true)
    : html`<p class="empty">No channel is set up for this: it would be told on this page only.</p>`;
}
