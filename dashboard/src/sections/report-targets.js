// Where a report goes: channels of the server, and addresses of the report alone.
import { html, nothing } from 'lit-html';
import { source } from '../data/sources.js';
import { isolated } from '../ui/foreign-text.js';
import { copyable } from '../ui/widgets.js';
import { ask } from '../ui/ask.js';
import { forgetSecret, form, rotate, type, unavailable } from './report-form.js';
import { TARGET_KINDS } from './report-words.js';
import { MOST_TARGETS, withTarget } from './report-wish.js';

const NO_REPORTS = new Set(['pagerduty', 'opsgenie']); // they take alerts only
const HELP = {
  email: 'One a line. Each gets a mail of its own, with a link that ends it.',
  discord: 'From the Discord channel’s settings: Integrations, Webhooks, Copy URL.',
  slack: 'From the Slack app’s settings: Incoming Webhooks.',
  webhook: 'It is sent the figures and a link as signed JSON.',
};

export function targetFields(wish, report) {
  const { delivery } = wish;
  const channels = (source('channels').data?.channels ?? []).filter(
    ({ kind }) => !NO_REPORTS.has(kind),
  );
  const put = (at, changes) =>
    type({
      delivery: delivery.map((each, place) => (place === at ? { ...each, ...changes } : each)),
    });
  const take = (at) => type({ delivery: delivery.filter((_, place) => place !== at) });
  return html`<fieldset class="checks targets"><legend>Who gets it</legend>
    ${delivery.map((target, at) => one({ target, at, channels, put, take, report }))}
    ${form.refused.delivery ? html`<p class="field-error">${form.refused.delivery}</p>` : nothing}
    ${delivery.length < MOST_TARGETS ? adding(delivery, channels) : nothing}
  </fieldset>`;
}

function adding(delivery, channels) {
  const kinds = Object.entries(TARGET_KINDS).filter(
    ([kind]) => kind !== 'channel' || channels.length > 0,
  );
  const add = (event) => {
    if (event.target.value) type({ delivery: withTarget(delivery, event.target.value) });
    event.target.value = '';
  };
  return html`<select class="select" aria-label="Send it somewhere else as well" @change=${add}>
    <option value="">Add …</option>${kinds.map(([kind, words]) => html`<option value=${kind}>${words}${unavailable(kind) ? ' (not set up here)' : ''}</option>`)}</select>`;
}

function one({ target, at, channels, put, take, report }) {
  const refused = Object.entries(form.refused).filter(
    ([name]) => name.split(' ')[1] === String(at),
  );
  return html`<div class="target">
    <div class="target-head"><label for="target-${at}">${TARGET_KINDS[target.kind] ?? target.kind}</label>
      ${target.kind === 'webhook' && target.id && report ? html`<button type="button" class="button quiet" @click=${() => askRotate(report, target.id)}>New signing secret</button>` : nothing}
      <button type="button" class="button quiet" @click=${() => take(at)}>Take it off<span class="hidden">: ${TARGET_KINDS[target.kind]} ${at + 1}</span></button></div>
    ${control(target, at, channels, (changes) => put(at, changes))}
    ${HELP[target.kind] ? html`<p class="small muted" id="hint-target-${at}">${HELP[target.kind]}</p>` : nothing}
    ${unavailable(target.kind) ? html`<p class="field-error">It cannot be used yet: ${unavailable(target.kind)}.</p>` : nothing}
    ${refused.map(([, words]) => html`<p class="field-error">${words}</p>`)}
  </div>`;
}

function control(
  { kind, channel_id: channel, addresses, url, thread_id: thread },
  at,
  channels,
  put,
) {
  if (kind === 'channel')
    return html`<select class="select" id="target-${at}" required @change=${(event) => put({ channel_id: event.target.value })}>
      <option value="">Choose one</option>
      ${channels.map(({ id, name }) => html`<option value=${id} ?selected=${id === channel}>${isolated(name)}</option>`)}</select>`;
  if (kind === 'email')
    return html`<textarea class="input" id="target-${at}" rows="2" required spellcheck="false" aria-describedby="hint-target-${at}" .value=${addresses} @input=${(event) => put({ addresses: event.target.value })}></textarea>`;
  return [
    html`<input class="input" id="target-${at}" required autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="https://" aria-describedby="hint-target-${at}" .value=${url} @input=${(event) => put({ url: event.target.value })}>`,
    kind === 'discord'
      ? html`<input class="input" aria-label="Thread (optional)" inputmode="numeric" pattern="[0-9]{1,20}" placeholder="Id of a thread, if it goes into one" .value=${thread} @input=${(event) => put({ thread_id: event.target.value })}>`
      : nothing,
  ];
}

async function askRotate(report, targetId) {
  const body = html`<p>For 24 hours the earlier secret signs as well: change the receiving side within that day.</p>`;
  if (await ask({ title: 'Make a new signing secret?', body, yes: 'Make it' }))
    await rotate(report, targetId);
}

/** The one time a signing secret is shown. */
export function toldSecret() {
  if (!form.secret) return nothing;
  return html`<div class="sheet-note" role="status">
    <p><strong>Copy the signing secret now: it is shown this once only.</strong></p>
    <p>${copyable(form.secret, 'signing secret')}</p>
    <p><button type="button" class="button" @click=${forgetSecret}>I have it</button></p></div>`;
}
