// What the reader chose and who they are. What was read from the API lives in reads.js.
import { remember, remembered } from './storage.js';
import { chosenTheme } from './theme.js';

export const PERIODS = ['hour', 'day', 'week', 'month'];
export const HEAT_PERIODS = ['week', 'month', 'all'];

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
  filters: { severity: '', detection_type: '' },
  older: null, // see violations.js
  seen: new Set(['overview']), // sections that came into view, so worth reading
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

export function update(patch) {
  Object.assign(state, patch);
  changed();
}

/** Keep guild and period in the address, so that a link shows what its sender saw. */
export function keepPlace() {
  const place = new URLSearchParams();
  if (state.guildId) place.set('guild', state.guildId);
  if (state.period !== 'day') place.set('period', state.period);
  remember('guild', state.guildId);
  remember('period', state.period);
  const query = place.size > 0 ? `?${place}` : location.pathname;
  history.replaceState(null, '', query + location.hash);
}

export function server() {
  return state.servers.find(({ id }) => id === state.guildId) ?? null;
}
