// What is typed into the form of a channel, and what is asked of the server with it.
import { ApiError, explainChange, send } from '../data/api.js';
import { sendOnce } from '../data/once.js';
import { refresh, under } from '../data/sources.js';
import { changed, seat, state } from '../data/state.js';
import { isolated } from '../ui/foreign-text.js';
import { closeSheet, openSheet } from '../ui/navigation.js';
import { say } from '../ui/toasts.js';
import { refusedFields, typedSettings } from './channel-words.js';

const TEST_TIMEOUT_MS = 25_000; // the server waits up to 15 s for the provider

const empty = () => ({
  kind: 'discord',
  settings: {}, // as typed, by name
  choices: {}, // as the API takes them
  busy: '',
  error: null,
  refused: {},
  tested: null,
});
export const form = { of: null, told: null, ...empty() };

// A secret is for the one who asked for it, and only as long as they are here.
addEventListener('modwatch:left', () => Object.assign(form, { of: null, told: null, ...empty() }));

/** Begin anew with another channel, or another person. */
export function formOf(id) {
  const of = `${seat()} ${id}`;
  if (form.of === of) return;
  const told = form.told?.seat === seat() ? form.told : null; // kept until it was said to be had
  Object.assign(form, { of, told, ...empty() });
}

export function type(where, name, value) {
  form[where] = { ...form[where], [name]: value };
  Object.assign(form, { tested: null, refused: { ...form.refused, [name]: undefined } });
  changed();
}

export function chooseKind(kind) {
  Object.assign(form, { ...empty(), kind, choices: form.choices });
  changed();
}

export const isDirty = () =>
  Object.keys(form.settings).length + Object.keys(form.choices).length > 0;

/**
 * Do one thing at a time with the form of a channel of that kind; what is refused stands at its field. `run` is given
 * what tells whether the reader is still at that form when an answer comes.
 */
async function once(what, kind, run) {
  if (form.busy) return;
  const { of } = form;
  const isHere = () => form.of === of;
  Object.assign(form, { busy: what, error: null, refused: {} });
  changed();
  try {
    await run(isHere);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isHere()) refuse(error, kind);
    else if (state.session === 'in') say({ words: explainChange(error), tone: 'high' });
  } finally {
    if (isHere()) form.busy = '';
    changed();
  }
}

/** What the reader sees a field called. */
const labelOf = (kind, name) =>
  kind?.settings.find((field) => field.name === name)?.label ?? name.replaceAll('_', ' ');

function refuse(error, kind) {
  form.refused = refusedFields(error.fields);
  const hasFields = Object.keys(form.refused).length > 0;
  if (error.status === 409) {
    refresh('channels');
    form.error = `Not saved: ${error.message}. What is true now is shown, with your changes on top; check them and save again.`;
  } else
    form.error = hasFields
      ? `Not done. ${Object.entries(form.refused)
          .map(([name, words]) => `${labelOf(kind, name)}: ${words}`)
          .join('; ')}.`
      : explainChange(error);
}

/** Send a test with what is typed now, saved or not; the answer is the provider's own. */
export const sendTest = (channel, kind) =>
  once('test', kind, async (isHere) => {
    const settings = typedSettings(kind.settings, form.settings, !channel);
    const path = channel ? `channels/${channel.id}/test` : 'channels/test';
    const sent = await sendOnce(under(path), {
      body: channel ? { settings } : { settings, kind: kind.kind },
      timeoutMs: TEST_TIMEOUT_MS,
    });
    if (isHere()) form.tested = sent.data;
    refresh('channels');
  });

export const save = (channel, kind) =>
  once('save', kind, async (isHere) => {
    const settings = typedSettings(kind.settings, form.settings, !channel);
    const body = { ...form.choices };
    if (Object.keys(settings).length > 0 || !channel) body.settings = settings;
    const { data } = channel
      ? await send(under(`channels/${channel.id}`), {
          method: 'PATCH',
          body: { ...body, revision: channel.revision },
        })
      : await send(under('channels'), { method: 'POST', body: { ...body, kind: kind.kind } });
    saved(data, !channel, isHere());
  });

function saved(data, isNew, isHere) {
  const { channel, place } = data;
  refresh('channels');
  say({
    words: `${isolated(channel.name)} was saved.${place ? ` It posts to ${isolated(place.name)}.` : ''}`,
    tone: 'good',
  });
  tell(data, isHere);
  if (!isHere || !isOpen()) return;
  if (form.told && isNew) openSheet(`channel/${channel.id}`);
  else if (!form.told) closeSheet();
}

const isOpen = () => state.sheet?.kind === 'channel';

/** What is told once: a fresh signing secret, and what the server warns of. It waits for who is elsewhere by now. */
function tell({ channel, signing_secret: secret, warnings }, isHere) {
  const hasNews = secret || warnings.length > 0;
  const told = hasNews ? { seat: seat(), id: channel.id, secret, warnings } : null;
  if (isHere) Object.assign(form, { ...empty(), of: null, told });
  else form.told = told ?? form.told;
}

export const rotate = (channel) =>
  once('rotate', null, async (isHere) => {
    const { data } = await send(under(`channels/${channel.id}/rotate-secret`), { method: 'POST' });
    tell(data, isHere());
    refresh('channels');
  });

export const remove = (channel) =>
  once('remove', null, async (isHere) => {
    await send(under(`channels/${channel.id}`), { method: 'DELETE' });
    say({ words: `${isolated(channel.name)} was removed.`, tone: 'good' });
    refresh('channels');
    if (isHere() && isOpen()) closeSheet();
  });

export function forgetTold() {
  form.told = null;
  changed();
}
