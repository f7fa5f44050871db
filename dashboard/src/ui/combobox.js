// A combobox: type a name, and choose from what is found, by keys, mouse or finger.
import { html, nothing } from 'lit-html';
import { changed } from '../data/state.js';
import { stepped, withTypedId } from './combobox-keys.js';
import { plural } from './words.js';
import { foreign } from './widgets.js';

const TYPING_MS = 200;
const LOOKING = 'Looking';

let isPressed = false;
for (const name of ['pointerdown', 'pointerup', 'pointercancel'])
  addEventListener(name, () => (isPressed = name === 'pointerdown'), true);

/** Once nothing is pressed, and what was pressed has heard of it. */
function whenReleased(then) {
  if (!isPressed) return setTimeout(then);
  const end = new AbortController();
  const released = () => {
    end.abort();
    setTimeout(then);
  };
  for (const name of ['pointerup', 'pointercancel'])
    addEventListener(name, released, { signal: end.signal });
}

export class Combobox {
  text = '';
  open = false;
  active = -1;
  options = [];
  chosen = null;
  note = LOOKING;
  #kept = null;
  #turn = 0;
  #timer = 0;

  /**
   * `find(text)` promises `{options, note}`: options are `{key, label, detail, picture}`, the note says what is amiss.
   * `noun` is what is chosen; `pick(option)` hears of a choice, null when the box was emptied.
   */
  constructor({ id, noun, find, pick = () => {} }) {
    Object.assign(this, { id, noun, find, pick });
  }

  /** What is chosen, told from outside; null for nothing. */
  set(option) {
    clearTimeout(this.#timer);
    this.#turn += 1; // what was looked for before may be of another server
    this.#kept = option;
    const closed = { open: false, active: -1, options: [], note: LOOKING };
    Object.assign(this, { chosen: option, text: option?.label ?? '', ...closed });
  }

  draw({ describedBy, placeholder, required = false } = {}) {
    const active = this.open && this.active >= 0 ? `${this.id}-${this.active}` : nothing;
    return html`<div class="combobox" @focusout=${(event) => this.#leave(event)}>
      <input class="input" id=${this.id} role="combobox" aria-expanded=${this.open} aria-controls="${this.id}-list" aria-autocomplete="list" aria-activedescendant=${active}
        aria-describedby=${describedBy ?? nothing} placeholder=${placeholder ?? nothing} autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="100" ?required=${required}
        .value=${this.text} @input=${(event) => this.#type(event.target.value)} @keydown=${(event) => this.#press(event)} @click=${() => this.#show()}>
      <ul class="combobox-list" role="listbox" id="${this.id}-list" aria-label="Found: ${this.noun}s" ?hidden=${!this.open}>
        ${this.options.map((option, at) => this.#option(option, at))}
        ${this.open && this.note ? html`<li class="small muted combobox-note" role="presentation">${this.note}</li>` : nothing}
      </ul>
      <span class="hidden" role="status">${this.open ? plural(this.options.length, this.noun) : ''}</span>
    </div>`;
  }

  #option(option, at) {
    // A press must not take the focus away: the list would close under it.
    const keep = (event) => event.preventDefault();
    return html`<li class="combobox-option" role="option" id="${this.id}-${at}" aria-selected=${at === this.active} @pointerdown=${keep} @click=${() => this.#choose(option)}>
      ${option.picture ?? nothing}<span class="cut">${foreign(option.label)}</span>${option.detail ? html`<span class="cut small muted">${foreign(option.detail)}</span>` : nothing}
    </li>`;
  }

  #type(text) {
    const [typed = null] = withTypedId([], text, this.noun); // a whole id needs no list
    Object.assign(this, { text, chosen: typed, open: true, active: -1 });
    if (typed || !text) {
      this.#kept = typed;
      this.pick(typed);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), TYPING_MS);
    changed();
  }

  #show() {
    if (this.open) return;
    this.open = true;
    this.#look();
    changed(); // the answer may take a while
  }

  async #look() {
    const turn = ++this.#turn;
    const asked = this.text === this.chosen?.label ? '' : this.text.trim();
    const { options, note } = await this.find(asked);
    if (turn !== this.#turn) return; // more was typed meanwhile
    this.options = withTypedId(options, asked, this.noun);
    const last = this.options.length - 1;
    this.active = asked ? Math.min(Math.max(this.active, 0), last) : -1;
    this.note = note ?? (this.options.length > 0 ? '' : `No ${this.noun} is found.`);
    changed();
    if (this.open) this.#keepInView(`${this.id}-list`); // it may begin below the window
  }

  #press(event) {
    const { open, active, options } = this;
    const next = stepped(event.key, { open, active, count: options.length });
    if (!next) return;
    event.preventDefault();
    event.stopPropagation(); // Escape closes the list, not what it lies in
    if (next.choose) return this.#choose(options[active]);
    if (next.open && !open) {
      this.active = next.active;
      return this.#show();
    }
    Object.assign(this, next);
    changed();
    this.#keepInView(`${this.id}-${this.active}`);
  }

  /** Once it is drawn. */
  #keepInView(id) {
    queueMicrotask(() => document.getElementById(id)?.scrollIntoView({ block: 'nearest' }));
  }

  #choose(option) {
    this.set(option);
    this.pick(option);
    changed();
  }

  #leave(event) {
    if (event.currentTarget.contains(event.relatedTarget)) return;
    clearTimeout(this.#timer);
    const turn = (this.#turn += 1);
    const close = () => {
      if (turn !== this.#turn) return; // it was gone back to
      // What was begun and not chosen does not stand where a choice does.
      if (this.#kept && !this.chosen) this.set(this.#kept);
      Object.assign(this, { open: false, active: -1 });
      changed();
    };
    // The list takes room: were it to close under a press, the button pressed would move away from it.
    whenReleased(close);
  }
}
