// What is typed into the form of a report, and what is asked of the server with it.
import { ApiError, explainChange, send } from '../data/api.js';
import { sendOnce } from '../data/once.js';
import { patch } from '../data/reads.js';
import { path, refresh, source, under } from '../data/sources.js';
import { changed, seat, state } from '../data/state.js';
import { isolated } from '../ui/foreign-text.js';
import { closeSheet, openSheet } from '../ui/navigation.js';
import { say } from '../ui/toasts.js';
import { plural } from '../ui/words.js';
import { forgetPreview } from './report-preview.js';
import { refusedOf } from './report-words.js';
import { bodyOf, changesOf, newWish, wishOf } from './report-wish.js';

const STALE = 412;
const empty = () => ({ edits: {}, busy: '', error: null, refused: {} });
export const form = { of: null, secret: null, ...empty() };

// A secret is for the one who asked for it, and only as long as they are here.
addEventListener('modwatch:left', () =>
  Object.assign(form, { of: null, secret: null, ...empty() }),
);

/** Begin anew with another report, or another person. */
export function formOf(id) {
  const of = `${seat()} ${id}`;
  if (form.of === of) return;
  Object.assign(form, { of, secret: null, ...empty() });
  forgetPreview();
}

/** What the form shows: the report as it is stored, or a new one, with what was typed on top. */
export const wishNow = (report) =>
  report
    ? wishOf(report, form.edits)
    : { ...newWish(source('config').data?.timezone, firstKind()), ...form.edits };

/** Mail, where this Modwatch sends any. */
const firstKind = () => (unavailable('email') ? 'discord' : 'email');

/** Why nothing can be sent to this kind of target here; null where it can. */
export const unavailable = (kind) =>
  source('channels').data?.kinds.find((each) => each.kind === kind)?.unavailable ?? null;

export function type(changes) {
  form.edits = { ...form.edits, ...changes };
  form.refused = {};
  changed();
}

export const isDirty = () => Object.keys(form.edits).length > 0;

/**
 * Do one thing at a time; what is refused stands at its field. `run` is given what tells whether the reader is still at
 * that form when an answer comes.
 */
async function once(what, run) {
  if (form.busy) return;
  const { of } = form;
  const isHere = () => form.of === of;
  Object.assign(form, { busy: what, error: null, refused: {} });
  changed();
  try {
    await run(isHere);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isHere()) refuse(error);
    else if (state.session === 'in') say({ words: explainChange(error), tone: 'high' });
  } finally {
    if (isHere()) form.busy = '';
    refresh('schedules');
    changed();
  }
}

function refuse(error) {
  form.refused = refusedOf(error.fields);
  const named = Object.entries(form.refused);
  if (error.status === STALE)
    form.error =
      'Not saved: somebody changed this report meanwhile. What is true now is shown, with your changes on top; check them and save again.';
  else if (named.length > 0)
    form.error = `Not saved. ${named.map(([name, words]) => `${name.replaceAll('_', ' ').replace(/^delivery \d+ ?/, '')} ${words}`.trim()).join('; ')}.`;
  else form.error = explainChange(error);
}

export const save = (report) =>
  once('save', async (isHere) => {
    const wish = wishNow(report);
    const { data } = report
      ? await send(under(`schedules/${report.id}`), {
          method: 'PATCH',
          body: { ...changesOf(wish, form.edits), version: report.version },
        })
      : await sendOnce(under('schedules'), { body: bodyOf(wish) });
    if (isHere()) Object.assign(form, empty());
    const { schedule, warnings } = data;
    shownAs(schedule);
    say({ words: `${isolated(schedule.name)} was saved.`, tone: 'good' });
    for (const words of warnings) say({ words, tone: 'medium', shownMs: 10_000 });
    if (!report && isHere() && isOpen()) openSheet(`schedule/${schedule.id}`);
  });

const isOpen = () => state.sheet?.kind === 'schedule';

/** At once: the next change is based on this version, and not on the one before. */
const shownAs = (schedule) =>
  patch(path('schedules'), (answer) => ({
    ...answer,
    schedules: answer.schedules.map((each) => (each.id === schedule.id ? schedule : each)),
  }));

export const setEnabled = (report, enabled) =>
  once('enable', async () => {
    const body = { enabled, version: report.version };
    const { data } = await send(under(`schedules/${report.id}`), { method: 'PATCH', body });
    shownAs(data.schedule);
    say({ words: `${isolated(report.name)} ${enabled ? 'goes on' : 'is paused'}.`, tone: 'good' });
  });

/** Have one made now, `how` being "run" or "test". */
export const start = (report, how) =>
  once(how, async () => {
    await sendOnce(under(`schedules/${report.id}/${how}`));
    say({
      words: how === 'test' ? 'A test is on its way.' : 'The report is on its way.',
      tone: 'good',
    });
    refresh('runs');
  });

export const remove = (report) =>
  once('remove', async (isHere) => {
    await send(under(`schedules/${report.id}`), { method: 'DELETE' });
    say({ words: `${isolated(report.name)} was removed.`, tone: 'good' });
    if (isHere() && isOpen()) closeSheet();
  });

export const rotate = (report, targetId) =>
  once('rotate', async (isHere) => {
    const path = under(`schedules/${report.id}/delivery/${targetId}/rotate-secret`);
    const { data } = await send(path, { method: 'POST' });
    if (isHere()) form.secret = data.signing_secret;
  });

export const resend = (report, sent, mayRepeat) =>
  once('resend', async () => {
    const path = under(`schedules/${report.id}/deliveries/${sent.id}/resend`);
    await sendOnce(path, { body: { may_repeat: mayRepeat } });
    say({ words: 'It is sent once more.', tone: 'good' });
    refresh('runs');
  });

export const forgetRuns = (report) =>
  once('forget', async () => {
    const { data } = await send(under(`schedules/${report.id}/runs`), { method: 'DELETE' });
    say({ words: `${plural(data.forgotten, 'run')} deleted from the record.`, tone: 'good' });
    refresh('runs');
  });

export function forgetSecret() {
  form.secret = null;
  changed();
}
