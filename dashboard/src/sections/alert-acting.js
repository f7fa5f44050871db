// What people do about an alert: acknowledge, snooze, resolve. What was seen is sent along, so that nobody undoes another.
import { html, nothing } from 'lit-html';
import { ApiError, explainChange, send } from '../data/api.js';
import { byServer } from '../data/clock.js';
import { may } from '../data/roles.js';
import { refresh, under } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { ask } from '../ui/ask.js';
import { isolated } from '../ui/foreign-text.js';
import { say } from '../ui/toasts.js';
import { foreign } from '../ui/widgets.js';
import { mayAcknowledge, snoozeEnd, SNOOZES, untold } from './alert-words.js';

let acting = null; // the id of the alert whose change is on its way

/** The buttons for an open alert, for those who may press them. */
export function alertButtons(alert) {
  if (alert.state === 'resolved' || !may('moderator')) return nothing;
  const busy = acting === alert.id;
  return html`<div class="alert-buttons">
    ${mayAcknowledge(alert) ? html`<button type="button" class="button primary" aria-disabled=${busy} @click=${() => acknowledge(alert)}>Acknowledge</button>` : nothing}
    <div class="snoozes" role="group" aria-label="Snooze: no reminders for">
      <span class="small muted" aria-hidden="true">Snooze</span>
      ${SNOOZES.map(([minutes, words]) => html`<button type="button" class="button" aria-disabled=${busy} @click=${() => snooze(alert, minutes, words)}>${words}</button>`)}
    </div>
    <button type="button" class="button" aria-disabled=${busy} @click=${() => resolve(alert)}>Resolve</button>
  </div>`;
}

/** Channels that were made after the alert began, for those who may have them told. */
export function laterChannels(alert, channels, trail) {
  if (!may('admin')) return nothing;
  return untold(alert, channels, trail).map(
    (
      each,
    ) => html`<p class="later-channel">${foreign(each.name)} was added after this alert began, and does not know of it.
      <button type="button" class="button" aria-disabled=${acting === alert.id} @click=${() => tellNow(alert, each)}>Tell it now</button></p>`,
  );
}

const tellNow = (alert, { id, name }) =>
  act(
    { id: alert.id },
    'tell',
    { channel_id: id },
    `${isolated(name)} is told. What holds messages back holds this one as well: see below.`,
  );

const acknowledge = (alert) =>
  act(alert, 'acknowledge', {}, 'Acknowledged: there are no more reminders.');

const snooze = (alert, minutes, words) =>
  act(
    alert,
    'snooze',
    { until: snoozeEnd(minutes, byServer()) },
    `Snoozed for ${words}. Its end is told all the same.`,
  );

async function resolve(alert) {
  const body = html`<p>It counts as over, and those who were told of it are told so. It opens again only after it was good once.</p>`;
  if (acting || !(await ask({ title: 'Resolve this alert by hand?', body, yes: 'Resolve it' })))
    return;
  await act(alert, 'resolve', {}, 'Resolved by hand.');
}

async function act({ id, revision }, what, body, words) {
  if (acting) return;
  acting = id;
  changed();
  try {
    await send(under(`alerts/${id}/${what}`), { method: 'POST', body: { ...body, revision } });
    say({ words, tone: 'good' });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: refusal(error), tone: 'high', shownMs: 10_000 });
  } finally {
    acting = null;
    renew();
  }
}

/** Somebody was faster: their change stands, and is shown. */
const refusal = (error) =>
  error.status === 409
    ? `Not done: ${error.message}. Shown is what is true now.`
    : explainChange(error);

function renew() {
  refresh('openAlerts', 'alerts', ...(state.sheet?.kind === 'alert' ? ['alert', 'trail'] : []));
  changed();
}
