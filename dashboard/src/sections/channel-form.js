// What is typed into the form of a channel, and what is asked of the server with it.
import { ApiError, explainChange, send } from '../data/api.js';
import { sendOnce } from '../data/once.js';
import { refresh, under } from '../data/sources.js';
import { changed, seat } from '../data/state.js';
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

/** Do one thing at a time with the form of a channel of that kind; what is refused stands at its field. */
async function once(what, kind, run) {
  if (form.busy) return;
  Object.assign(form, { busy: what, error: null, refused: {} });
  changed();
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuse(error, kind);
  } finally {
    form.busy = '';
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
  once('test', kind, async () => {
    const settings = typedSettings(kind.settings, form.settings, !channel);
    const path = channel ? `channels/${channel.id}/test` : 'channels/test';
    const sent = await sendOnce(under(path), {
      body: channel ? { settings } : { settings, kind: kind.kind },
      timeoutMs: TEST_TIMEOUT_MS,
    });
    form.tested = sent.data;
    refresh('channels');
  });

export const save = (channel, kind) =>
  once('save', kind, async () => {
    const settings = typedSettings(kind.settings, form.settings, !channel);
    const body = { ...form.choices };
    if (Object.keys(settings).length > 0 || !channel) body.settings = settings;
    const { data } = channel
      ? await send(under(`channels/${channel.id}`), {
          method: 'PATCH',
          body: { ...body, revision: channel.revision },
        })
      : await send(under('channels'), { method: 'POST', body: { ...body, kind: kind.kind } });
    saved(data, !channel);
  });

function saved(data, isNew) {
  const { channel, place } = data;
  refresh('channels');
  say({
    words: `${isolated(channel.name)} was saved.${place ? ` It posts to ${isolated(place.name)}.` : ''}`,
    tone: 'good',
  });
  tell(data);
  if (form.told && isNew) openSheet(`channel/${channel.id}`);
  else if (!form.told) closeSheet();
}

/** What is told once: a fresh signing secret, and what the server warns of. */
function tell({ channel, signing_secret: secret, warnings }) {
  const hasNews = secret || warnings.length > 0;
  Object.assign(form, {
    ...empty(),
    of: null,
    told: hasNews ? { seat: seat(), id: channel.id, secret, warnings } : null,
  });
}

export const rotate = (channel) =>
  once('rotate', null, async () => {
    const { data } = await send(under(`channels/${channel.id}/rotate-secret`), { method: 'POST' });
    tell(data);
    refresh('channels');
  });

export const remove = (channel) =>
  once('remove', null, async () => {
    await send(under(`channels/${channel.id}`), { method: 'DELETE' });
    say({ words: `${isolated(channel.name)} was removed.`, tone: 'good' });
    refresh('channels');
    closeSheet();
  });

export function forgetTold() {
  form.told = null;
  changed();
}
