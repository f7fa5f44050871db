// Incidents of the server shown: what was read, with what was heard live laid over it, and whether one goes on.
import { byServer } from './clock.js';
import { source } from './sources.js';
import { state } from './state.js';

export const CALM_MS = 300_000; // so long after its last violation an incident is over

let heard = { guildId: null, byId: new Map() };

function ofGuild() {
  if (heard.guildId !== state.guildId) heard = { guildId: state.guildId, byId: new Map() };
  return heard.byId;
}

/** What an `incident` event says of one. */
export const hearIncident = (data) => ofGuild().set(data.id, data);

/** `read` with what was heard since; those that were only heard stand in front. */
export function overlaid(read, heardById) {
  const known = new Set(read.map(({ id }) => id));
  const renewed = read.map((one) => {
    const news = heardById.get(one.id);
    return news && news.revision > one.revision ? { ...one, ...news } : one;
  });
  return [...[...heardById.values()].filter(({ id }) => !known.has(id)), ...renewed].sort((a, b) =>
    b.started_at.localeCompare(a.started_at),
  );
}

/** Latest first. */
export const incidents = () => overlaid(source('incidents').data?.incidents ?? [], ofGuild());

export const isGoingOn = ({ ended_at: ended }, nowMs) => nowMs - Date.parse(ended) <= CALM_MS;

/** The incident that goes on, the latest if there are several; null in quiet times. */
export const goingOn = () => incidents().find((one) => isGoingOn(one, byServer())) ?? null;
