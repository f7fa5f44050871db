// The list of keyboard shortcuts, and whether single keys do something.
import { html } from 'lit-html';
import { state } from '../data/state.js';
import { remember } from '../data/storage.js';

const LIST = [
  ['?', 'Show these shortcuts'],
  ['/', 'Search violations'],
  ['j', 'Next section'],
  ['k', 'Section before'],
  ['1 to 9, 0', 'Go to a section'],
  ['[', 'Shorter period'],
  [']', 'Longer period'],
  ['r', 'Refresh everything'],
  ['h', 'Notifications'],
  ['t', 'Next theme'],
  ['Ctrl+Z', 'Undo, while that is offered'],
  ['Esc', 'Close what is open'],
];

export function shortcutsSheet() {
  const toggle = (event) => {
    state.singleKeys = event.target.checked;
    remember('shortcuts', state.singleKeys ? null : 'off');
  };
  return html`<dl class="keys">${LIST.map(([key, words]) => html`<dt><kbd>${key}</kbd></dt><dd>${words}</dd>`)}</dl>
    <label class="check"><input type="checkbox" .checked=${state.singleKeys} @change=${toggle}> Single keys do something</label>
    <p class="small muted prose">Within charts and the heat map, arrow keys move from value to value.</p>`;
}
