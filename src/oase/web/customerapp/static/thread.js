/* The conversation as it is shown: days, bubbles, files, quick replies, ticks. */
import { h } from "./dom.js";
import { nodes } from "./text.js";

export class Thread {
  constructor(place, words, { choose, retry, earlier }) {
    Object.assign(this, { place, words, choose, retry, earlier });
    this.known = new Map();
    this.before = "";
    this.greeting = "";
  }

  /** Messages from the server, in any order and as often as they come. A customer's own takes the place of the one that waited. */
  add(list) {
    for (const one of list) {
      if (one.client) this.known.delete(one.client);
      this.known.set(one.id, one);
    }
  }

  /** All but what this device has still to send. */
  forget() {
    for (const [id, one] of this.known) if (!["waiting", "failed"].includes(one.state)) this.known.delete(id);
    this.before = "";
  }

  /** A message of this device that is on its way. */
  wait(said, files) {
    this.known.set(said.id, { id: said.id, client: said.id, at: new Date(said.written ?? Date.now()).toISOString(), from: "visitor", text: said.text || said.choice?.title || "", files, state: said.failed ? "failed" : "waiting", mine: true });
  }

  mark(id, state) {
    const one = this.known.get(id);
    if (one) { one.state = state; this.show(); }
  }

  get list() { return [...this.known.values()].sort((one, other) => one.at < other.at ? -1 : one.at > other.at ? 1 : 0); }
  get newestOfUs() { return this.list.filter((one) => one.from === "us").at(-1); }

  /** Draws everything anew; the reader stays where they are, at the end if they were there. */
  show() {
    const end = this.place.scrollHeight - this.place.scrollTop - this.place.clientHeight < 80;
    const height = this.place.scrollHeight;
    const shown = [];
    const list = this.list;
    if (this.before) shown.push(h("button", { class: "earlier", type: "button", onclick: () => this.earlier() }, this.words("earlier")));
    if (!list.length || !this.before) shown.push(this.welcome());
    let day = "", author = "";
    for (const [place, one] of list.entries()) {
      const today = this.words.day(one.at);
      if (today !== day) { shown.push(h("h2", { class: "day" }, day = today)); author = ""; }
      const who = one.from === "us" ? one.name || this.words("us") : one.from;
      shown.push(this.bubble(one, who !== author, place === list.length - 1));
      author = who;
    }
    this.place.replaceChildren(...shown);
    if (end) this.place.scrollTop = this.place.scrollHeight;
    else if (this.grew) this.place.scrollTop += this.place.scrollHeight - height;
    this.grew = false;
  }

  welcome() {
    return h("section", { class: "welcome" }, h("p", { class: "hello" }, this.greeting || this.words("greeting")), this.known.size ? "" : h("p", {}, this.words("begin")));
  }

  bubble(one, first, last) {
    if (one.from === "system") return h("p", { class: "happened" }, one.text);
    const mine = one.from === "visitor";
    const parts = [];
    if (first && !mine && one.name) parts.push(h("p", { class: "name" }, one.name));
    const inside = [...(one.files || []).map((file) => this.file(file))];
    if (one.text) inside.push(h("p", { class: "said" }, ...nodes(one.text)));
    parts.push(h("div", { class: "bubble" }, ...inside));
    const state = mine ? one.state || "sent" : "";
    const foot = [h("time", { datetime: one.at }, this.words.time(one.at))];
    if (state === "failed") foot.push(h("button", { type: "button", class: "again", onclick: () => this.retry(one.id) }, this.words("state.failed")));
    else if (state) foot.push(h("span", { class: `tick ${state}` }, this.words(`state.${state}`)));
    parts.push(h("p", { class: "foot" }, ...foot));
    if (last && (one.choices || []).length) parts.push(h("div", { class: "choices" }, ...one.choices.map((choice) => h("button", { type: "button", onclick: () => this.choose(one, choice) }, choice.title))));
    return h("article", { class: `message ${mine ? "mine" : "theirs"}${first ? " first" : ""}`, "aria-label": mine ? this.words("you") : one.name || this.words("us") }, ...parts);
  }

  file(file) {
    if (file.type.startsWith("image/") && file.type !== "image/svg+xml") return h("a", { href: file.url, target: "_blank", rel: "noopener" }, h("img", { src: file.url, alt: file.name, loading: "lazy", ...(file.width ? { width: file.width, height: file.height } : {}) }));
    if (file.type.startsWith("audio/")) return h("audio", { src: file.url, controls: "", preload: "none", "aria-label": file.name });
    if (file.type.startsWith("video/")) return h("video", { src: file.url, controls: "", preload: "metadata", "aria-label": file.name });
    return h("a", { class: "document", href: file.url, target: "_blank", rel: "noopener" }, h("span", {}, file.name), h("small", {}, this.words.size(file.size_bytes)));
  }
}
