// Since your last visit: one line at the top of the overview until it was read, and a sheet that tells it in full.
import { html, nothing } from 'lit-html';
import { ApiError, send } from '../data/api.js';
import { isGoingOn } from '../data/incidents.js';
import { under } from '../data/sources.js';
import { changed, state } from '../data/state.js';
import { failed } from '../ui/panel.js';
import { momentTime } from '../ui/widgets.js';
import { capital, count, plural } from '../ui/words.js';
import { personOr } from './alert-parts.js';
import { actionName } from './audit-words.js';
import { longWords, sizeWords } from './incident-words.js';
import { healthWords, sinceParts } from './since-words.js';

const AGAIN_MS = 600_000; // says that the reader is still here
const FAILED_AGAIN_MS = 60_000;
const NOBODY = { guildId: null, atMs: 0, visit: null, error: null };
let known = NOBODY;
let isRead = false;

addEventListener('modwatch:left', () => (known = NOBODY));

/** The line beside the overview's title; drawn with everything else, so it also says now and then that somebody is here. */
export function sinceVisit() {
  if (state.session !== 'in' || !state.guildId) return nothing;
  const restMs = known.error ? FAILED_AGAIN_MS : AGAIN_MS;
  if (known.guildId !== state.guildId || state.nowMs - known.atMs > restMs) come();
  const { visit } = known;
  if (!visit?.since || isRead) return nothing;
  const parts = sinceParts(visit.meanwhile);
  if (parts.length === 0) return nothing;
  return html`<a class="since cut" href="#since" aria-haspopup="dialog"><span class="since-when">Since your last visit</span> <span class="since-what">${capital(parts.join(' · '))}</span></a>`;
}

async function come() {
  if (document.hidden) return;
  const { guildId } = state;
  const before = known.guildId === guildId ? known.visit : null;
  known = { guildId, atMs: state.nowMs, visit: before, error: null };
  if (!before) isRead = false;
  try {
    const { data } = await send(under('visit'), { method: 'POST', quiet: true });
    if (known.guildId === guildId) take(data);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (known.guildId !== guildId) return;
    known = { ...known, error };
    changed();
  }
}

/** At the reader's wish; until the answer is there, it is being waited for. */
function retry() {
  come();
  changed();
}

function take(visit) {
  if (visit.since) isRead = false;
  // What was read stays to be looked at in the sheet that is open.
  if (visit.since || !known.visit) known = { ...known, visit };
  changed();
}

/** Whoever opens it has read it: the line goes, here and wherever else the reader looks. */
function read() {
  if (isRead || !known.visit?.since) return;
  isRead = true;
  queueMicrotask(changed);
  send(under('visit/read'), { method: 'POST', quiet: true, keepalive: true }).catch((error) => {
    if (!(error instanceof ApiError)) throw error; // then it is told once more
    isRead = false;
  });
}

export function sinceSheet() {
  const { visit } = known;
  if (!visit && known.error) return failed(known, 'since your last visit', null, retry);
  if (!visit) return html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  if (!visit.since) return html`<p class="empty">You know all that happened here.</p>`;
  read();
  const { meanwhile } = visit;
  return html`<p class="muted">Since ${momentTime(visit.since)}</p>
    ${raids(meanwhile)}
    <dl class="facts">
      <dt>Health</dt><dd>${healthWords(meanwhile).replace('health ', '') || (meanwhile.health_now ?? html`<span class="muted">Not enough messages to say</span>`)}</dd>
      <dt>Alerts</dt><dd>${count(meanwhile.alerts_opened)} new, <a href="#alerts">${count(meanwhile.alerts_open)} open now</a></dd>
      <dt>Appeals</dt><dd>${meanwhile.appeals_waiting > 0 ? html`<a href="#people">${plural(meanwhile.appeals_waiting, 'appeal')} to decide</a>` : 'None waits'}</dd>
    </dl>
    ${changes(meanwhile.changes)}`;
}

function raids({ incidents, incidents_count: all }) {
  if (all === 0) return html`<p>No raids.</p>`;
  return html`<h3>${plural(all, 'raid')}</h3>
    <ul class="raids">${incidents.map(
      (
        one,
      ) => html`<li class="row"><p><a class="row-link" href="#incident/${one.id}">${sizeWords(one)}</a></p>
      <p class="small muted">${momentTime(one.started_at)}, ${longWords(one)}${isGoingOn(one, state.nowMs) ? html` · <strong class="raid-now">going on</strong>` : nothing}</p></li>`,
    )}</ul>`;
}

function changes(all) {
  if (all.length === 0) return nothing;
  return html`<h3>What others changed</h3>
    <ol class="trail">${all.map(
      (one) => html`<li><span class="small muted nowrap">${momentTime(one.last_at)}</span>
      <span>${personOr(one.by_username)}: ${actionName(one.action)}${one.times > 1 ? html` <span class="muted">${count(one.times)} times</span>` : nothing}</span></li>`,
    )}</ol>`;
}
