// Where the reader is logged in: each login, and a way to end it.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { ApiError, explainChange, send } from '../data/api.js';
import { refresh, source } from '../data/sources.js';
import { ask } from '../ui/ask.js';
import { failed } from '../ui/panel.js';
import { say } from '../ui/toasts.js';
import { sendWaiting } from '../ui/undoable.js';
import { foreign, momentTime } from '../ui/widgets.js';
import { deviceWords } from './device-words.js';

export function sessionsSheet() {
  const read = source('sessions');
  if (!read.data)
    return read.error
      ? failed(read, 'sessions')
      : html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;
  const { sessions } = read.data;
  return html`<p class="prose">Each login lasts seven days. End one that you do not know, or that you left open elsewhere.</p>
    <ul class="sessions">${repeat(sessions, ({ id }) => id, row)}</ul>
    <p class="sheet-tools"><button type="button" class="button danger" @click=${() => endAll(sessions.length)}>Log out everywhere, here too</button></p>`;
}

function row(session) {
  return html`<li>
    <span><strong title=${session.user_agent}>${foreign(deviceWords(session.user_agent))}</strong>${session.current ? html` <span class="muted">This one</span>` : nothing}<br>
      <span class="small muted">Since ${momentTime(session.created_at)}, until ${momentTime(session.expires_at)}</span></span>
    ${session.current ? nothing : html`<button type="button" class="button" @click=${() => end(session)}>End<span class="hidden"> ${deviceWords(session.user_agent)}</span></button>`}
  </li>`;
}

async function end(session) {
  try {
    await send(`/auth/sessions/${session.id}`, { method: 'DELETE' });
    say({ words: `Logged out: ${deviceWords(session.user_agent)}.`, tone: 'good' });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
  } finally {
    refresh('sessions');
  }
}

async function endAll(many) {
  const body = html`<p>${many === 1 ? 'This is your only login.' : `All ${many} logins end at once, this one too.`} You can log in again with Discord.</p>`;
  if (!(await ask({ title: 'Log out everywhere?', body, yes: 'Log out everywhere' }))) return;
  try {
    await sendWaiting(); // as when logging out: what could still be undone is meant
    await send('/auth/sessions', { method: 'DELETE' });
    location.reload();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
  }
}
