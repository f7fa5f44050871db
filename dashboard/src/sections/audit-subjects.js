// Whom and what an entry of the audit log is about, by name and as a link.
import { html } from 'lit-html';
import { state } from '../data/state.js';
import { foreign, picture } from '../ui/widgets.js';
import { memberName } from '../ui/words.js';

const PLACES = {
  member: 'member',
  violation: 'violation',
  incident: 'incident',
  alert: 'alert',
  channel: 'channel',
  export: 'export',
  schedule: 'schedule',
};
const NOUNS = {
  violation: 'the violation',
  incident: 'the raid',
  alert: 'the alert',
  export: 'the export',
};
const CAN_BE_GONE = new Set(['channel', 'schedule', 'token']);
const CALLED = { schedule: 'report' };

/** Where a thing is shown on this page; null for what has no place there any more. */
export function placeOf({ kind, id, name }) {
  if (!PLACES[kind] || (CAN_BE_GONE.has(kind) && name === null)) return null;
  return `#${PLACES[kind]}/${encodeURIComponent(id)}`;
}

/** A person or thing by name, as a link to it where there is one. */
export function subject(one) {
  if (one.kind === 'member')
    return person({ user_id: one.id, username: one.name, avatar: one.avatar });
  const words =
    one.name === null
      ? (NOUNS[one.kind] ?? `a ${CALLED[one.kind] ?? one.kind} that is gone`)
      : foreign(one.name);
  const place = placeOf(one);
  return place ? html`<a href=${place}>${words}</a>` : words;
}

const known = (user) => (user.user_id === state.me?.id ? { ...user, ...state.me } : user);

export function person(of) {
  const user = known(of);
  return html`<span class="member" title="User ${user.user_id}">${picture(user)}<a class="cut" href="#member/${user.user_id}">${foreign(memberName(user))}</a></span>`;
}

/** Whom of `about` stand before and after a change, each null where nobody does; null where it is not of people. */
export function sidesNamed({ before, after }, about) {
  const named = [before, after].map(
    (side) =>
      about.find(
        ({ id }) => typeof side === 'string' && side.replace(/^(user|token):/, '') === id,
      ) ?? null,
  );
  return named.some(Boolean) ? named : null;
}

/** Who it was is struck out, who it is comes after: within a line, so without pictures. */
export function byName([from, to]) {
  const is = to ? html`<ins>${nameOf(to)}</ins>` : 'nobody';
  return from ? html`<del>${nameOf(from)}</del> → ${is}` : is;
}

const nameOf = (one) =>
  one.kind === 'member'
    ? html`<a href=${placeOf(one)}>${foreign(memberName(known({ user_id: one.id, username: one.name })))}</a>`
    : subject(one);
