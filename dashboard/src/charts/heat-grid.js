// Days by hours as a grid of buttons, one tab stop, moved through with arrow keys.
// Wide screens get 7 rows of 24 hours; narrow ones 8 rows of 3 hours by 7 days, so that a finger can hit them.
import { html } from 'lit-html';
import { state } from '../data/state.js';
import { vars } from '../ui/vars.js';
import { DAYS, plural } from '../ui/words.js';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const two = (hour) => String(hour % 24).padStart(2, '0');

export const cellName = ({ day, hour, hours = 1 }) =>
  `${DAYS[day]} ${two(hour)}:00 to ${two(hour + hours)}:00`;

/** Sum the listed cells into blocks of `hours` hours: rows of {day, hour, hours, value}. */
export function blocks(heatmap, hours) {
  const sums = new Map();
  for (const { day_of_week: day, hour, violation_count: value } of heatmap) {
    const key = day * 24 + hour - (hour % hours);
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  const starts = HOURS.filter((hour) => hour % hours === 0);
  return DAYS.map((_, day) =>
    starts.map((hour) => ({ day, hour, hours, value: sums.get(day * 24 + hour) ?? 0 })),
  );
}

/** `label` names the grid, `tone` its colour, `words(cell)` says what a cell holds. */
export function heatGrid({
  cells,
  label,
  tone = 'accent',
  words = ({ value }) => plural(value, 'violation'),
}) {
  const byDay = blocks(cells, state.narrow ? 3 : 1);
  const most = Math.max(1, ...byDay.flat().map(({ value }) => value));
  const rows = state.narrow ? byDay[0].map((_, at) => byDay.map((day) => day[at])) : byDay;
  const columnNames = state.narrow
    ? DAYS.map((day) => day.slice(0, 2))
    : HOURS.map((hour) => (hour % 3 === 0 ? two(hour) : ''));
  const rowName = ([cell]) =>
    state.narrow
      ? `${two(cell.hour)}–${String(cell.hour + 3).padStart(2, '0')}`
      : DAYS[cell.day].slice(0, 3);
  const columnLabel = (at) => (state.narrow ? DAYS[at] : `${two(at)}:00`);
  return html`<table class="heat tone-${tone} ${state.narrow ? 'heat-narrow' : ''}" role="grid" aria-label="${label}. Arrow keys move." @keydown=${move} @pointerover=${say} @focusin=${say}>
    <thead><tr role="row"><th scope="col"><span class="hidden">${state.narrow ? 'Hours' : 'Day'}</span></th>${columnNames.map((name, at) => html`<th scope="col"><span aria-hidden="true">${name}</span><span class="hidden">${columnLabel(at)}</span></th>`)}</tr></thead>
    <tbody>${rows.map(
      (row, at) => html`<tr><th scope="row">${rowName(row)}</th>
      ${row.map((cell, column) => html`<td role="gridcell">${button(cell, most, at + column === 0, words)}</td>`)}</tr>`,
    )}</tbody>
  </table>
  <p class="reading heat-reading" aria-hidden="true">Point at a field to read it.</p>`;
}

function button(cell, most, first, words) {
  // The root spreads the small counts, which a single raid would otherwise flatten.
  return html`<button type="button" tabindex=${first ? 0 : -1} aria-label="${cellName(cell)}: ${words(cell)}" ${vars({ '--heat': Math.sqrt(cell.value / most).toFixed(3) })}></button>`;
}

function say({ target, currentTarget }) {
  const cell = target.closest('button');
  if (cell)
    currentTarget.parentElement.querySelector('.heat-reading').textContent =
      cell.getAttribute('aria-label');
}

const STEPS = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, -24],
  End: [0, 24],
};

/** Roving focus: the whole grid is one tab stop. */
function move(event) {
  const cell = event.target.closest('td');
  if (!cell || !(event.key in STEPS)) return;
  event.preventDefault();
  const [down, right] = STEPS[event.key];
  const { rows } = cell.closest('table').tBodies[0];
  const cells = rows[cell.parentElement.sectionRowIndex + down]?.cells;
  const next =
    cells?.[Math.min(cells.length - 1, Math.max(1, cell.cellIndex + right))]?.querySelector(
      'button',
    );
  if (!next) return;
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
