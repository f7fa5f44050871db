// The WebSocket side of the contract: subscribe, resume from the last position, ping, reconnect.
// Knows nothing of the page; `heard(event)` gets each event once and in order.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const PING_MS = 2500; // a reader who looks hears within 5 s that the server is gone
const DOUBT_MS = 2000;
const HIDDEN_PING_MS = 25_000;
const SILENCE_MS = 10_000;
const STEADY_MS = 5000; // a connection that lasts this long ends the backoff

export const CLOSED = {
  restarting: 1012,
  signedOut: 4001,
  noRole: 4003,
  tooSlow: 4008,
  tooMany: 4029,
};

/** Milliseconds before try number `tries` (1, 2, ...): 1 s doubling to 60 s, of which half is left to chance. */
export function waitMs(tries, random = Math.random()) {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)) * (0.5 + random / 2);
}

/** "epoch:offset" as two parts; offsets are numbers within one epoch. */
function position(text) {
  const [epoch, offset] = String(text).split(':');
  return { epoch, offset: Number(offset) };
}

export class Live {
  #guildId = null;
  #socket = null;
  #last = null; // position of the last event heard
  #tries = 0;
  #timers = {};
  #doubted = false;

  /** `told` are `{heard(event), subscribed({recovered}), away(), silent(), answered(), signedOut(), noRole(guildId)}`. */
  constructor(url, told, { pingMs = PING_MS, doubtMs = DOUBT_MS } = {}) {
    Object.assign(this, { pingMs, doubtMs });
    this.url = url;
    this.told = told;
    addEventListener('online', () => this.#soon());
    // Without a network nothing arrives, though it takes a while until the connection shows it.
    addEventListener('offline', () => this.#socket && this.#closed(0));
    addEventListener('pageshow', (event) => event.persisted && this.#soon());
    addEventListener('pagehide', () => this.#drop());
  }

  /** Hear of this guild, and of no other; null ends it. */
  watch(guildId) {
    if (guildId === this.#guildId) return;
    if (this.#guildId && this.#isOpen())
      this.#say({ type: 'unsubscribe', guild_id: this.#guildId });
    this.#guildId = guildId;
    this.#last = null;
    if (!guildId) this.#drop();
    else if (this.#isOpen()) this.#subscribe();
    else this.#soon();
  }

  #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #soon() {
    if (!this.#guildId || this.#isOpen()) return;
    this.#tries = 0;
    this.#connect();
  }

  #connect() {
    this.#drop();
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.onopen = () => this.#subscribe();
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => this.#socket === socket && this.#closed(code);
  }

  #drop() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #say(message) {
    if (this.#isOpen()) this.#socket.send(JSON.stringify(message));
  }

  #subscribe() {
    const since = this.#last ? { since: this.#last } : {};
    this.#say({ type: 'subscribe', guild_id: this.#guildId, ...since });
    this.#listen();
  }

  /** Ask for a sign of life when nothing was heard for a while; soon it is said that none came, later the connection is dead. */
  #listen() {
    for (const name of ['ping', 'doubt', 'silence']) clearTimeout(this.#timers[name]);
    if (this.#doubted) this.told.answered();
    this.#doubted = false;
    this.#timers.ping = setTimeout(
      () => this.#ask(),
      document.hidden ? HIDDEN_PING_MS : this.pingMs,
    );
  }

  #ask() {
    this.#say({ type: 'ping' });
    this.#timers.doubt = setTimeout(() => {
      this.#doubted = true;
      this.told.silent();
    }, this.doubtMs);
    this.#timers.silence = setTimeout(() => this.#closed(0), SILENCE_MS);
  }

  #take(text) {
    this.#listen();
    const message = JSON.parse(text);
    if (message.type === 'ping') this.#say({ type: 'pong' });
    if (message.guild_id !== this.#guildId) return;
    if (message.type === 'subscribed') this.#begin(message);
    else if (message.id) this.#pass(message);
  }

  #begin({ position: at, recovered }) {
    const resumed = this.#last !== null && recovered;
    // Missed events follow with their own positions; without them, what comes next starts here.
    if (!resumed) this.#last = at;
    this.#timers.steady = setTimeout(() => (this.#tries = 0), STEADY_MS);
    this.told.subscribed({ recovered: resumed });
  }

  #pass(event) {
    const [now, before] = [position(event.id), position(this.#last)];
    if (now.epoch === before.epoch && now.offset <= before.offset) return;
    this.#last = event.id;
    this.told.heard(event);
  }

  #closed(code) {
    this.#drop();
    this.#doubted = false;
    this.told.away();
    // Perhaps of one who logged in anew, in another tab: until it is known who reads, it is tried again as ever.
    if (code === CLOSED.signedOut) this.told.signedOut();
    if (code === CLOSED.noRole) {
      const lost = this.#guildId;
      this.#guildId = null;
      return this.told.noRole(lost);
    }
    this.#tries += 1;
    const delayMs = code === CLOSED.tooMany ? LONGEST_WAIT_MS : waitMs(this.#tries);
    this.#timers.again = setTimeout(() => this.#connect(), delayMs);
    return undefined;
  }
}
