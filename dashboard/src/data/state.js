// What the reader chose and who they are. What was read from the API lives in reads.js.
import { byServer } from './clock.js';
import { remember, remembered } from './storage.js';
import { chosenTheme } from './theme.js';

export const PERIODS = ['hour', 'day', 'week', 'month'];
export const HEAT_PERIODS = ['week', 'month', 'all'];
// The filters of the violations, named as the API names them.
export const FILTERS = [
  'q',
  'severity',
  'detection_type',
  'action',
  'rule',
  'rule_hash',
  'user_id',
  'since',
  'until',
  'incident',
];

const address = new URLSearchParams(location.search);
const period = address.get('period') ?? remembered('period');

export const state = {
  session: 'starting', // starting | out | in | unreachable
  notice: address.get('error') === 'auth_failed' ? 'auth_failed' : null,
  undone: false, // a change waited to be sent when the session ended
  me: null,
  config: { client_id: null, demo: false },
  servers: [],
  guildId: address.get('guild') ?? remembered('guild'),
  period: PERIODS.includes(period) ? period : 'day',
  heatPeriod: HEAT_PERIODS.find((each) => each === remembered('heat')) ?? 'all',
  zone: remembered('zone') ?? 'mine', // whose clock, see ui/zone.js
  theme: chosenTheme(),
  filters: Object.fromEntries(FILTERS.map((name) => [name, address.get(name) ?? ''])),
  warned: { search: '', level: '' }, // the filters of the warnings
  near: new Set(['overview']), // sections in view or almost, so worth reading
  sheet: null, // {kind, id} of what lies over the page
  live: 'off', // off | on | silent (a question waits for its answer): the WebSocket, see live-socket.js
  section: 'overview',
  tables: { series: remembered('series-as') === 'table', heat: remembered('heat-as') === 'table' }, // which charts are shown as a table
  narrow: false,
  singleKeys: remembered('shortcuts') !== 'off', // whether a key alone does something
  nowMs: byServer(),
};

let draw = () => {};
let drawing = false;
let hearing = false;
const soon = new MessageChannel();
soon.port1.onmessage = () => draws();
let awaited = false;

/** Say how the state is drawn; called after each change, at most once per task. */
export function onChange(callback) {
  draw = callback;
}

export function changed() {
  if (drawing) return;
  drawing = true;
  if (hearing) soon.port2.postMessage(null);
  else queueMicrotask(draws);
}

function draws() {
  drawing = false;
  drawNow();
}

/**
 * What came live: its changes are drawn together with those of the events that came with it. In a raid events come faster than the page
 * can be drawn, and one drawing shows them all.
 */
export function hear(take) {
  hearing = true;
  try {
    take();
  } finally {
    hearing = false;
  }
}

/** What was read shows with the next frame: answers that come together are drawn once. */
export function changedSoon() {
  if (document.hidden) return changed(); // no frames there
  if (awaited) return;
  awaited = true;
  requestAnimationFrame(() => {
    awaited = false;
    changed();
  });
}

/** Draw at once, for what has to be there in the next line. */
export function drawNow() {
  state.nowMs = byServer();
  draw();
}

export function update(patch) {
  Object.assign(state, patch);
  changed();
}

/** Show the chart called `name` as a table, or as a chart again; the next visit does the same. */
export function showAsTable(name, asTable) {
  remember(`${name}-as`, asTable ? 'table' : null);
  update({ tables: { ...state.tables, [name]: asTable } });
}

/** Who looks at which server: what was typed belongs to both. */
export const seat = () => `${state.me?.id} ${state.guildId}`;

export function server() {
  return state.servers.find(({ id }) => id === state.guildId) ?? null;
}

/** The server to show: the one shown before, else the one preferred, else one where the bot is. */
export function knownServer(preferred = null) {
  const known = [state.guildId, preferred].find((id) =>
    state.servers.some((each) => each.id === id),
  );
  return known ?? (state.servers.find((each) => each.bot_present) ?? state.servers[0])?.id ?? null;
}
