// What an entry of the audit log says of a change: the people and things by name, what was before and after.
import { html, nothing } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { state } from '../data/state.js';
import { shortened, textDiff } from '../ui/text-diff.js';
import { foreign, picture } from '../ui/widgets.js';
import { memberName } from '../ui/words.js';
import { inWords } from './audit-parts.js';

const LONG = 80; // characters beyond which a text is folded away

/** What a detail says, also where it is a list or has parts of its own. */
export function told(value) {
  if (value === null || value === '' || value?.length === 0) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(told).join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${nameOf(name)} ${told(part)}`)
    .join(', ');
}

const NAMES = {
  buffer_threshold: 'messages in the buffer',
  buffer_timeout_secs: 'longest wait in seconds',
  mod_role_id: 'moderators’ role',
  timezone: 'time zone',
};
// What stands before and after, where the action alone does not say it.
const CHANGED = {
  'warnings.clear': 'warning level',
  'roles.assign': 'role',
  'roles.remove': 'role',
  'appeals.decide': 'decision',
  'incidents.take': 'looked after by',
  'incidents.leave': 'looked after by',
};
const nameOf = (field) => NAMES[field] ?? field.replaceAll('_', ' ');
// Ids of what is named by itself, and what is nobody's business to read.
const SAID_ALREADY =
  /^(id|user_id|token_id|incident_id|alert_id|channel_id|delivery_id|appeal_id|note_id|members|length_\w+|pseudonym|target_id|run)$/;

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

export function person(of) {
  const user = of.user_id === state.me?.id ? { ...of, ...state.me } : of;
  return html`<span class="member" title="User ${user.user_id}">${picture(user)}<a class="cut" href="#member/${user.user_id}">${foreign(memberName(user))}</a></span>`;
}

/** All that an entry says; `roles` are names of Discord's roles by id. */
export function details(entry, roles) {
  const { details: kept, action } = entry;
  if (kept === null || typeof kept !== 'object') return foreign(told(kept));
  const given = inWords(action, kept);
  const facts = [
    ...entry.about.filter((one) => one.id !== given.token_id).map(subject),
    ...plain(given, entry.about),
  ];
  if ('after' in given || 'before' in given) facts.push(change(given, entry, roles));
  return facts.map((fact) => html`<div>${fact}</div>`);
}

const SIDES = new Set(['before', 'after', 'before_ms']);

function plain(given, about) {
  const isSaid = (name, value) =>
    SIDES.has(name) || SAID_ALREADY.test(name) || about.some((one) => one.name === value);
  const facts = Object.entries(given)
    .filter(([name, value]) => value !== null && !isSaid(name, value))
    .map(([name, value]) => html`${nameOf(name)}: ${foreign(told(value))}`);
  const { before_ms: beforeMs } = given;
  if (beforeMs) facts.push(`before ${new Date(beforeMs).toISOString().slice(0, 10)}`);
  return facts;
}

function change({ before = null, after = null }, { action, about }, roles) {
  if (action.startsWith('rules.')) return diff(before ?? '', after ?? '');
  if (isParts(before) || isParts(after)) return eachPart(before, after, about, roles);
  if (isActor(before) || isActor(after)) return nothing; // both are named
  return html`${CHANGED[action] ? `${CHANGED[action]}: ` : ''}${fromTo(before, after)}`;
}

const isParts = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isActor = (value) => typeof value === 'string' && /^(user|token):/.test(value);

function eachPart(before, after, about, roles) {
  const value = (side, name) => side?.[name] ?? null;
  const shown = (name, id) => (name === 'mod_role_id' && roles?.get(id)) || id;
  return changedParts(before, after, about).map((name) => {
    const [from, to] = [before, after].map((side) => shown(name, value(side, name)));
    const isNew = !Object.hasOwn(before ?? {}, name);
    const said = isNew ? foreign(told(to)) : after ? fromTo(from, to) : gone(from);
    return html`<div>${nameOf(name)}: ${said}</div>`;
  });
}

/** The names of what differs; of what is new or gone, of all that says something and is not said by a link. */
export function changedParts(before, after, about) {
  const side = (one, name) => told(one?.[name] ?? null);
  const isLinked = (name) => !before && about.some((one) => one.name === after[name]);
  return Object.keys({ ...before, ...after }).filter(
    (name) => name !== 'id' && side(before, name) !== side(after, name) && !isLinked(name),
  );
}

const gone = (value) => html`<del>${foreign(told(value))}</del>`;

function fromTo(before, after) {
  const [from, to] = [told(before), told(after)];
  if (Math.max(from.length, to.length) > LONG) return diff(from, to);
  return html`<del>${foreign(from)}</del> → <ins>${foreign(to)}</ins>`;
}

/** The change within a text, worked out once: the page is drawn with each event. */
const diff = (before, after) => guard([before, after], () => marked(before, after));

/** Folded away where it is long. */
function marked(before, after) {
  const parts = shortened(textDiff(before, after)).map(({ kind, text }) => {
    if (kind === 'same') return text;
    return kind === 'added' ? html`<ins>${text}</ins>` : html`<del>${text}</del>`;
  });
  const written = html`<p class="written"><bdi>${parts}</bdi></p>`;
  if (before.length + after.length <= LONG) return written;
  return html`<details class="folded"><summary>${summary(before, after)}</summary>${written}</details>`;
}

/** "12 words added, 3 removed": what is to be read behind it. */
export function summary(before, after) {
  const counts = { added: 0, removed: 0 };
  for (const { kind, text } of textDiff(before, after))
    if (kind !== 'same') counts[kind] += text.split(/\s+/u).filter(Boolean).length;
  const said = Object.entries(counts)
    .filter(([, words]) => words > 0)
    .map(([kind, words]) => `${words} ${words === 1 ? 'word' : 'words'} ${kind}`);
  return said.join(', ') || 'Only blanks and line breaks changed';
}
