// One channel, or a new one: how it is set up, its form, a test that shows what the provider says, and its end.
import { html, nothing } from 'lit-html';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { ask } from '../ui/ask.js';
import { isolated } from '../ui/foreign-text.js';
import { failed } from '../ui/panel.js';
import { copyable, foreign, fullTime } from '../ui/widgets.js';
import { stateMark } from './alert-parts.js';
import { choiceFields, kindField, settingField } from './channel-fields.js';
import {
  forgetTold,
  form,
  formOf,
  isDirty,
  remove,
  rotate,
  save,
  sendTest,
} from './channel-form.js';
import { addressOf, channelState, testWords } from './channel-words.js';
import { missing } from './missing.js';

export function channelSheet() {
  const read = source('channels');
  if (!read.data)
    return read.error
      ? failed(read, 'channels')
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  formOf(state.sheet.id);
  const { channels, kinds } = read.data;
  const isNew = state.sheet.id === 'new';
  const channel = isNew ? null : channels.find(({ id }) => id === state.sheet.id);
  if (!isNew && !channel) return missing('channels', 'channel', ['#settings', 'To the channels']);
  const kind = kinds.find((each) => each.kind === (channel?.kind ?? form.kind));
  return [
    form.told && form.told.id === channel?.id ? told(form.told) : nothing,
    channel ? head(channel, kind) : nothing,
    may('admin') ? editor(channel, kind, kinds) : readOnly(channel),
  ];
}

/** The one time a signing secret is shown. */
function told({ secret, warnings }) {
  return html`<div class="sheet-note" role="status">
    ${warnings.map((words) => html`<p><strong>Mind this:</strong> ${foreign(words)}</p>`)}
    ${secret ? html`<p><strong>Copy the signing secret now: it is shown this once only.</strong> An earlier one signs as well for 24 hours.</p><p>${copyable(secret, 'signing secret')}</p>` : nothing}
    <p><button type="button" class="button" @click=${forgetTold}>I have it</button></p>
  </div>`;
}

function head(channel, kind) {
  const { mark, words, tone, why } = channelState(channel, state.nowMs);
  return html`<div class="sheet-who"><strong>${foreign(channel.name)}</strong>${stateMark(mark, words, tone)}</div>
    <dl class="facts">
      <dt>Kind</dt><dd>${kind?.label ?? channel.kind}</dd>
      ${why ? html`<dt>Why</dt><dd>${why}</dd>` : nothing}
      ${channel.blocked_until ? html`<dt>Waits until</dt><dd>${fullTime(channel.blocked_until)}</dd>` : nothing}
      <dt>Last success</dt><dd>${channel.last_ok_at ? fullTime(channel.last_ok_at) : 'None yet'}</dd>
    </dl>`;
}

const readOnly = (channel) =>
  html`<p>${channel ? foreign(addressOf(channel)) : nothing}</p><p class="small muted">Admins and owners can change channels.</p>`;

function editor(channel, kind, kinds) {
  const submit = (event) => {
    event.preventDefault();
    if (!channel || isDirty()) save(channel, kind);
  };
  return html`<form class="form channel-form" @submit=${submit}>
    ${channel ? nothing : kindField(kinds)}
    ${kind.unavailable ? html`<p class="field-error">It cannot be used yet: ${kind.unavailable}.</p>` : nothing}
    ${setup(kind, !channel)}
    ${kind.settings.map((field) => settingField(field, channel))}
    ${choiceFields(channel, kind)}
    ${form.error ? html`<p class="field-error" role="alert">${form.error}</p>` : nothing}
    ${form.tested ? result(form.tested) : nothing}
    <div class="sheet-tools">
      <button class="button primary" aria-disabled=${Boolean(form.busy) || Boolean(channel && !isDirty())}>${channel ? 'Save' : 'Save the channel'}</button>
      <button type="button" class="button" aria-disabled=${Boolean(form.busy)} @click=${(event) => test(event, channel, kind)}>${form.busy === 'test' ? 'Waiting for the provider' : 'Send a test'}</button>
    </div>
    ${channel ? ends(channel, kind) : nothing}
  </form>`;
}

function setup({ setup: steps, leaves }, isOpen) {
  return html`<details class="explained" ?open=${isOpen}><summary>How to set it up</summary>
    <ol class="steps">${steps.map((step) => html`<li>${step}</li>`)}</ol>
    <p class="small muted">What leaves Modwatch: ${leaves}</p></details>`;
}

function test(event, channel, kind) {
  if (event.currentTarget.form.reportValidity()) sendTest(channel, kind);
}

/** What came of a test, in the provider's own words. */
function result(tested) {
  const [tone, words] = testWords(tested);
  return html`<div class="test-result tone-${tone}" role="status"><p><strong>${words}</strong></p>
    ${tested.answer ? html`<p class="small muted">The provider said: ${foreign(tested.answer)}</p>` : nothing}</div>`;
}

function ends(channel, kind) {
  return html`<div class="sheet-tools">
    ${kind.has_signing_secret ? html`<button type="button" class="button" aria-disabled=${Boolean(form.busy)} @click=${() => askRotate(channel)}>New signing secret</button>` : nothing}
    <button type="button" class="button danger" aria-disabled=${Boolean(form.busy)} @click=${() => askRemove(channel)}>Remove</button>
  </div>`;
}

async function askRotate(channel) {
  const body = html`<p>For 24 hours the earlier secret signs as well: change the receiving side within that day.</p>`;
  if (await ask({ title: 'Make a new signing secret?', body, yes: 'Make it' }))
    await rotate(channel);
}

async function askRemove(channel) {
  const body = html`<p>Nothing is sent there any more. What was sent stays on record.</p>`;
  const title = `Remove ${isolated(channel.name)}?`;
  if (await ask({ title, body, yes: 'Remove it' })) await remove(channel);
}
