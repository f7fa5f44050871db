// The foot of a list that is read page by page: what went wrong, and the way to older rows.
import { html, nothing } from 'lit-html';
import { explain } from '../data/api.js';

export function olderFoot(list) {
  if (!list.cursor && !list.error) return nothing;
  return html`<footer class="panel-foot">
    ${list.error ? html`<p class="small" role="status">${explain(list.error).join(' ')}</p>` : nothing}
    <button type="button" class="button" aria-disabled=${list.busy} @click=${() => list.readOlder()}>${list.busy ? 'Reading' : 'Show older'}</button>
  </footer>`;
}
