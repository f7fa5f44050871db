// The busiest hours of the week, and raids.
import { html } from 'lit-html';
import { filterBy } from './filters.js';
import { cellName } from './heat-grid.js';
import { panel } from './panel.js';
import { bar, momentTime } from './parts.js';
import { goTo } from './place.js';
import { source } from './sources.js';
import { count } from './words.js';

const SHOWN_EVENTS = 5;

export function momentsPanel() {
  return panel({
    name: 'moments',
    title: 'Peaks and raids',
    width: 'wide-4',
    size: 'rows',
    source: source('temporal'),
    body: (data) => [peaks(data.peak_times), raids(data.major_events)],
  });
}

function peaks(cells) {
  if (cells.length === 0) return html`<p class="empty">No busy hour yet.</p>`;
  const most = cells[0].violation_count;
  return html`<h4>Busiest hours</h4><table class="split"><tbody>
    ${cells.map((cell) => html`<tr>
      <th scope="row">${cellName({ day: cell.day_of_week, hour: cell.hour })}</th>
      <td class="grow">${bar(cell.violation_count / most)}</td>
      <td class="number">${count(cell.violation_count)}</td></tr>`)}
  </tbody></table>`;
}

function raids(events) {
  const newest = events.slice(0, SHOWN_EVENTS);
  return html`<h4>Many violations at once</h4>
    ${newest.length === 0 ? html`<p class="empty">None: never 10 violations within 5 minutes.</p>` : html`<ul class="raids">${newest.map(raid)}</ul>`}`;
}

function raid(event) {
  return html`<li class="row">
    <p><button type="button" class="link row-link" title="Show the violations of that day" @click=${() => show(event.timestamp)}>${event.description}</button></p>
    <p class="small muted">${momentTime(event.timestamp)}</p>
  </li>`;
}

/** The list's filter knows days, in the reader's own time. */
function show(timestamp) {
  const at = new Date(timestamp);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  filterBy({ since: day, until: day });
  goTo('violations');
}
