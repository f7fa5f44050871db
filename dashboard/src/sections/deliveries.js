// Deliveries: what was sent, what was not and why, and sending once more.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { ApiError, explainChange, send } from '../data/api.js';
import { readDue } from '../data/reads.js';
import { may } from '../data/roles.js';
import { asked } from '../data/sources-later.js';
import { refresh, source, under } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { ask } from '../ui/ask.js';
import { panel } from '../ui/panel.js';
import { say } from '../ui/toasts.js';
import { askedTime, foreign } from '../ui/widgets.js';
import { stateMark } from './alert-parts.js';
import { because } from './channel-words.js';
import { isRetryable, mayRepeat, STATUSES, statusWords } from './preference-words.js';

let retrying = null; // the id of the delivery that is asked for once more

export const deliveriesPanel = () =>
  panel({
    name: 'deliveries',
    title: 'Deliveries',
    width: 'wide-12',
    note: 'The latest 50',
    tools: filter(),
    source: source('deliveries'),
    body: ({ deliveries }) =>
      deliveries.length > 0
        ? html`<ul class="alerts">${repeat(deliveries, ({ id }) => id, entry)}</ul>`
        : html`<p class="empty">${asked.status ? 'No delivery is in this state.' : 'No delivery yet. When something happens, it stands here for each channel whether it was sent, and if not, why.'}</p>`,
  });

function filter() {
  const choose = (event) => {
    asked.status = event.target.value;
    changed();
    readDue();
  };
  return html`<label><span class="hidden">Which deliveries</span><select class="select" @change=${choose}>
    <option value="">All</option>
    ${Object.entries(STATUSES).map(([status, [, words]]) => html`<option value=${status} ?selected=${status === asked.status}>${status === 'claimed' ? 'Taken up' : words}</option>`)}
  </select></label>`;
}

function entry(delivery) {
  const [mark, words, tone] = statusWords(delivery.status);
  const said = delivery.last_attempt?.answer;
  const href = delivery.alert_id
    ? `#alert/${delivery.alert_id}`
    : delivery.notification_id && `#why/${delivery.notification_id}`;
  return html`<li>
    <div class="alert-what">
      <p class="alert-head">${stateMark(mark, words, tone)} ${href ? html`<a href=${href}>${foreign(delivery.title)}</a>` : foreign(delivery.title)}</p>
      <p class="small muted">${foreign(delivery.channel.name ?? 'A channel that was removed since')}${delivery.target ? html` · ${foreign(delivery.target)}` : nothing} · ${askedTime(delivery.created_at, state.nowMs)} · ${because(delivery)}${said && delivery.status !== 'sent' ? html` The provider said: ${foreign(said)}` : nothing}</p>
    </div>
    ${isRetryable(delivery) && may('admin') ? html`<button type="button" class="button" aria-disabled=${retrying === delivery.id} @click=${() => retry(delivery)}>Send again<span class="hidden">: ${foreign(delivery.title)}</span></button>` : nothing}
  </li>`;
}

async function retry(delivery) {
  if (retrying) return;
  const repeats = mayRepeat(delivery);
  const body = html`<p>It is not known whether it arrived. If it did, it arrives a second time.</p>`;
  if (repeats && !(await ask({ title: 'Send it again?', body, yes: 'Send it again' }))) return;
  retrying = delivery.id;
  changed();
  try {
    await send(under(`deliveries/${delivery.id}/retry`), {
      method: 'POST',
      body: { may_repeat: repeats },
    });
    say({ words: 'It is sent once more.', tone: 'good' });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
  } finally {
    retrying = null;
    refresh('deliveries');
  }
}
