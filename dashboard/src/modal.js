// Opens a <dialog> as modal once it is in the document, and gives the focus back when it goes.

/** A callback for lit-html's `ref`. */
export function modal() {
  let returnTo = null;
  return (dialog) => {
    if (dialog) {
      returnTo ??= document.activeElement;
      queueMicrotask(() => dialog.isConnected && !dialog.open && dialog.showModal());
    } else {
      const target = returnTo;
      returnTo = null;
      // The page is drawn on before the focus moves: the element may have gone as well.
      queueMicrotask(() => target?.isConnected && !document.querySelector('dialog:modal') && target.focus({ preventScroll: true }));
    }
  };
}
