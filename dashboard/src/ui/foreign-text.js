// Text that members, bots and people of a server wrote. It turns nothing around it, and is never invisible.

const UNSEEN = /^[\p{Z}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]*$/u;
const NAMED = 3; // so many of its characters are named where none can be seen

export const isUnseen = (text) => UNSEEN.test(text);

/** The text, or the names of its characters where none of them can be seen. */
function seen(text) {
  const characters = [...text];
  if (!isUnseen(text)) return text;
  if (characters.length === 0) return '(empty)';
  const names = characters
    .slice(0, NAMED)
    .map((each) => `U+${each.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
  return `(${names.join(' ')}${characters.length > NAMED ? ' …' : ''})`;
}

/** The text with every isolate closed that it opens, and none that it did not open. */
function closed(text) {
  let open = 0;
  const kept = text.replace(/[\u2066-\u2069]/g, (mark) => {
    if (mark !== '\u2069') open += 1;
    else if (open === 0) return '';
    else open -= 1;
    return mark;
  });
  return kept + '\u2069'.repeat(open);
}

/** For an element of its own; see `foreign` in widgets.js. */
export const shownText = (text) => closed(seen(String(text)));

/** For a plain string with other words in it: a title, a label, a toast. A line break would end the isolation. */
export const isolated = (text) =>
  `\u2068${shownText(text).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}\u2069`;
