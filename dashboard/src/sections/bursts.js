// Violations that come one upon the other are one notice that counts up, and not one each. Once Modwatch says
// that they are an incident, the notice is about that.
import { hearIncident, isGoingOn } from '../data/incidents.js';
import { byServer } from '../data/clock.js';
import { drop } from './notices.js';
import { sizeWords } from './incident-words.js';
import { state } from '../data/state.js';
import { plural } from '../ui/words.js';

export const GATHERED = 4; // so many within a minute are a burst
const WITHIN_MS = 60_000;
const GAP_MS = 300_000;

/**
 * Where a violation at `atMs` belongs: in the burst that goes on, at the head of a new one (then `ids` are the
 * single notices that it takes up), or by itself (null). `recent` are `{id, atMs}` of single ones, newest first.
 */
export function gathered(burst, recent, atMs) {
  if (burst && Math.abs(atMs - burst.lastMs) <= GAP_MS)
    return { ...burst, count: burst.count + 1, lastMs: Math.max(burst.lastMs, atMs), ids: [] };
  const near = recent.filter((each) => Math.abs(atMs - each.atMs) <= WITHIN_MS);
  if (near.length < GATHERED - 1) return null;
  const ids = near.map(({ id }) => id);
  return { key: `burst ${atMs}`, count: near.length + 1, lastMs: atMs, ids, incident: null };
}

let burst = null;
let recent = [];
let guildId = null;

function inThisGuild() {
  if (guildId === state.guildId) return;
  [guildId, burst, recent] = [state.guildId, null, []];
}

addEventListener('modwatch:left', () => (guildId = null));

/** The notice to show of the burst that this violation is part of, null where there is one already; false: of none. */
export function burstWith({ id, timestamp }) {
  inThisGuild();
  const atMs = Date.parse(timestamp);
  const next = gathered(burst, recent, atMs);
  if (!next) {
    if (burst && atMs > burst.lastMs) burst = null;
    recent = [{ id, atMs }, ...recent].slice(0, GATHERED);
    return false;
  }
  burst = next;
  takeUp();
  return burst.incident ? null : shown();
}

function takeUp() {
  drop(burst.ids);
  [burst.ids, recent] = [[], []];
}

/** An incident was heard of: the notice of its burst is about it from now on; null of what people do about one. */
export function incidentHeard(data) {
  inThisGuild();
  hearIncident(data);
  if (data.by) return null;
  const atMs = Date.parse(data.ended_at);
  if (burst?.incident && burst.incident.id !== data.id) burst = null;
  if (!burst) burst = { key: `incident ${data.id}`, count: 0, ids: recent.map(({ id }) => id) };
  takeUp();
  Object.assign(burst, { incident: data, lastMs: atMs });
  const told = shown();
  if (!isGoingOn(data, byServer())) burst = null;
  return told;
}

function shown() {
  const { key, count, incident } = burst;
  if (!incident)
    return {
      id: key,
      words: `${plural(count, 'violation')} one upon the other`,
      kind: 'Violations',
      tone: 'high',
      href: '#violations',
    };
  const over = isGoingOn(incident, byServer()) ? '' : ', over now';
  return {
    id: key,
    words: `${sizeWords(incident)}${over}`,
    kind: 'Raid',
    tone: over ? 'medium' : 'high',
    href: `#incident/${incident.id}`,
  };
}
