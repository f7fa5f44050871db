// The violations as a file at once; other exports and reports are not there yet.
import { html } from 'lit-html';
import { absentPanel } from './absent.js';
import { isFiltered } from './filters.js';
import { panel } from './panel.js';
import { goTo } from './place.js';
import { may } from './roles.js';
import { csvAddress, source } from './sources.js';
import { plural } from './words.js';

const MOST_ROWS = 50_000; // the server streams no more at once

export const exportPanels = () => [csvPanel(), absentPanel({
  name: 'reports',
  title: 'Other exports and reports',
  width: 'wide-7',
  words: 'The API gives every figure of this page as JSON today. These come with a later version:',
  missing: [
    ['Exports', 'metrics, offenders, rules, warnings and the audit log as CSV, JSON or a spreadsheet'],
    ['Scheduled reports', 'daily, weekly or monthly, by e-mail, webhook, Discord or Slack'],
    ['History', 'what was exported in the last 30 days, to download again'],
  ],
})];

function csvPanel() {
  return panel({
    name: 'csv',
    title: 'Violations as CSV',
    width: 'wide-5',
    source: source('violations'),
    body: ({ total }) => [explained(total), may('moderator') ? download(total) : html`<p class="empty">Moderators and above can download it.</p>`],
  });
}

function explained(total) {
  const filtered = isFiltered();
  return html`<p class="prose">${plural(total, 'violation')} ${filtered ? (total === 1 ? 'fits' : 'fit') + ' the filters above' : 'on record'}, one a line,
    newest first. ${filtered ? '' : 'Filters chosen in the violations section hold here too.'}
    Cells that a spreadsheet would take for a formula are made harmless. The download is noted in the audit log.</p>`;
}

function download(total) {
  if (total > MOST_ROWS) {
    return html`<p class="notice">That is more than the ${plural(MOST_ROWS, 'row')} of one file. <button type="button" class="link" @click=${() => goTo('violations')}>Narrow the filters</button>, for instance to one month.</p>`;
  }
  return html`<p class="panel-foot"><a class="button" href=${csvAddress()} download>Download CSV</a></p>`;
}
