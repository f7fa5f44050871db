// What is chosen in the form of an export, and what is asked of the server with it.
import { ApiError, explainChange, send } from '../data/api.js';
import { sendOnce } from '../data/once.js';
import { refresh, under } from '../data/sources.js';
import { changed, seat, state } from '../data/state.js';
import { openSheet } from '../ui/navigation.js';
import { bodyOf, missing, wishAgain, wishOfPage, wishOfView } from './export-wish.js';
import { VIEWS } from './export-views.js';

const CHOOSING_MS = 300; // without a further choice, before the rows are counted
const COUNT_TIMEOUT_MS = 60_000; // a large server takes its time

const empty = () => ({ estimate: null, refused: '', busy: false, error: null });
export const form = { of: null, wish: null, ...empty() };
let again = null; // the wish of an export that is to be made anew
let timer = 0;
let asked = 0;

/** Begin anew from another panel, or as another person. */
export function formOf(id) {
  const of = `${seat()} ${id}`;
  if (form.of === of) return;
  const wish = again ?? wishOfPage(VIEWS[id] ? id : 'violations');
  again = null;
  Object.assign(form, { of, wish, ...empty() });
  count();
}

// Left for another address, it begins anew the next time: the panels' filters may be others by then.
addEventListener('hashchange', () => {
  if (!location.hash.startsWith('#export/')) form.of = null;
});

export function choose(changes) {
  form.wish = { ...form.wish, ...changes };
  Object.assign(form, empty());
  count();
  changed();
}

export function chooseFilter(name, value) {
  const filters = { ...form.wish.filters };
  delete filters[name];
  choose({ filters: value ? { ...filters, [name]: value } : filters });
}

export const chooseView = (view) => choose(wishOfView(view, form.wish));

/** Ask how much it comes to, once nothing was chosen for a moment. */
function count() {
  clearTimeout(timer);
  if (missing(form.wish)) return;
  const number = (asked += 1);
  timer = setTimeout(async () => {
    const [estimate, refused] = await estimated(bodyOf(form.wish));
    if (number !== asked) return; // something else was chosen meanwhile
    Object.assign(form, { estimate, refused });
    changed();
  }, CHOOSING_MS);
}

async function estimated(body) {
  try {
    const options = { method: 'POST', body, quiet: true, timeoutMs: COUNT_TIMEOUT_MS };
    return [(await send(under('export/estimate'), options)).data, ''];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [null, reasonOf(error)];
  }
}

const reasonOf = (error) =>
  explainChange(error).replace('Not saved.', 'It cannot be made so.').replaceAll('filters.', '');

/** Whether it can be made as it is chosen. */
export const isPossible = () =>
  !missing(form.wish) &&
  !form.refused &&
  (form.estimate?.formats.includes(form.wish.format) ?? true);

export async function make() {
  if (form.busy || !isPossible()) return;
  Object.assign(form, { busy: true, error: null });
  changed();
  try {
    const { data } = await sendOnce(under('export'), { body: bodyOf(form.wish) });
    refresh('exports', 'exportStorage');
    if (state.sheet?.kind === 'export') openSheet(`export/${data.id}`); // else it is in the list
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    form.error = reasonOf(error);
  } finally {
    form.busy = false;
    changed();
  }
}

/** Show the form with what an earlier export was. */
export function startAgain(made) {
  again = wishAgain(made);
  form.of = null;
  openSheet('export/new');
}
