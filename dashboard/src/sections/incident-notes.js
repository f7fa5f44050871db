// What colleagues wrote about an incident.
import { html, nothing } from 'lit-html';
import { keyed } from 'lit-html/directives/keyed.js';
import { may } from '../data/roles.js';
import { foreign, momentTime } from '../ui/widgets.js';
import { personOr } from './alert-parts.js';
import { act } from './incident-acting.js';

const LONGEST = 1000;

export function notesPart(incident) {
  if (incident.notes.length === 0 && !may('moderator')) return nothing;
  return html`<h3>Notes</h3>
    ${incident.notes.length > 0 ? html`<ol class="raid-notes">${incident.notes.map(note)}</ol>` : nothing}
    ${may('moderator') ? keyed(incident.id, form(incident)) : nothing}`;
}

function note({ at, text, by_username: name }) {
  return html`<li><p class="small muted">${personOr(name)}, ${momentTime(at)}</p><p class="written">${foreign(text)}</p></li>`;
}

/** What is written about one raid does not stand under the next. */
function form(incident) {
  return html`<form class="raid-note" @submit=${(event) => submit(event, incident)}>
    <label class="field"><span class="small muted">For colleagues: what you know, what you did</span>
      <textarea class="input" name="text" rows="2" maxlength=${LONGEST} required></textarea></label>
    <button class="button">Add note</button></form>`;
}

async function submit(event, incident) {
  event.preventDefault();
  const { text } = event.target.elements;
  if (!text.value.trim()) return;
  if (await act(incident, 'notes', { text: text.value.trim() })) text.value = '';
}
