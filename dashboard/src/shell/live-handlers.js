// What the page does with live events: figures tick, violations slide in, toasts tell of the rest.
import { here } from '../data/base.js';
import { hearHealth, hearMetrics, hearViolation } from '../data/live-overlay.js';
import { Live } from '../data/live-socket.js';
import { burstWith, incidentHeard } from '../sections/bursts.js';
import { leaveToBar, note, notified } from '../sections/notices.js';
import { hasten, patch, wake } from '../data/reads.js';
import { refresh, violationsPath } from '../data/sources.js';
import { fits, prepend } from '../sections/violations-list.js';
import { changed, hear, state, update } from '../data/state.js';
import { unsay } from '../ui/toasts.js';
import { memberName } from '../ui/words.js';
import { isolated } from '../ui/foreign-text.js';

const RENEW_APART_MS = 5000;
const MISSED_APART_MS = 1500; // the first screen stands before it is read again
const ROLES_KNOWN_MS = 5000; // so long a process of the server may go by the roles before a change

function violation({ data }) {
  const added = {
    message_id: null,
    channel_id: null,
    moderator_id: null,
    response_time_ms: null,
    appeal: null,
    ...data,
  };
  hearViolation(added);
  if (fits(added, state.filters)) patch(violationsPath(), (page) => prepend(page, added));
  const burst = burstWith(data);
  if (burst) note({ ...burst, toast: true });
  if (burst !== false) return;
  const words = `${isolated(memberName(data))}: ${isolated(data.rule ?? data.reason)}`;
  note({
    id: data.id,
    words,
    kind: 'Violation',
    tone: data.severity,
    href: `#violation/${data.id}`,
    toast: data.severity === 'high',
  });
}

function metrics({ timestamp, data }) {
  const { messages_processed, violations_total, health_score } = data;
  hearMetrics(timestamp, { messages_processed, violations_total });
  hearHealth(timestamp, { health_score });
  hasten(RENEW_APART_MS);
}

function health({ timestamp, data: { health_score, violation_rate, warning } }) {
  hearHealth(timestamp, { health_score, violation_rate, warning });
}

/** It began, grew, or is over; or somebody did something about it. */
function incident({ data }) {
  const told = incidentHeard(data);
  if (told) {
    note(told);
    unsay([told.id]); // the bar says it from now on
    leaveToBar();
  }
  dispatchEvent(new CustomEvent('modwatch:incident', { detail: data }));
}

const CHANGED = {
  rules: ['The rules text was changed', ['rulesText'], '#rules'],
  config: ['The settings were changed', ['config'], '#settings'],
  roles: ['Roles were changed', ['roles', 'servers'], '#settings'],
};

function config({ data }) {
  const [words, names, href] = CHANGED[data.field] ?? [];
  if (!words) return;
  refresh(...names);
  if (data.field === 'roles')
    setTimeout(() => state.session === 'in' && refresh('servers'), ROLES_KNOWN_MS);
  if (data.updated_by !== state.me?.id)
    note({ words, kind: 'Change', tone: 'accent', href, toast: true });
}

/** What only parts of rest.js show. */
const pass = ({ type, data }) =>
  dispatchEvent(new CustomEvent(`modwatch:${type}`, { detail: data }));

const HANDLERS = {
  violation,
  metrics_update: metrics,
  health_update: health,
  config_update: config,
  notification: notified,
  incident,
  alert: pass,
  bot_change: pass,
  export_progress: pass,
};

/** Start listening; `sessionEnded()` is called when the server says that the login is over. */
export function startLive(sessionEnded) {
  const url = new URL(here('ws'));
  url.protocol = url.protocol.replace('http', 'ws');
  const live = new Live(url, {
    heard: (event) =>
      hear(() => {
        HANDLERS[event.type]?.(event);
        changed();
      }),
    subscribed({ recovered }) {
      update({ live: 'on' });
      wake(); // what failed meanwhile need not wait for its turn
      // What happened between the first read and now was not sent; a resumed connection brings it itself.
      if (!recovered) hasten(MISSED_APART_MS);
    },
    // A read tells at once whether the server is gone, or only this connection.
    away() {
      const wasOn = state.live !== 'off';
      update({ live: 'off' });
      if (wasOn) refresh('overview');
    },
    silent: () => update({ live: 'silent' }),
    answered: () => update({ live: 'on' }),
    signedOut: sessionEnded,
    noRole: () => refresh('servers', 'overview'),
  });
  return live;
}
