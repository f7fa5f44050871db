// How far down the reader was in each sheet of the history: one sheet leads to another, and Back to where one was.
const ENDS = ['wheel', 'touchstart', 'pointerdown', 'keydown']; // the reader goes on

const tops = new Map();
let top = 0; // where the reader is to stand in the sheet that comes
let letGo = () => {};

const dialog = () => document.querySelector('dialog.sheet');

/** Remember where the reader was in this entry of the history. */
export function leaveSheet(entry) {
  if (dialog()) tops.set(entry, dialog().scrollTop);
}

/** The sheet that comes is one that the reader comes back to, or begins at its top. */
export function comeToSheet(entry) {
  top = tops.get(entry) ?? 0;
}

/** Stand there, also when it grows to its length only now, until the reader goes on. */
export function standInSheet() {
  letGo();
  const sheet = dialog();
  if (!sheet) return;
  const stand = () => sheet.scrollTo({ top, behavior: 'instant' });
  stand();
  if (top === 0) return;
  const growing = new ResizeObserver(stand);
  growing.observe(sheet.firstElementChild);
  letGo = () => {
    growing.disconnect();
    ENDS.forEach((type) => removeEventListener(type, letGo, true));
  };
  ENDS.forEach((type) => addEventListener(type, letGo, { capture: true, passive: true }));
}
