// When violations happen: day of week by hour, in the server's own time zone.
import { html, nothing } from 'lit-html';
import { blocks, cellName, heatGrid } from '../charts/heat-grid.js';
import { panel, tableSwitch } from '../ui/panel.js';
import { exportTool } from '../ui/export-tool.js';
import { choice } from '../ui/widgets.js';
import { readDue } from '../data/reads.js';
import { source } from '../data/sources.js';
import { HEAT_PERIODS, showAsTable, state, update } from '../data/state.js';
import { remember } from '../data/storage.js';
import { vars } from '../ui/vars.js';
import { count, tenth } from '../ui/words.js';

const WORDS = { week: '7 days', month: '30 days', all: '90 days' };

export function heatmapPanel() {
  const asTable = state.tables.heat;
  const toggle = () => showAsTable('heat', !asTable);
  const choose = (heatPeriod) => {
    update({ heatPeriod });
    remember('heat', heatPeriod);
    readDue();
  };
  const zone = source('temporal').data?.timezone;
  return panel({
    name: 'heatmap',
    title: 'By day and hour',
    width: 'wide-8',
    size: 'rows',
    note: zone ? `Server time, ${zone.replaceAll('_', ' ')}` : '',
    tools: [
      choice({
        label: 'Time span',
        options: HEAT_PERIODS.map((each) => [each, WORDS[each]]),
        chosen: state.heatPeriod,
        choose,
      }),
      tableSwitch(asTable, toggle),
      exportTool('temporal_analytics', 'days and hours'),
    ],
    source: source('temporal'),
    body: (data) => [
      asTable
        ? table(data.heatmap)
        : heatGrid({ cells: data.heatmap, label: 'Violations by day and hour' }),
      html`<div class="panel-foot heat-foot small muted"><p>${tenth(data.avg_violations_per_hour)} violations an hour on average.</p>${asTable ? nothing : scale(data.heatmap)}</div>`,
    ],
  });
}

/** What the colours stand for: the grid's root scale, from nothing to its strongest field. */
function scale(heatmap) {
  const most = Math.max(
    0,
    ...blocks(heatmap, state.narrow ? 3 : 1)
      .flat()
      .map(({ value }) => value),
  );
  if (most === 0) return nothing;
  return html`<p class="heat-scale" aria-hidden="true">0 ${[0, 0.25, 0.5, 0.75, 1].map((heat) => html`<i ${vars({ '--heat': heat })}></i>`)} ${count(most)}</p>`;
}

function table(heatmap) {
  if (heatmap.length === 0) return html`<p class="empty">No violation in this time.</p>`;
  const most = [...heatmap].sort((a, b) => b.violation_count - a.violation_count);
  return html`<div class="scroll heat-high" tabindex="0" role="region" aria-label="Violations by day and hour as a table"><table class="list">
    <thead><tr><th scope="col">Day and hour</th><th scope="col" class="number">Violations</th></tr></thead>
    <tbody>${most.map(
      (
        each,
      ) => html`<tr><th scope="row">${cellName({ day: each.day_of_week, hour: each.hour })}</th>
      <td class="number">${count(each.violation_count)}</td></tr>`,
    )}</tbody>
  </table></div>`;
}
