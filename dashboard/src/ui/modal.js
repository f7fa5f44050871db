// Opens a <dialog> as modal once it is in the document, and gives the focus back when it goes.

/** A callback for lit-html's `ref`. */
export function modal() {
  let returnTo = null;
  return (dialog) => {
    if (dialog) {
      returnTo ??= [...outwards(document.activeElement)];
      queueMicrotask(() => dialog.isConnected && !dialog.open && dialog.showModal());
    } else {
      const places = returnTo ?? [];
      returnTo = null;
      // The page is drawn on before the focus moves: the element may have gone as well.
      queueMicrotask(() => !document.querySelector('dialog:modal') && focusFirst(places));
    }
  };
}

/** An element and all that it lies in: what opened the dialog may go meanwhile, as a row of a list does. */
function* outwards(element) {
  for (let each = element; each; each = each.parentElement) yield each;
}

function focusFirst(places) {
  for (const place of places) {
    if (place.isConnected) place.focus({ preventScroll: true });
    if (document.activeElement === place) return;
  }
}
