/* The conversation as this browser knows it: what was said, what waits to be sent, who is there. Draws nothing.

   write -> waiting (localStorage) -> deliver, oldest first, with back-off -> acknowledged -> the server's own copy replaces it
   stream (one tab) -> apply -> the other tabs */
import { Refused } from "./net.js";
import { hmac } from "./sha256.js";

const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
const nameOf = (item) => `out:${item.order}:${item.id}`;
const passing = ["session", "clock", "token", "puzzle"]; // refusals after which a new session helps

export class Chat extends EventTarget {
  constructor(look, net, store, tabs) {
    super();
    Object.assign(this, { look, net, store, tabs });
    this.messages = new Map(); // by the server's id
    this.waiting = new Map(); // by our id: not yet confirmed by the server's copy
    this.presence = { open: true };
    this.contact = store.get("contact");
    this.seen = store.get("seen") || "";
    this.user = null; // the token, or a function that gives one
    this.known = {}; // what a token said of name and address
    this.online = navigator.onLine;
    this.language = "en";
    this.watched = false; // the panel is open and looked at
    this.tries = 0;
    this.counter = 0;
  }

  changed(what = "change", detail = null) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  /** Takes up what an earlier page left. */
  async begin() {
    this.net.session = this.store.get("session");
    this.load();
    window.addEventListener("online", () => { this.online = true; this.tries = 0; this.changed(); this.flush(); this.listen(); });
    window.addEventListener("offline", () => { this.online = false; this.changed(); });
    this.tabs.elect(() => this.listen(), () => this.hush());
    if (this.net.session || this.waiting.size) await this.refresh();
    this.flush();
  }

  load() {
    for (const item of this.store.all("out:"))
      if (this.hasClient(item.id) || (item.sent && Date.now() - item.order > 864e5)) this.store.remove(nameOf(item)); // the server has it
      else if (this.mine(item) && !item.hidden) this.waiting.set(item.id, item);
  }

  mine(item) {
    return !item.visitor || item.visitor === this.net.session?.v;
  }

  // Session ---------------------------------------------------------------------------------------------------------------

  /** Asks for who is there, and for the timeline where there is a session. */
  async refresh(more = {}) {
    const before = this.net.session;
    try {
      const answer = await this.net.hello({ lang: this.language, ...more });
      this.keep(before);
      this.presence = answer.presence;
      this.sync(answer.timeline);
      this.reached(true);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) this.reached(false);
      else if (error.word === "origin") console.warn(`Oase web chat: ${error.why}`);
      this.refusal = error;
      this.changed();
      return false;
    }
  }

  /** Remembers the session; a signed-in user's only in this page, because the site says on each page who is signed in. */
  keep(before) {
    const session = this.net.session;
    if (!session) this.store.remove("session");
    else if (session.v[0] === "v") {
      this.store.set("session", session);
      if (before?.v !== session.v) this.tabs.tell({ session });
    }
    if (before && before.v !== session?.v) {
      this.messages.clear();
      this.waiting.clear();
      this.load();
      this.hush();
    }
    if (session && this.tabs.leads) this.listen();
  }

  /** A session to write with; made at the first word. */
  ensure() {
    this.net.session ||= this.store.get("session"); // another tab may have been faster
    if (this.net.session && this.net.session.u * 1000 > this.net.now()) return Promise.resolve(true);
    this.making ||= this.renew({ make: true }).finally(() => { this.making = null; });
    return this.making;
  }

  /** Asks anew; a signed-in user needs a new token for that. */
  async renew(more = {}) {
    if (this.net.session?.v[0] === "u") {
      if (typeof this.user === "function") return this.identify(this.user);
      this.changed("expired");
      return false;
    }
    return (await this.refresh(more)) && (!more.make || Boolean(this.net.session));
  }

  /** Says who is signed in: a token of the company's server, or a function that fetches one. */
  async identify(user) {
    this.user = user;
    const former = this.net.session?.v[0] === "v" ? this.net.session : this.store.get("session");
    let token;
    try {
      token = typeof user === "function" ? await user() : user;
    } catch (error) {
      console.warn("Oase.identify: the function that gives the token failed.", error);
    }
    if (!token) return false;
    if (!(await this.refresh({ user: token }))) {
      if (this.refusal.word === "token") console.warn(`Oase.identify: ${this.refusal.why}`);
      if (this.refusal.word === "token") this.changed("expired");
      return false;
    }
    this.known = claims(this.net.session.w);
    if (former && former.v !== this.net.session.v) await this.takeAlong(former);
    this.flush();
    return true;
  }

  /** What was written anonymously belongs to the signed-in user from now on. */
  async takeAlong(former) {
    const s = hmac(former.key, `identify\n${this.net.session.v}`);
    try {
      await this.net.deliver({ type: "identify", v: former.v, u: former.u, s, n: Date.now() });
      for (const item of this.store.all("out:"))
        if (item.visitor === former.v) { item.visitor = this.net.session.v; this.store.set(nameOf(item), item); }
      this.store.remove("session");
      this.load();
    } catch { /* the anonymous session stays for another time */ }
  }

  /** Forgets everything in this browser: for signing out. */
  reset() {
    this.hush();
    for (const name of ["session", "contact", "seen", "draft", "asked"]) this.store.remove(name);
    for (const item of this.store.all("out:")) this.store.remove(nameOf(item));
    Object.assign(this.net, { session: null });
    Object.assign(this, { user: null, known: {}, contact: null, seen: "" });
    this.messages.clear();
    this.waiting.clear();
    this.changed();
  }

  // In ----------------------------------------------------------------------------------------------------------------------

  listen() {
    if (!this.tabs.leads || this.source || !this.net.session || !navigator.onLine) return;
    clearTimeout(this.later);
    const source = this.source = this.net.stream(this.language);
    let began = false;
    source.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.sync) { began = true; this.failures = 0; this.reached(true); }
      this.apply(event);
      this.tabs.tell(event);
    };
    source.onerror = async () => {
      source.close();
      if (this.source !== source) return;
      this.source = null;
      this.failures = began ? 0 : (this.failures || 0) + 1;
      if (this.failures > 2) this.reached(false);
      const wait = Math.min(60, 2 ** this.failures) * 1000 * (0.5 + Math.random());
      this.later = setTimeout(async () => {
        if (this.failures) await this.renew();
        this.listen();
      }, wait);
    };
  }

  hush() {
    clearTimeout(this.later);
    const source = this.source;
    this.source = null;
    source?.close();
  }

  /** An event of the stream, or of another tab. */
  apply(event) {
    if (event.sync) this.sync(event.sync);
    if (event.message) this.add(event.message, true);
    if (event.typing) this.showTyping(event.typing);
    if (event.read) this.markRead(event.read);
    if (event.presence) this.presence = event.presence;
    else if (event.typing?.on || event.read) this.presence = { ...this.presence, open: true }; // somebody came
    if (event.queued && this.mine(event.queued) && !this.hasClient(event.queued.id)) this.waiting.set(event.queued.id, event.queued);
    if (this.waiting.has(event.sent)) Object.assign(this.waiting.get(event.sent), { sent: true, at: event.at });
    if (event.failed && this.waiting.has(event.failed)) this.waiting.get(event.failed).failed = event.why;
    if (event.dropped) this.waiting.delete(event.dropped);
    if (event.seen > this.seen) this.seen = event.seen;
    if (event.session !== undefined && this.net.session?.v[0] !== "u") { this.net.session = event.session; this.listen(); }
    if (event.contact) this.contact = event.contact;
    this.changed();
  }

  sync(messages) {
    for (const message of messages) this.add(message, false);
    this.acknowledge();
    this.changed();
  }

  add(message, fresh) {
    const isNew = !this.messages.has(message.id);
    this.messages.set(message.id, message);
    if (message.client) this.forget(message.client);
    if (message.from === "us" && isNew) this.typing = null;
    if (!fresh || !isNew) return;
    if (message.from === "us" && message.at > this.seen) this.changed("arrived", message);
    this.acknowledge();
  }

  hasClient(id) {
    for (const message of this.messages.values()) if (message.client === id) return true;
    return false;
  }

  /** An agent has seen everything up to a message, or up to a moment. */
  markRead({ up_to: id, at }) {
    const last = this.messages.get(id)?.at || at || "9";
    for (const message of this.messages.values()) if (message.from === "visitor" && message.at <= last) message.state = "read";
    for (const item of this.waiting.values()) if (item.sent && item.at <= last) item.read = true;
  }

  showTyping(who) {
    clearTimeout(this.typingEnds);
    this.typing = who.on ? who : null;
    if (who.on) this.typingEnds = setTimeout(() => { this.typing = null; this.changed(); }, 12000);
  }

  /** All of it in order: what the server has, by its clock; then what waits. */
  timeline() {
    const own = [...this.waiting.values()].sort((a, b) => a.order - b.order).map((item) => ({
      id: item.id, at: item.at || new Date(item.order).toISOString(), from: "visitor", text: item.text || item.choice?.title || "", files: item.shown || [],
      state: item.failed ? "failed" : item.read ? "read" : item.sent ? "sent" : "waiting", why: item.failed,
    }));
    const arrived = own.filter(({ state }) => state === "sent" || state === "read");
    const said = [...this.messages.values(), ...arrived].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
    return [...said, ...own.filter((item) => !arrived.includes(item))];
  }

  unread() {
    let count = 0;
    for (const message of this.messages.values()) if (message.from === "us" && message.at > this.seen) count++;
    return count;
  }

  /** Tells what has arrived here and what was looked at. */
  acknowledge() {
    const ours = [...this.messages.values()].filter((message) => message.from === "us");
    if (!ours.length || !this.net.session) return;
    const last = ours.reduce((a, b) => (a.at > b.at ? a : b));
    const looked = this.watched && last.at > this.seen;
    if (looked) {
      this.seen = last.at;
      this.store.set("seen", this.seen);
      this.tabs.tell({ seen: this.seen });
    }
    const told = this.store.get("told") || "";
    if (looked || (this.tabs.leads && last.at > told && last.at > this.seen)) {
      this.store.set("told", last.at);
      this.quietly({ type: "seen", message: last.id, state: looked ? "read" : "delivered", n: Date.now() });
    }
  }

  // Out ---------------------------------------------------------------------------------------------------------------------

  /** Queues a message; it is kept in this browser until the server has it. */
  write({ text = "", files = [], choice = null, contact = null }) {
    const item = {
      type: "message", id: newId(), order: Math.max(Date.now(), (this.last || 0) + 1), visitor: this.net.session?.v || "",
      text, files: files.map((file) => file.ref), shown: files.map(({ ref, ...file }) => file), choice, contact: contact || undefined,
      page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 300), referrer: document.referrer.slice(0, 2000) },
    };
    this.last = item.order;
    return this.enqueue(item);
  }

  /** Leaves an address, so that the answer can come by mail. */
  leave(contact) {
    this.contact = { ...this.contact, ...contact };
    this.store.set("contact", this.contact);
    this.tabs.tell({ contact: this.contact });
    return this.enqueue({ type: "contact", id: newId(), order: Date.now(), visitor: this.net.session?.v || "", contact: this.contact, hidden: true });
  }

  enqueue(item) {
    this.store.set(nameOf(item), item);
    if (!item.hidden) {
      this.waiting.set(item.id, item);
      this.tabs.tell({ queued: item });
    }
    this.changed();
    return this.flush();
  }

  forget(id) {
    const item = this.waiting.get(id);
    this.waiting.delete(id);
    if (item) this.store.remove(nameOf(item));
  }

  /** Gives up a message that the server refused. */
  drop(id) {
    this.forget(id);
    this.tabs.tell({ dropped: id });
    this.changed();
  }

  /** Sends what waits, oldest first; comes back to it until it is gone. */
  async flush() {
    if (this.flushing) { this.again = true; return; }
    this.flushing = true;
    clearTimeout(this.retry);
    try {
      do {
        this.again = false;
        await this.tabs.alone("send", () => this.sendAll());
      } while (this.again);
    } finally {
      this.flushing = false;
    }
  }

  async sendAll() {
    const items = () => this.store.all("out:").filter((item) => this.mine(item) && !item.sent && !item.failed);
    for (let item; (item = items().sort((a, b) => a.order - b.order)[0]); ) {
      try {
        if (!(await this.ensure())) throw this.refusal || new TypeError("no session");
        await this.sendOne(item);
        this.tries = 0;
        this.reached(true);
      } catch (error) {
        if (!(error instanceof Refused) || error.passing || passing.includes(error.word)) return this.postpone(error);
        this.fail(item, error);
      }
    }
  }

  async sendOne(item) {
    item.visitor = this.net.session.v;
    const { order, visitor, shown, hidden, sent, failed, ...body } = item;
    const { at } = await this.net.deliver({ ...body, lang: this.language, waited: Math.max(0, (Date.now() - order) / 1000) });
    Object.assign(item, { sent: true, at });
    if (hidden) this.store.remove(nameOf(item));
    else this.store.set(nameOf(item), item);
    const shownItem = this.waiting.get(item.id);
    if (shownItem) Object.assign(shownItem, { sent: true, at, visitor: item.visitor });
    if (this.hasClient(item.id)) this.forget(item.id);
    this.tabs.tell({ sent: item.id, at });
    this.changed("sent", item);
    this.changed();
    this.listen();
  }

  fail(item, error) {
    item.failed = error.word || "refused";
    this.store.set(nameOf(item), item);
    if (this.waiting.has(item.id)) this.waiting.get(item.id).failed = item.failed;
    this.tabs.tell({ failed: item.id, why: item.failed });
    this.changed();
  }

  /** Not now: again after a while, longer each time. */
  async postpone(error) {
    if (!(error instanceof Refused)) this.reached(false);
    else if (error.word === "session" || error.word === "clock") await this.renew(); // renewed, or dropped and made anew
    const wait = Math.max(error.retry || 0, Math.min(60, 2 ** this.tries++)) * (0.75 + Math.random() / 2);
    this.retry = setTimeout(() => this.flush(), wait * 1000);
    this.changed();
  }

  /** Small news that may get lost: typing, seen. */
  async quietly(item) {
    try {
      if (this.net.session) await this.net.deliver(item);
    } catch { /* not worth repeating */ }
  }

  /** The visitor types; told at most every four seconds, and only in a conversation. */
  writes(on) {
    if (!this.messages.size || (on && Date.now() - (this.toldTyping || 0) < 4000) || (!on && !this.toldTyping)) return;
    this.toldTyping = on ? Date.now() : 0;
    clearTimeout(this.stops);
    if (on) this.stops = setTimeout(() => this.writes(false), 8000);
    this.quietly({ type: "typing", on, n: Date.now() });
  }

  reached(yes) {
    const online = yes || (navigator.onLine && this.tries < 1 && (this.failures || 0) < 3);
    if (online !== this.online) { this.online = online; this.changed(); }
  }

  /** The mail address we could answer to, if there is one. */
  get email() {
    return this.known.email || this.contact?.email || "";
  }
}

/** What a session says of its signed-in user. */
function claims(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}

