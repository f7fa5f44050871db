// When violations happen: day of week by hour, in the server's own time zone.
// Wide screens get 7 rows of 24 hours; narrow ones 8 rows of 3 hours by 7 days, so that a finger can hit them.
import { html } from 'lit-html';
import { panel, tableSwitch } from './panel.js';
import { choice } from './parts.js';
import { readDue } from './reads.js';
import { source } from './sources.js';
import { HEAT_PERIODS, state, update } from './state.js';
import { vars } from './vars.js';
import { count, DAYS, plural, tenth } from './words.js';

const WORDS = { week: '7 days', month: '30 days', all: '90 days' };
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const two = (hour) => String(hour % 24).padStart(2, '0');

export const cellName = ({ day, hour, hours = 1 }) => `${DAYS[day]} ${two(hour)}:00 to ${two(hour + hours)}:00`;

export function heatmapPanel() {
  const asTable = Boolean(state.tables.heat);
  const toggle = () => update({ tables: { ...state.tables, heat: !asTable } });
  const choose = (heatPeriod) => {
    update({ heatPeriod });
    readDue();
  };
  return panel({
    name: 'heatmap',
    title: 'By day and hour',
    width: 'wide-8',
    size: 'rows',
    note: source('temporal').data?.timezone ?? '',
    tools: [choice({ label: 'Time span', options: HEAT_PERIODS.map((each) => [each, WORDS[each]]), chosen: state.heatPeriod, choose }), tableSwitch(asTable, toggle)],
    source: source('temporal'),
    body: (data) => [asTable ? table(data.heatmap) : grid(data.heatmap), html`<p class="panel-foot small muted">
      ${tenth(data.avg_violations_per_hour)} violations an hour on average.</p>`],
  });
}

/** Sum the listed cells into blocks of `hours` hours: rows of {day, hour, hours, value}. */
export function blocks(heatmap, hours) {
  const sums = new Map();
  for (const { day_of_week: day, hour, violation_count: value } of heatmap) {
    const key = day * 24 + hour - (hour % hours);
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  const starts = HOURS.filter((hour) => hour % hours === 0);
  return DAYS.map((_, day) => starts.map((hour) => ({ day, hour, hours, value: sums.get(day * 24 + hour) ?? 0 })));
}

function grid(heatmap) {
  const byDay = blocks(heatmap, state.narrow ? 3 : 1);
  const most = Math.max(1, ...byDay.flat().map(({ value }) => value));
  const rows = state.narrow ? byDay[0].map((_, at) => byDay.map((day) => day[at])) : byDay;
  const columnNames = state.narrow ? DAYS.map((day) => day.slice(0, 2)) : HOURS.map((hour) => (hour % 3 === 0 ? two(hour) : ''));
  const rowName = (cells) => (state.narrow ? `${two(cells[0].hour)}–${String(cells[0].hour + 3).padStart(2, '0')}` : DAYS[cells[0].day].slice(0, 3));
  return html`<table class="heat ${state.narrow ? 'heat-narrow' : ''}" role="grid" aria-label="Violations by day and hour. Arrow keys move." @keydown=${move} @pointerover=${say} @focusin=${say}>
    <thead><tr><td></td>${columnNames.map((name) => html`<th scope="col" aria-hidden="true">${name}</th>`)}</tr></thead>
    <tbody>${rows.map((cells, at) => html`<tr><th scope="row">${rowName(cells)}</th>
      ${cells.map((cell, column) => html`<td>${button(cell, most, at + column === 0)}</td>`)}</tr>`)}</tbody>
  </table>
  <p class="reading heat-reading" aria-hidden="true">Point at a field to read it.</p>`;
}

function button(cell, most, first) {
  const words = `${cellName(cell)}: ${plural(cell.value, 'violation')}`;
  // The root spreads the small counts, which a single raid would otherwise flatten.
  return html`<button type="button" tabindex=${first ? 0 : -1} aria-label=${words} ${vars({ '--heat': Math.sqrt(cell.value / most).toFixed(3) })}></button>`;
}

function say({ target, currentTarget }) {
  const cell = target.closest('button');
  if (cell) currentTarget.parentElement.querySelector('.heat-reading').textContent = cell.getAttribute('aria-label');
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Roving focus: the whole grid is one tab stop. */
function move(event) {
  const cell = event.target.closest('td');
  if (!cell || !(event.key in STEPS)) return;
  event.preventDefault();
  const [down, right] = STEPS[event.key];
  const rows = cell.closest('table').tBodies[0].rows;
  const next = rows[cell.parentElement.sectionRowIndex + down]?.cells[cell.cellIndex + right]?.querySelector('button');
  if (!next) return;
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function table(heatmap) {
  if (heatmap.length === 0) return html`<p class="empty">No violation in this time.</p>`;
  const most = [...heatmap].sort((a, b) => b.violation_count - a.violation_count);
  return html`<div class="scroll heat-high" tabindex="0" role="region" aria-label="Violations by day and hour as a table"><table class="list">
    <thead><tr><th scope="col">Day and hour</th><th scope="col" class="number">Violations</th></tr></thead>
    <tbody>${most.map((each) => html`<tr><th scope="row">${cellName({ day: each.day_of_week, hour: each.hour })}</th>
      <td class="number">${count(each.violation_count)}</td></tr>`)}</tbody>
  </table></div>`;
}
