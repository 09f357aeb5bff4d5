/* The launcher, the panel and everything around the thread: header, menu, connection, focus, phones. */
import { Composer } from "./composer.js";
import { face, h, icon, tool } from "./dom.js";
import { Extras } from "./extras.js";
import { before, byMail } from "./forms.js";
import { Thread } from "./thread.js";

const WAITS = 90 * 1000; // an answer that takes longer may as well come by mail

export class Panel {
  constructor(look, chat, say, base, host, emit) {
    Object.assign(this, { look, chat, say, base, host, emit });
    this.root = host.shadowRoot;
    this.isOpen = false;
    this.extras = new Extras(this);
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-haspopup": "dialog", onclick: () => this.toggle() }, icon("chat"), icon("down"), this.badge);
    this.teaser = h("div", { class: "teaser", hidden: true, role: "status" });
    this.head = h("div", { class: "head" });
    this.offline = h("p", { class: "offline", role: "status", hidden: true });
    this.below = h("button", { type: "button", class: "below", hidden: true, onclick: () => { this.thread.toEnd(); this.composer.focus(); } }, this.say("new_below"));
    this.thread = new Thread(this);
    this.composer = new Composer(this);
    this.bottom = h("div", { class: "bottom" });
    this.panel = h("section", { class: "panel", role: "dialog", "aria-label": this.say("panel", { company: look.company }), hidden: true }, this.head, this.offline, this.thread.element, this.below, this.bottom);
    this.root.append(h("div", { class: `frame ${look.side}` }, this.panel, this.teaser, this.launcher));
    this.listen();
  }

  listen() {
    this.chat.addEventListener("change", () => this.soon());
    this.chat.addEventListener("arrived", ({ detail }) => this.arrived(detail));
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.panel.addEventListener("dragover", (event) => { event.preventDefault(); this.panel.classList.add("drop"); });
    this.panel.addEventListener("dragleave", (event) => { if (!this.panel.contains(event.relatedTarget)) this.panel.classList.remove("drop"); });
    this.panel.addEventListener("drop", (event) => { event.preventDefault(); this.panel.classList.remove("drop"); if (this.started()) this.composer.add([...event.dataTransfer.files]); });
    for (const name of ["visibilitychange", "focus", "blur"]) (name === "visibilitychange" ? document : window).addEventListener(name, () => this.look_());
    this.small = matchMedia("(max-width: 480px)");
    this.small.addEventListener("change", () => this.fit());
    window.visualViewport?.addEventListener("resize", () => this.fit());
    window.visualViewport?.addEventListener("scroll", () => this.fit());
  }

  /** Draws once for many changes. */
  soon() {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => { this.drawing = false; this.draw(); });
  }

  draw() {
    const unread = this.chat.unread();
    this.badge.hidden = !unread || this.isOpen;
    this.badge.textContent = unread > 99 ? "99+" : unread;
    this.launcher.setAttribute("aria-label", this.isOpen ? this.say("close") : unread ? this.say("open_unread", { count: unread }) : this.say("open"));
    if (unread !== this.told) this.emit("unread", (this.told = unread));
    if (this.isOpen || (this.teases === "message" && !unread)) this.teaser.hidden = true;
    if (!this.isOpen) return;
    this.offline.hidden = this.chat.online;
    this.offline.textContent = this.say(this.chat.waiting.size ? "offline_waiting" : "offline");
    this.drawHead();
    this.thread.draw();
    this.drawBottom();
  }

  drawHead() {
    const { presence } = this.chat;
    const line = presence.wait || (presence.open ? "" : this.say("away_line"));
    const key = JSON.stringify([presence, this.menuOpen, this.chat.messages.size > 0]);
    if (key === this.headKey) return;
    this.headKey = key;
    this.head.replaceChildren(
      presence.faces?.length ? h("div", { class: "faces", "aria-hidden": "true" }, presence.faces.slice(0, 3).map((one) => face(one.name, this.address(one.avatar)))) : "",
      h("div", { class: "who" }, h("h2", {}, this.look.company), line && h("p", {}, h("span", { class: presence.open ? "dot" : "dot away" }), line), presence.hours && h("p", {}, presence.hours)),
      (this.menuButton = tool("more", this.say("menu"), () => this.menu(!this.menuOpen), { "aria-expanded": String(Boolean(this.menuOpen)) })),
      tool("close", this.say("close"), () => this.close()),
      this.menuOpen ? this.menuList() : "");
  }

  menuList() {
    const item = (name, words, act, checked) => h("button", { type: "button", role: checked === undefined ? "menuitem" : "menuitemcheckbox", "aria-checked": checked === undefined ? null : String(checked), onclick: async () => { await act(); this.menu(false); } }, icon(name), words, checked ? icon("check") : "");
    return h("div", { class: "menu", role: "menu", "aria-label": this.say("menu") },
      item("sound", this.say("menu.sound"), () => { this.extras.sound = !this.extras.sound; this.extras.unlock(); }, this.extras.sound),
      window.Notification && item("bell", this.say("menu.notices"), () => this.extras.setNotices(!this.extras.notices), this.extras.notices),
      this.look.by_mail && item("mail", this.say("menu.mail"), () => { this.asks = true; this.chat.changed(); }),
      this.chat.messages.size > 0 && (this.chat.presence.elsewhere || []).map((one) => item("away", this.say("menu.elsewhere", { channel: one.name }), () => this.goOn(one))));
  }

  /** The other channel in a tab of its own, opened at the click; where browsers do not let us, a link does the same. */
  async goOn({ id, name }) {
    const tab = window.open("about:blank", "_blank");
    const { link } = await this.chat.net.goOn(id, this.say.language).catch(() => ({}));
    if (tab && link) { tab.opener = null; tab.location.replace(link); } else tab?.close();
    this.thread.list.append(h("div", { class: "note" }, link ? h("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, this.say("elsewhere.open", { channel: name })) : this.say("elsewhere.failed")));
    this.thread.toEnd();
  }

  menu(open) {
    this.menuOpen = open;
    this.drawHead();
    if (open) this.head.querySelector(".menu button").focus();
    else this.menuButton.focus();
  }

  greeting() {
    const { look, say, chat } = this;
    const own = chat.presence.open ? look.greeting : { ...look.greeting, ...look.away };
    return own[say.language] || (chat.presence.open ? say("greeting") : say("away"));
  }

  // Before the first message --------------------------------------------------------------------------------------------------

  started() {
    return this.answered || this.chat.messages.size > 0 || this.chat.waiting.size > 0 || !this.questions();
  }

  questions() {
    return (this.form ||= before(this, (contact) => {
      this.answered = true;
      this.chat.contact = { ...this.chat.contact, ...contact };
      this.chat.store.set("contact", this.chat.contact);
      this.drawBottom();
      this.composer.focus();
    }));
  }

  drawBottom() {
    const wanted = this.started() ? this.composer.element : this.questions();
    if (this.bottom.firstChild !== wanted) this.bottom.replaceChildren(wanted);
  }

  /** What was asked goes with each first message of a page. */
  contactOnce() {
    if (this.contactSent || !this.chat.contact) return null;
    this.contactSent = true;
    return this.chat.contact;
  }

  /** The card that offers an answer by mail, when it would help. */
  mailCard(messages) {
    const last = messages.filter(({ from }) => from !== "system").at(-1);
    const waits = last?.from === "visitor" && this.look.by_mail && !this.chat.email && !this.chat.store.get("asked");
    clearTimeout(this.mailLater);
    const age = last ? Date.now() - new Date(last.at) : 0;
    if (waits && this.chat.presence.open && age < WAITS) this.mailLater = setTimeout(() => this.chat.changed(), WAITS - age + 50);
    if (!this.asks && !(waits && (!this.chat.presence.open || age >= WAITS))) { this.card = null; return null; }
    const done = (email) => { this.chat.leave({ email }); this.end(); this.thread.list.append(h("div", { class: "note" }, this.say("mail.thanks", { email }))); this.thread.toEnd(); };
    const never = () => { this.chat.store.set("asked", true); this.end(); };
    return (this.card ||= byMail(this, this.say(this.chat.presence.open ? "mail.why" : "mail.why_away"), done, never));
  }

  end() {
    this.asks = false;
    this.card = null;
    this.chat.changed();
    this.composer.focus();
  }

  // Open and close --------------------------------------------------------------------------------------------------------------

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.host.hidden = false;
    this.panel.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.root.querySelector(".frame").classList.add("open");
    this.fit();
    this.draw();
    this.thread.toEnd();
    this.look_();
    this.extras.unlock();
    if (!this.chat.net.session || !this.chat.source) this.chat.refresh();
    const first = this.bottom.querySelector("textarea, input, button");
    (this.small.matches && this.thread.count ? this.thread.element : first)?.focus({ preventScroll: true });
    this.emit("open");
  }

  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.panel.hidden = true;
    this.menuOpen = false;
    this.root.querySelector(".frame").classList.remove("open");
    this.launcher.setAttribute("aria-expanded", "false");
    document.documentElement.style.removeProperty("overflow");
    this.look_();
    this.draw();
    this.launcher.focus({ preventScroll: true });
    this.offerMail();
    this.emit("close");
  }

  /** Who leaves while waiting may have the answer by mail. Said once. */
  offerMail() {
    const last = this.chat.timeline().filter(({ from }) => from !== "system").at(-1);
    if (last?.from !== "visitor" || !this.look.by_mail || this.chat.email || this.chat.store.get("asked")) return;
    this.tease("mail", this.say("mail.leaving"), () => { this.asks = true; this.open(); this.root.querySelector(".card input")?.focus(); }, () => this.chat.store.set("asked", true));
  }

  tease(kind, text, act, never = () => {}) {
    this.teases = kind;
    this.teaser.replaceChildren(h("button", { type: "button", class: "text", onclick: () => { this.teaser.hidden = true; act(); } }, text),
      tool("close", this.say("dismiss"), () => { this.teaser.hidden = true; never(); this.launcher.focus(); }));
    this.teaser.hidden = false;
  }

  arrived(message) {
    this.look_();
    this.extras.arrived(message, this.chat.watched);
    if (!this.isOpen && !this.host.hidden) this.tease("message", `${message.name ? `${message.name}: ` : ""}${message.text.slice(0, 140) || this.say("file_arrived")}`, () => this.open());
    this.emit("message", { from: message.name, text: message.text });
  }

  /** Notes whether the visitor looks at the conversation now. */
  look_() {
    this.chat.watched = this.isOpen && document.visibilityState === "visible" && document.hasFocus();
    if (this.chat.watched) { this.chat.acknowledge(); this.soon(); }
  }

  /** On a phone the panel fills what the keyboard leaves. */
  fit() {
    const full = this.isOpen && this.small.matches;
    const view = window.visualViewport;
    this.panel.style.height = full && view ? `${view.height}px` : "";
    this.panel.style.top = full && view ? `${view.offsetTop}px` : "";
    document.documentElement.style.overflow = full ? "hidden" : "";
    this.panel.setAttribute("aria-modal", String(Boolean(full)));
    if (this.thread.atEnd) this.thread.toEnd();
  }

  key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (this.menuOpen) this.menu(false);
      else this.close();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.walkMenu(event);
    if (event.key !== "Tab") return;
    const stops = [...this.panel.querySelectorAll("button, a[href], input, textarea, audio, video, [tabindex='0']")].filter((one) => !one.disabled && one.tabIndex >= 0 && one.getClientRects().length);
    const [first, last] = [stops[0], stops.at(-1)];
    const now = this.root.activeElement;
    if (event.shiftKey ? now === first : now === last) {
      event.preventDefault();
      (event.shiftKey ? last : first)?.focus();
    }
  }

  walkMenu(event) {
    const items = [...this.head.querySelectorAll(".menu button")];
    const at = items.indexOf(this.root.activeElement);
    if (at < 0) return;
    event.preventDefault();
    items[(at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length].focus();
  }

  /** An address of the server as this page must ask for it. */
  address(path) {
    return path && path.startsWith("/") ? this.base + path : path || "";
  }
}

