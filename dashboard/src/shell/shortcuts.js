// Keyboard shortcuts. Single keys can be switched off (WCAG 2.1.4); shortcuts-sheet.js lists them.
import { loadRest } from '../sections/later.js';
import { goTo, openSheet } from '../ui/navigation.js';
import { actOnNewest } from '../ui/toasts.js';
import { drawSection } from './sections.js';
import { sectionBeside, sections } from './sections-list.js';
import { drawNow, PERIODS, state, update } from '../data/state.js';
import { chooseTheme, THEMES } from '../data/theme.js';

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

export function listenToKeys(actions) {
  const keys = keysOf(actions);
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
    const isUndo = (event.ctrlKey || event.metaKey) && event.key === 'z';
    if (isUndo && !typing && actOnNewest()) return event.preventDefault();
    if (
      typing ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      state.session !== 'in' ||
      document.querySelector('dialog[open]')
    )
      return;
    if (!state.singleKeys && event.key !== '?') return;
    const section = /^[0-9]$/.test(event.key) ? sections()[(Number(event.key) + 9) % 10] : null;
    if (section) goTo(section.id);
    else if (Object.hasOwn(keys, event.key)) keys[event.key](event);
  });
}
