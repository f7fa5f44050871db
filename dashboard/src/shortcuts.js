// Keyboard shortcuts, and the sheet that lists them. Single keys can be switched off (WCAG 2.1.4).
import { html } from 'lit-html';
import { loadRest } from './later.js';
import { goTo, openSheet } from './place.js';
import { drawSection } from './sections.js';
import { sectionBeside, sections } from './sections-list.js';
import { drawNow, PERIODS, state, update } from './state.js';
import { remember, remembered } from './storage.js';
import { chooseTheme, THEMES } from './theme.js';

let switchedOn = remembered('shortcuts') !== 'off';

const beside = (steps) => () => goTo(sectionBeside(state.section, steps));

async function searchFor(event) {
  event.preventDefault();
  await loadRest();
  drawSection('violations');
  drawNow();
  goTo('violations');
  document.querySelector('#violations input[type=search]')?.focus();
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(state.theme) + 1) % THEMES.length];
  chooseTheme(theme);
  update({ theme });
}

function periodBeside(steps, choosePeriod) {
  const period = PERIODS[PERIODS.indexOf(state.period) + steps];
  if (period) choosePeriod(period);
}

/** `actions` are those of the shell, with `refreshAll()`. */
const keysOf = (actions) => ({
  '?': () => openSheet('shortcuts'),
  '/': searchFor,
  j: beside(1),
  k: beside(-1),
  h: () => openSheet('happened'),
  r: actions.refreshAll,
  t: nextTheme,
  '[': () => periodBeside(-1, actions.choosePeriod),
  ']': () => periodBeside(1, actions.choosePeriod),
});

const LIST = [
  ['?', 'Show these shortcuts'], ['/', 'Search violations'], ['j', 'Next section'], ['k', 'Section before'],
  ['1 to 9, 0', 'Go to a section'], ['[', 'Shorter period'], [']', 'Longer period'], ['r', 'Refresh everything'],
  ['h', 'What happened'], ['t', 'Next theme'], ['Esc', 'Close what is open'],
];

export function listenToKeys(actions) {
  const keys = keysOf(actions);
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || state.session !== 'in' || document.querySelector('dialog[open]')) return;
    if (!switchedOn && event.key !== '?') return;
    const section = /^[0-9]$/.test(event.key) ? sections()[(Number(event.key) + 9) % 10] : null;
    if (section) goTo(section.id);
    else if (Object.hasOwn(keys, event.key)) keys[event.key](event);
  });
}

export function shortcutsSheet() {
  const toggle = (event) => {
    switchedOn = event.target.checked;
    remember('shortcuts', switchedOn ? null : 'off');
  };
  return html`<dl class="keys">${LIST.map(([key, words]) => html`<dt><kbd>${key}</kbd></dt><dd>${words}</dd>`)}</dl>
    <label class="check"><input type="checkbox" .checked=${switchedOn} @change=${toggle}> Single keys do something</label>
    <p class="small muted prose">Within charts and the heat map, arrow keys move from value to value.</p>`;
}
