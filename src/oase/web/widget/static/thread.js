/* The messages, drawn: day separators, groups, files, ticks, quick replies. Keeps elements that did not change. */
import { face, h, icon } from "./dom.js";
import { lightbox } from "./extras.js";
import { nodes } from "./text.js";

const GROUP = 5 * 60 * 1000;

export class Thread {
  constructor(panel) {
    this.panel = panel;
    this.chat = panel.chat;
    this.say = panel.say;
    this.drawn = new Map();
    this.footDrawn = new Map();
    this.list = h("div", { class: "list", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": this.say("thread") });
    this.foot = h("div", { class: "foot" });
    this.element = h("div", { class: "thread", tabindex: "0", role: "region", "aria-label": this.say("thread") }, this.list, this.foot);
    this.element.addEventListener("scroll", () => { this.atEnd = this.isAtEnd(); if (this.atEnd) this.panel.below.hidden = true; });
    this.atEnd = true;
  }

  isAtEnd() {
    return this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 60;
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
    this.panel.below.hidden = true;
  }

  draw() {
    const messages = this.chat.timeline();
    const wanted = this.greeting();
    messages.forEach((message, index) => {
      const before = messages[index - 1], after = messages[index + 1];
      if (!before || this.say.day(before.at) !== this.say.day(message.at)) wanted.push([`day ${message.at.slice(0, 10)}`, () => h("div", { class: "day" }, h("span", {}, this.say.day(message.at)))]);
      const first = !together(before, message), last = !together(message, after);
      wanted.push([keyOf(message, first, last), () => this.message(message, first, last)]);
    });
    this.put(this.list, this.drawn, wanted);
    messages.forEach((message, index) => this.tick(message, !together(messages[index - 1], message), !together(message, messages[index + 1])));
    this.drawFoot(messages);
    if (this.atEnd) this.toEnd();
    else if (messages.length > (this.count || 0) && messages.at(-1)?.from === "us") this.panel.below.hidden = false;
    this.count = messages.length;
  }

  greeting() {
    const text = this.panel.greeting();
    return text ? [[`greeting ${text}`, () => h("div", { class: "row us first last hi" }, face(this.panel.look.company), h("div", { class: "bubble" }, nodes(text)))]] : [];
  }

  /** Puts the wanted elements in order, making only the new ones: screen readers hear only those, and focus stays. */
  put(list, drawn, wanted) {
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, element] of drawn) if (!keys.has(key)) { element.remove(); drawn.delete(key); }
    let place = list.firstChild;
    for (const [key, make] of wanted) {
      let element = drawn.get(key);
      if (!element) drawn.set(key, (element = make()));
      if (element === place) place = place.nextSibling;
      else list.insertBefore(element, place);
    }
  }

  /** What became of an own message changes in its place. */
  tick(message, first, last) {
    if (message.from !== "visitor" || !last) return;
    const row = this.drawn.get(keyOf(message, first, last)), state = `${message.state} ${message.why || ""}`;
    if (row.state !== state) row.querySelector(".ticks").replaceWith(this.ticks(message));
    row.state = state;
  }

  message(message, first, last) {
    if (message.from === "system") return h("div", { class: "note" }, nodes(message.text));
    const ours = message.from === "us";
    const body = [
      ...(message.files || []).map((file) => this.file(file)),
      message.text ? h("div", { class: "bubble", dir: "auto" }, h("span", { class: "hidden" }, ours ? `${message.name || this.panel.look.company}: ` : `${this.say("you")}: `), nodes(message.text)) : null,
    ];
    const meta = last ? h("div", { class: "meta" }, ours && message.name ? `${message.name} · ` : "", this.say.time(message.at), ours ? "" : this.ticks(message)) : null;
    const picture = ours ? (last ? face(message.name || this.panel.look.company, this.panel.address(message.avatar)) : h("span", { class: "face none" })) : null;
    return h("div", { class: `row ${ours ? "us" : "me"}${first ? " first" : ""}${last ? " last" : ""}` }, picture, h("div", { class: "said" }, body, meta));
  }

  ticks(message) {
    if (message.state === "failed") return this.failure(message);
    const state = message.state === "read" ? "read" : message.state === "waiting" ? "waiting" : "sent";
    return h("span", { class: `ticks ${state}`, title: this.say(`state.${state}`) }, icon({ read: "checks", waiting: "clock", sent: "check" }[state]), h("span", {}, this.say(`state.${state}`)));
  }

  failure(message) {
    const back = () => { this.chat.drop(message.id); this.panel.composer.take(message.text); };
    return h("span", { class: "ticks failed" }, icon("alert"), h("span", {}, this.say(message.why === "too_long" ? "state.too_long" : "state.failed")), h("button", { type: "button", class: "link", onclick: back }, this.say("edit")));
  }

  file(file) {
    const address = this.panel.address(file.url);
    const [sort] = file.type.split("/");
    if (/^image\/(png|jpeg|gif|webp|avif)/.test(file.type)) {
      const image = h("img", { src: address, alt: file.name, loading: "lazy", onload: () => this.atEnd && this.toEnd() });
      if (file.width && file.height) { image.width = file.width; image.height = file.height; }
      return h("button", { type: "button", class: "picture", "aria-label": this.say("enlarge", { name: file.name }), onclick: () => lightbox(this.panel, address, file.name) }, image);
    }
    if (sort === "audio" || sort === "video") return h(sort, { class: "media", src: address, controls: true, preload: "metadata", "aria-label": file.name });
    return h("a", { class: "file", href: address, download: file.name, target: "_blank", rel: "noopener" }, icon("file"), h("span", { class: "name" }, file.name), h("span", { class: "size" }, this.say.size(file.size_bytes || 0)));
  }

  drawFoot(messages) {
    const last = messages.at(-1);
    const parts = [];
    if (last?.from === "us" && last.choices?.length) parts.push([`choices ${last.id}`, () => h("div", { class: "choices", role: "group", "aria-label": this.say("choices") }, last.choices.map((choice) => this.choice(choice, last)))]);
    if (this.chat.typing) parts.push([`typing ${this.chat.typing.name}`, () => h("div", { class: "row us first last typing" }, face(this.chat.typing.name || "…", this.panel.address(this.chat.typing.avatar)), h("div", { class: "bubble" }, h("span", { class: "hidden" }, this.say("typing", { name: this.chat.typing.name || this.panel.look.company })), h("i"), h("i"), h("i")))]);
    const card = this.panel.mailCard(messages);
    if (card) parts.push(["card", () => card]);
    this.put(this.foot, this.footDrawn, parts);
  }

  choice(choice, message) {
    return h("button", { type: "button", onclick: () => { this.chat.write({ choice: { id: choice.id, title: choice.title, message: message.id } }); this.panel.composer.focus(); } }, choice.title);
  }
}

/** What a row shows; its state changes in place, and the server's copy of an own message looks like ours. */
const keyOf = (message, first, last) => JSON.stringify([message.client || message.id, message.from, message.text, message.name, (message.files || []).map(({ name }) => name), first, last]);

function together(one, two) {
  return Boolean(one && two && one.from === two.from && (one.name || "") === (two.name || "") && new Date(two.at) - new Date(one.at) < GROUP && one.at.slice(0, 10) === two.at.slice(0, 10));
}
