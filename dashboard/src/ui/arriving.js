// A script of its own that comes when it is first wanted, so that the first figures do not wait for it.
import { changed } from '../data/state.js';

/** `load()` imports it. `it` is what it exports once it is there; `failed` says that it will not come. */
export function arriving(load) {
  let asked = null;
  const script = { it: null, failed: false, isAsked: () => asked !== null, ask };
  /** Ask for it, once; the page is drawn again when it is there. */
  function ask() {
    asked ??= load()
      .then(
        (it) => (script.it = it),
        () => (script.failed = true),
      )
      .then(changed);
    return asked;
  }
  return script;
}
