// The one bar that says that a raid goes on, wherever the reader is; the tab says it too.
import { html, nothing } from 'lit-html';
import { goingOn } from '../data/incidents.js';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { foreign } from '../ui/widgets.js';
import { count } from '../ui/words.js';
import { isTaking, takeButton } from './incident-acting.js';
import { longWords, sizeWords } from './incident-words.js';

export function incidentBanner() {
  const incident = state.session === 'in' ? goingOn() : null;
  showInTab(incident);
  if (!incident || (state.sheet?.kind === 'incident' && state.sheet.id === incident.id))
    return nothing;
  const read = (source('incidents').data?.incidents ?? []).find(({ id }) => id === incident.id);
  return html`<aside class="raid-bar" aria-label="Raid going on">
    <a href="#incident/${incident.id}">
      <span class="raid-dot" aria-hidden="true"></span>
      <strong>Raid going on</strong>
      <span class="raid-size">${sizeWords(incident)} in ${longWords(incident)}</span>
      ${read?.looked_after_by ? html`<span class="raid-who small muted">${carer(read)} looks after it</span>` : nothing}
    </a>
    ${read && !read.looked_after_by && may('moderator') && !isTaking(read) ? takeButton(read) : nothing}
  </aside>`;
}

const carer = ({ looked_after_by_username: name }) => (name ? foreign(name) : 'Somebody');

/** The title counts up, and the icon has another colour. Called with each drawing, after the title was set. */
function showInTab(incident) {
  if (incident) document.title = `(${count(incident.violation_count)}) Raid · ${document.title}`;
  const icon = document.querySelector('link[rel=icon]');
  if (!icon) return;
  icon.dataset.calm ??= icon.getAttribute('href');
  const wanted = incident ? icon.dataset.raid : icon.dataset.calm;
  if (icon.getAttribute('href') !== wanted) icon.setAttribute('href', wanted);
}
