// What a browser has and Node has not, as far as the scripts under test touch it. Imported before them.
import { setMaxListeners } from 'node:events';

const page = new EventTarget();
const stored = () => {
  const items = new Map();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => items.set(name, String(value)),
    removeItem: (name) => items.delete(name),
  };
};

globalThis.document = Object.assign(new EventTarget(), {
  baseURI: 'https://modwatch.test/',
  hidden: false,
  documentElement: { dataset: {} },
  getElementById: () => null,
  createTreeWalker: () => ({}), // lit-html makes one when it is loaded
});
globalThis.location = new URL(document.baseURI);
globalThis.history = {
  state: null,
  replaceState(state, _, address) {
    this.state = state;
    if (address !== undefined) visit(address);
  },
};
// Newer versions of Node have storage of their own, which is not to be assigned to.
for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(globalThis, name, { value: stored(), configurable: true });
}
globalThis.matchMedia = () => Object.assign(new EventTarget(), { matches: false });
globalThis.ResizeObserver = class {
  observe() {}
};
globalThis.window = globalThis;
for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) {
  globalThis[name] = page[name].bind(page);
}
/** Node's own would keep the process from ending. */
globalThis.MessageChannel = class {
  port1 = { onmessage: null };
  port2 = { postMessage: (data) => setImmediate(() => this.port1.onmessage({ data })) };
};
/** One browser, in which this page is the only one: `heardElsewhere` is what it tells the others. */
export const heardElsewhere = [];
globalThis.BroadcastChannel = class {
  postMessage(data) {
    heardElsewhere.push(data);
  }
};
globalThis.requestAnimationFrame = (draw) => setTimeout(draw);
setMaxListeners(50, page);

/** Be at `address`, without loading anything. */
export function visit(address) {
  globalThis.location = new URL(address, globalThis.location);
  document.baseURI = location.href;
}

/** Tell the page of something, as the browser does. */
export const happens = (name) => dispatchEvent(new Event(name));
