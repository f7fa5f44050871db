// What keys do in a combobox. Source: WAI-ARIA Authoring Practices, "Editable Combobox With List Autocomplete".

/**
 * Where a key leads: `{open, active}`, with `choose` where it takes the active option. Null: the key is not ours.
 * `active` is the place of the option that Enter takes, -1 for none.
 */
export function stepped(key, { open, active, count }) {
  if (key === 'Escape') return open ? { open: false, active: -1 } : null;
  if (key === 'Enter') return open && active >= 0 ? { open: false, active, choose: true } : null;
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
  if (!open || count === 0) return { open: true, active: count > 0 ? 0 : -1 };
  const step = key === 'ArrowDown' ? 1 : -1;
  return { open: true, active: (Math.max(active, step < 0 ? 0 : -1) + step + count) % count };
}

const AN_ID = /^[0-9]{15,20}$/;

/** What there is to choose from, with the id itself where somebody typed one that is not among it. */
export function withTypedId(options, text, noun) {
  const id = text.trim();
  if (!AN_ID.test(id) || options.some(({ key }) => key === id)) return options;
  return [...options, { key: id, label: `The ${noun} with the id ${id}` }];
}
