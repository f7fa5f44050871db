// What the page does with live events: figures tick, violations slide in, toasts tell of the rest.
import { hearHealth, hearMetrics, hearViolation } from './heard.js';
import { Live } from './live.js';
import { note, notified } from './notices.js';
import { hasten, patch } from './reads.js';
import { refresh, violationsPath } from './sources.js';
import { fits, prepend } from './violations-list.js';
import { changed, hear, state, update } from './state.js';
import { memberName } from './words.js';

const RENEW_APART_MS = 5000;
const MISSED_APART_MS = 1500; // the first screen stands before it is read again
const TINT_MS = 2500;
const ROLES_KNOWN_MS = 5000; // so long a process of the server may go by the roles before a change

/** Ids of violations that came in just now; they are tinted for a moment. */
export const fresh = new Set();

function violation({ data }) {
  const added = { message_id: null, channel_id: null, moderator_id: null, response_time_ms: null, appeal: null, ...data };
  hearViolation(added);
  if (fits(added, state.filters)) patch(violationsPath(), (page) => prepend(page, added));
  fresh.add(data.id);
  setTimeout(() => fresh.delete(data.id), TINT_MS);
  const words = `${memberName(data)}: ${data.rule ?? data.reason}`;
  note({ words, kind: 'Violation', tone: data.severity, href: `#violation/${data.id}`, toast: data.severity === 'high' });
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

const CHANGED = {
  rules: ['The rules text was changed', ['rulesText'], '#rules'],
  config: ['The settings were changed', ['config'], '#settings'],
  roles: ['Roles were changed', ['roles', 'servers'], '#settings'],
};

function config({ data }) {
  const [words, names, href] = CHANGED[data.field] ?? [];
  if (!words) return;
  refresh(...names);
  if (data.field === 'roles') setTimeout(() => state.session === 'in' && refresh('servers'), ROLES_KNOWN_MS);
  if (data.updated_by !== state.me?.id) note({ words, kind: 'Change', tone: 'accent', href, toast: true });
}

const HANDLERS = { violation, metrics_update: metrics, health_update: health, config_update: config, notification: notified };

/** Start listening; `sessionEnded()` is called when the server says that the login is over. */
export function startLive(sessionEnded) {
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const live = new Live(url, {
    heard: (event) => hear(() => {
      HANDLERS[event.type]?.(event);
      changed();
    }),
    subscribed({ recovered }) {
      update({ live: 'on' });
      // What happened between the first read and now was not sent; a resumed connection brings it itself.
      if (!recovered) hasten(MISSED_APART_MS);
    },
    away: () => update({ live: 'off' }),
    signedOut: sessionEnded,
    noRole: () => refresh('servers', 'overview'),
  });
  return live;
}
