// What a server without any data shows: the three lines that send a first event.
import { html, nothing } from 'lit-html';
import { ApiError, explainChange, send } from '../data/api.js';
import { here } from '../data/base.js';
import { may } from '../data/roles.js';
import { under } from '../data/sources.js';
import { changed, state } from '../data/state.js';

/** A UUID, also where crypto.randomUUID is missing (plain http on another host). */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

// One id for as long as the page is open: sending the lines twice counts once.
const eventId = uuid();

const made = { guildId: null, token: null, busy: false, error: null };
const FROM_THE_SHELL = (id) => `$(.venv/bin/modwatch tokens create --kind bot --guild ${id})`;

/** Shell-safe by construction: ids are digits, tokens are letters, the address of `ingest` comes from the browser. */
export function firstEventLines(guildId, ingest, token = null) {
  const id = String(guildId).replace(/\D/g, '');
  const event = `{"events":[{"type":"messages","id":"${eventId}","guild_id":"${id}","timestamp":"'$(date -u +%FT%TZ)'","count":1}]}`;
  return [
    `TOKEN=${token?.replace(/[^\w-]/g, '') ?? FROM_THE_SHELL(id)}`,
    `EVENT='${event}'`,
    `curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "$EVENT" ${ingest}`,
  ];
}

export function firstEvent() {
  if (made.guildId !== state.guildId)
    Object.assign(made, { guildId: state.guildId, token: null, error: null });
  const lines = firstEventLines(state.guildId, here('api/v1/ingest'), made.token);
  return html`<article class="panel wide-12 first-event" aria-labelledby="title-first">
    <header class="panel-head"><h3 id="title-first">No events from this server yet</h3></header>
    <p class="prose">Everything below is in place and reads zero until a bot sends something. ${
      made.token
        ? html`These three lines send one message count with a bot token of your own, which is shown this once only; it shows up here within seconds.`
        : html`On the machine that runs Modwatch, these three lines send one message count; it shows up here within seconds.`
    } From then on Modwatch expects to hear of this server: after five minutes without an event it tells that the bot is silent.</p>
    <pre class="lines" tabindex="0" role="region" aria-label="Three lines that send a first event"><code>${lines.join('\n')}</code></pre>
    ${made.error ? html`<p class="field-error" role="alert">${made.error}</p>` : nothing}
    <p class="panel-foot"><button type="button" class="button ${made.token ? 'primary' : ''}" @click=${(event) => copy(event.currentTarget, lines)}>Copy the lines</button>
      ${may('admin') && !made.token ? html`<button type="button" class="button" aria-disabled=${made.busy} @click=${makeToken}>Put in a token of my own</button>` : nothing}
      <a href="api/v1/docs">All events a bot can send</a></p>
  </article>`;
}

async function makeToken() {
  if (made.busy) return;
  Object.assign(made, { busy: true, error: null });
  changed();
  try {
    made.token = (
      await send(under('tokens'), {
        method: 'POST',
        body: { name: 'First event', kind: 'bot', role: null, expires_days: null },
      })
    ).data.token;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    made.error = explainChange(error);
  } finally {
    made.busy = false;
    changed();
  }
}

async function copy(button, lines) {
  try {
    await navigator.clipboard.writeText(`${lines.join('\n')}\n`);
    button.textContent = 'Copied';
  } catch {
    // No clipboard on plain http: select the text, so that one key press copies it.
    getSelection().selectAllChildren(button.closest('article').querySelector('code'));
    button.textContent = 'Selected: press Ctrl+C';
  }
}
