// What the reader chose and who they are. What was read from the API lives in reads.js.
import { remembered } from './storage.js';
import { chosenTheme } from './theme.js';

export const PERIODS = ['hour', 'day', 'week', 'month'];
export const HEAT_PERIODS = ['week', 'month', 'all'];
// The filters of the violations, named as the API names them.
export const FILTERS = ['q', 'severity', 'detection_type', 'action', 'rule', 'user_id', 'since', 'until'];

const address = new URLSearchParams(location.search);
const period = address.get('period') ?? remembered('period');

export const state = {
  session: 'starting', // starting | out | in | unreachable
  notice: address.get('error') === 'auth_failed' ? 'auth_failed' : null,
  me: null,
  config: { client_id: null, demo: false },
  servers: [],
  guildId: address.get('guild') ?? remembered('guild'),
  period: PERIODS.includes(period) ? period : 'day',
  heatPeriod: 'all',
  theme: chosenTheme(),
  filters: Object.fromEntries(FILTERS.map((name) => [name, address.get(name) ?? ''])),
  warned: { search: '', level: '' }, // the filters of the warnings
  near: new Set(['overview']), // sections in view or almost, so worth reading
  sheet: null, // {kind, id} of what lies over the page
  live: 'off', // off | connecting | on: the WebSocket, see live.js
  section: 'overview',
  tables: {}, // which charts are shown as a table
  narrow: false,
  nowMs: Date.now(),
};

let draw = () => {};
let drawing = false;

/** Say how the state is drawn; called after each change, at most once per task. */
export function onChange(callback) {
  draw = callback;
}

export function changed() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    state.nowMs = Date.now();
    draw();
  });
}

/** Draw at once, for what has to be there in the next line. */
export function drawNow() {
  state.nowMs = Date.now();
  draw();
}

export function update(patch) {
  Object.assign(state, patch);
  changed();
}

export function server() {
  return state.servers.find(({ id }) => id === state.guildId) ?? null;
}
