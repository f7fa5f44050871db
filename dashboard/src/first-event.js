// What a server without any data shows: the three lines that send a first event.
import { html } from 'lit-html';
import { state } from './state.js';

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

/** Shell-safe by construction: the id is digits, the origin comes from the browser. */
export function firstEventLines(guildId, origin) {
  const id = String(guildId).replace(/\D/g, '');
  const event = `{"events":[{"type":"messages","id":"${eventId}","guild_id":"${id}","timestamp":"'$(date -u +%FT%TZ)'","count":1}]}`;
  return [
    `TOKEN=$(.venv/bin/flask --app wsgi tokens create --kind bot --guild ${id})`,
    `EVENT='${event}'`,
    `curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "$EVENT" ${origin}/api/v1/ingest`,
  ];
}

export function firstEvent() {
  const lines = firstEventLines(state.guildId, location.origin);
  return html`<article class="panel wide-12 first-event" aria-labelledby="title-first">
    <header class="panel-head"><h3 id="title-first">No events from this server yet</h3></header>
    <p class="prose">Everything below is in place and reads zero until a bot sends something. On the machine that
      runs Modwatch, these three lines send one message count; it shows up here within half a minute.</p>
    <pre class="lines" tabindex="0" aria-label="Three lines that send a first event"><code>${lines.join('\n')}</code></pre>
    <p class="panel-foot"><button type="button" class="button" @click=${(event) => copy(event.target, lines)}>Copy the lines</button>
      <a href="/api/v1/docs">All events a bot can send</a></p>
  </article>`;
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
