// What was taken out of a text and what was put in, word by word.

const MOST_CELLS = 250_000; // beyond that the part that differs is shown as taken out and put in again
const WORDS = /\n|[^\S\n]+|\S+/gu;
const AROUND = 80; // characters of what is the same, beside a change

/**
 * Parts of both texts in order: `{kind: 'same' | 'removed' | 'added', text}`. Joined without what was added they
 * are `before`, without what was removed `after`. By the longest common subsequence of words and the gaps between.
 */
export function textDiff(before, after) {
  const [a, b] = [before.match(WORDS) ?? [], after.match(WORDS) ?? []];
  const start = commonStart(a, b);
  const end = commonStart(a.slice(start).reverse(), b.slice(start).reverse());
  const [removed, added] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const changed =
    removed.length * added.length > MOST_CELLS
      ? [...removed.map(part('removed')), ...added.map(part('added'))]
      : aligned(removed, added);
  const same = part('same');
  return joined([...a.slice(0, start).map(same), ...changed, ...a.slice(a.length - end).map(same)]);
}

const part = (kind) => (text) => ({ kind, text });

function commonStart(a, b) {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at += 1;
  return at;
}

function aligned(a, b) {
  const longest = table(a, b);
  const parts = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      parts.push({ kind: 'same', text: a[i] });
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && longest[i + 1][j] >= longest[i][j + 1])) {
      parts.push({ kind: 'removed', text: a[i++] });
    } else {
      parts.push({ kind: 'added', text: b[j++] });
    }
  }
  return parts;
}

/** How many parts a[i...] and b[j...] have in common, at [i][j]. */
function table(a, b) {
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      longest[i][j] =
        a[i] === b[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
  return longest;
}

/** Neighbours of one kind as one part, and what was removed before what stands in its place. */
function joined(parts) {
  const found = [];
  for (const { kind, text } of parts) {
    const last = found.at(-1);
    if (last?.kind === kind) last.text += text;
    else found.push({ kind, text });
  }
  return found;
}

/** The parts with less of what is the same: only what stands beside a change. */
export function shortened(parts) {
  const last = parts.length - 1;
  return parts.map(({ kind, text }, at) => {
    if (kind !== 'same') return { kind, text };
    const head = at === 0 ? '' : text.slice(0, AROUND);
    const tail = at === last ? '' : text.slice(-AROUND);
    const isShort = text.length <= head.length + tail.length;
    return { kind, text: isShort ? text : `${head}\u2026${tail}` };
  });
}
