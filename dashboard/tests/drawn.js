// What a template says: its own words and those put into it, without its marks.
export function wordsOf(drawn) {
  if (Array.isArray(drawn)) return drawn.map(wordsOf).join(' ').trim();
  if (!drawn?.strings) return ['string', 'number'].includes(typeof drawn) ? String(drawn) : '';
  const said = drawn.strings.reduce(
    (all, part, at) => all + (/=["']?$/.test(all) ? '' : wordsOf(drawn.values[at - 1])) + part,
  );
  return said
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** All functions that a template was given, in their order: what its buttons do. */
export function handlersOf(drawn) {
  if (typeof drawn === 'function') return [drawn];
  const [items, , template] = drawn?._$litDirective$ ? drawn.values : []; // of a `repeat`
  if (Array.isArray(items)) return items.map(template).flatMap(handlersOf);
  return (Array.isArray(drawn) ? drawn : (drawn?.values ?? [])).flatMap(handlersOf);
}
