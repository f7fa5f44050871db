// The busiest hours of the week, and raids.
import { html } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { cellName } from '../charts/heat-grid.js';
import { panel } from '../ui/panel.js';
import { bar, momentTime } from '../ui/widgets.js';
import { incidents, isGoingOn } from '../data/incidents.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { count } from '../ui/words.js';
import { longWords, sizeWords } from './incident-words.js';

const SHOWN_INCIDENTS = 5;

export function momentsPanel() {
  return panel({
    name: 'moments',
    title: 'Peaks and raids',
    width: 'wide-4',
    size: 'rows',
    source: source('temporal'),
    note: 'Server time',
    body: (data) => [peaks(data.peak_times), raids(incidents(), data.timezone)],
  });
}

function peaks(cells) {
  if (cells.length === 0) return html`<p class="empty">No busy hour yet.</p>`;
  const most = cells[0].violation_count;
  return html`<h4>Busiest hours</h4><table class="split"><tbody>
    ${cells.map(
      (cell) => html`<tr>
      <th scope="row">${cellName({ day: cell.day_of_week, hour: cell.hour })}</th>
      <td class="grow">${bar(cell.violation_count / most)}</td>
      <td class="number">${count(cell.violation_count)}</td></tr>`,
    )}
  </tbody></table>`;
}

/** By the clock that the hours above are of. */
function raids(all, timezone) {
  const newest = all.slice(0, SHOWN_INCIDENTS);
  return html`<h4>Raids</h4>
    ${
      newest.length === 0
        ? html`<p class="empty">None: nothing stood out from what is usual here at its hour.</p>`
        : html`<ul class="raids">${repeat(
            newest,
            ({ id }) => id,
            (each) => raid(each, timezone),
          )}</ul>`
    }`;
}

function raid(incident, timezone) {
  const going = isGoingOn(incident, state.nowMs);
  return html`<li class="row">
    <p><a class="row-link" href="#incident/${incident.id}">${sizeWords(incident)}</a></p>
    <p class="small muted">${momentTime(incident.started_at, timezone)}, ${longWords(incident)}${going ? html` · <strong class="raid-now">going on</strong>` : ''}</p>
  </li>`;
}
