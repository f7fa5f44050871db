// What the first screen does not read: the paths of sections and sheets that rest.js draws.
import { send } from './api.js';
import { hastenOne, patch, readDue } from './reads.js';
import { may } from './roles.js';
import { furnish, listPath, path, source, under } from './sources.js';
import { changed, state } from './state.js';

const MOST_OPEN = 200;
const PAST = 30;
const DELIVERIES = 50;
const INCIDENTS = 50;
const RUNS = 20;
const LOOK_AGAIN_MS = 1000;

/** What the reader asks about messages: of which event and when (null: now), and those of which status. */
export const asked = { event: 'mass_violations', at: null, status: '' };

function explainPath() {
  const query = new URLSearchParams({ event: asked.event, ...(asked.at ? { at: asked.at } : {}) });
  return under(`notification-preferences/explain?${query}`);
}

const deliveriesPath = () =>
  under(`deliveries?limit=${DELIVERIES}${asked.status ? `&status=${asked.status}` : ''}`);

/** A page of the access log. */
export const accessPath = (cursor = null) => listPath('access-log', {}, cursor, cursor ? 50 : 15);

/** A page of the server's tokens. */
export const tokensPath = (cursor = null) => listPath('tokens', {}, cursor, 50);

/** A page of the exports, for who may see them. */
export const exportsPath = (cursor = null) =>
  may('moderator') && listPath('export/history', {}, cursor, 100);

const ofSheet = (before, after = '') =>
  under(`${before}/${encodeURIComponent(state.sheet?.id)}${after}`);

/** Of a violation whose member waits: its appeal, for who may decide. */
const appealsOfSheet = () =>
  may('moderator') && source('violation').data?.appeal === 'pending' && path('appeals');

const isStored = () => state.sheet?.id && state.sheet.id !== 'new';

/** Of an export that was asked for; a new one has the name of its view, which has no digit. */
const exportPath = () =>
  state.sheet?.kind === 'export' &&
  /\d/.test(state.sheet.id) &&
  may('moderator') &&
  ofSheet('export');

furnish(
  {
    roles: () => under('roles'),
    tokens: () => tokensPath(),
    usage: () => may('admin') && under('usage'),
    access: () => may('owner') && accessPath(),
    sessions: () => '/auth/sessions',
    violation: () => ofSheet('violations'),
    appealsOfSheet,
    member: () => ofSheet('warnings'),
    openAlerts: () => under(`alerts?state=open&limit=${MOST_OPEN}`),
    alerts: () => under(`alerts?state=resolved&limit=${PAST}`),
    channels: () => under('channels'),
    botChanges: () => under('bot-changes?limit=20'),
    preferences: () => under('notification-preferences'),
    explain: explainPath,
    deliveries: deliveriesPath,
    decisions: () => ofSheet('notifications', '/decisions'),
    alert: () => ofSheet('alerts'),
    trail: () => ofSheet('alerts', '/trail'),
    incidents: () => under(`incidents?limit=${INCIDENTS}`),
    incident: () => ofSheet('incidents'),
    exports: () => exportsPath(),
    export: exportPath,
    exportStorage: () => under('export/storage'),
    schedules: () => under('schedules'),
    serversAtOnce: () =>
      (state.servers.length > 1 || state.sheet?.kind === 'servers') && '/servers/overview',
    runs: () => isStored() && ofSheet('schedules', `/runs?limit=${RUNS}`),
  },
  {
    violation: ['violation', 'appealsOfSheet'],
    member: ['member'],
    alert: ['alert', 'trail', 'channels'],
    channel: ['channels'],
    incident: ['incident'],
    export: ['export', 'exports'],
    schedule: ['schedules', 'runs', 'channels', 'config'],
    why: ['decisions'],
    sessions: ['sessions'],
  },
);

/** The bot has a decision, or says what became of it. */
addEventListener('modwatch:bot_change', () => {
  hastenOne(path('botChanges'));
  readDue();
});

/** An incident began, grew, is looked after or over. */
addEventListener('modwatch:incident', () => {
  ['incidents', 'incident'].forEach((name) => hastenOne(path(name)));
  readDue();
});

/** An alert opened, changed or closed: what shows it is read again soon. */
addEventListener('modwatch:alert', () => {
  ['openAlerts', 'alerts', 'alert', 'trail'].forEach((name) => hastenOne(path(name)));
  readDue();
});

/** Send a change whose answer is what `name` says from then on: of the server it was made in, whichever is shown by then. */
export async function store(name, address, options) {
  const shown = source(name);
  shown.data = (await send(under(address), { method: 'PUT', ...options })).data;
}

/** Where the file of an export is. */
export const fileAddress = (id) => `api/v1${under(`export/download/${id}`)}`;

const isOver = ({ status }) => status !== 'queued' && status !== 'running';

/** How far an export is. What is over stays so: an event may be older than what was read. */
addEventListener('modwatch:export_progress', ({ detail: { id, status, progress } }) => {
  const renewed = (each) =>
    each.id === id && !isOver(each) ? { ...each, status, progress } : each;
  patch(path('exports'), (answer) => ({ ...answer, exports: answer.exports.map(renewed) }));
  patch(path('export'), renewed);
  hastenExports();
  changed();
});

/** Read the exports again soon: one of them goes on. */
export function hastenExports() {
  ['exports', 'exportStorage', 'export'].forEach((name) => hastenOne(path(name)));
  readDue();
}

let timer = 0;

/** Look again by itself while a report is being made or sent: nothing tells of that live. */
export function watchRuns(isRunning) {
  clearTimeout(timer);
  if (!isRunning) return;
  timer = setTimeout(() => {
    ['runs', 'schedules'].forEach((name) => hastenOne(path(name)));
    readDue();
  }, LOOK_AGAIN_MS);
}
