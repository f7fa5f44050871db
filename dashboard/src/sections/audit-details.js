// What an entry of the audit log says of a change: the people and things by name, what was before and after.
import { html } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { shortened, textDiff } from '../ui/text-diff.js';
import { foreign } from '../ui/widgets.js';
import { inWords } from './audit-parts.js';
import { byName, sidesNamed, subject } from './audit-subjects.js';

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
  mention_role: 'role it mentions',
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

/** All that an entry says; `roles` are names of Discord's roles by id. */
export function details(entry, roles) {
  const { details: kept, action } = entry;
  if (kept === null || typeof kept !== 'object') return foreign(told(kept));
  const given = inWords(action, kept);
  const isElsewhere = (one) => one.id === given.token_id || sidesNamed(given, [one]) !== null;
  const facts = [
    ...entry.about.filter((one) => !isElsewhere(one)).map(subject),
    ...plain(given, entry.about),
  ];
  if ('after' in given || 'before' in given) facts.push(change(given, entry, roles));
  return facts.map((fact) => html`<div>${fact}</div>`);
}

const ROLES = new Set(['mod_role_id', 'mention_role']); // of Discord, by id
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
  const named = sidesNamed({ before, after }, about);
  if (named) return html`${CHANGED[action]}: ${byName(named)}`;
  return html`${CHANGED[action] ? `${CHANGED[action]}: ` : ''}${fromTo(before, after)}`;
}

const isParts = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function eachPart(before, after, about, roles) {
  const value = (side, name) => side?.[name] ?? null;
  const shown = (name, id) => (ROLES.has(name) && roles?.get(id)) || id;
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
