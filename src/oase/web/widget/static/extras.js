/* Comforts: emoji, the enlarged picture, sound, notifications, the page's title. */
import { h, tool } from "./dom.js";

const EMOJIS = "😀 😊 😉 😂 😍 🤔 😐 😕 😢 😮 😡 🥳 👍 👎 👏 🙏 🤝 💪 👋 👌 ❤️ 💚 🎉 ✨ ⭐ 🔥 ✅ ❌ ❓ ❗ ☕ 🎁 📦 🚚 📷 🔧 🚲 🏠 ⏰ 📞".split(" ");
const ROW = 8;

/** A small table of emoji beside `button`; arrow keys walk, Escape goes back. */
export function emojis(panel, button, take) {
  const old = panel.root.querySelector(".emojis");
  if (old) return old.remove();
  const buttons = EMOJIS.map((emoji, index) => h("button", { type: "button", tabindex: index ? "-1" : "0", onclick: () => { close(); take(emoji); } }, emoji));
  const table = h("div", { class: "emojis", role: "group", "aria-label": panel.say("emoji") }, buttons);
  const close = () => { table.remove(); panel.root.removeEventListener("click", outside, true); };
  const outside = (event) => { if (!event.composedPath().includes(table) && !event.composedPath().includes(button)) close(); };
  table.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: ROW, ArrowUp: -ROW }[event.key];
    if (event.key === "Escape") { event.stopPropagation(); close(); button.focus(); }
    if (!step) return;
    event.preventDefault();
    const next = buttons[(buttons.indexOf(panel.root.activeElement) + step + buttons.length) % buttons.length];
    buttons.forEach((one) => { one.tabIndex = one === next ? 0 : -1; });
    next.focus();
  });
  panel.root.addEventListener("click", outside, true);
  panel.composer.element.append(table);
  buttons[0].focus();
}

/** A picture over the whole page. */
export function lightbox(panel, address, name) {
  const from = panel.root.activeElement;
  const close = () => { layer.remove(); from?.focus(); };
  const shut = tool("close", panel.say("close"), close);
  const download = h("a", { href: address, download: name, target: "_blank", rel: "noopener" }, panel.say("download"));
  const layer = h("div", { class: "lightbox", role: "dialog", "aria-modal": "true", "aria-label": name, onclick: (event) => { if (event.target === layer) close(); } },
    h("div", { class: "bar" }, h("span", {}, name), download, shut), h("img", { src: address, alt: name }));
  layer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); close(); }
    if (event.key === "Tab") { event.preventDefault(); (panel.root.activeElement === shut ? download : shut).focus(); }
  });
  panel.root.append(layer);
  shut.focus();
}

/** Sound, notifications and the blinking title. */
export class Extras {
  constructor(panel) {
    this.panel = panel;
    this.store = panel.chat.store;
    document.addEventListener("visibilitychange", () => this.calm());
    window.addEventListener("focus", () => this.calm());
  }

  get sound() { return this.store.get("sound") !== false; }
  set sound(on) { this.store.set("sound", on); }
  get notices() { return this.store.get("notices") === true && window.Notification?.permission === "granted"; }

  async setNotices(on) {
    this.store.set("notices", on && window.Notification && (await Notification.requestPermission()) === "granted");
  }

  /** Browsers allow sound only after a click. */
  unlock() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (this.sound && Context) this.audio ||= new Context();
  }

  arrived(message, watched) {
    if (watched) return;
    if (this.sound) this.ring();
    if (document.visibilityState === "visible" && document.hasFocus()) return;
    this.blink();
    if (this.notices && this.panel.chat.tabs.leads) this.notify(message);
  }

  ring() {
    if (!this.audio || this.audio.state !== "running") return;
    [659, 880].forEach((pitch, index) => {
      const start = this.audio.currentTime + index * 0.13;
      const tone = this.audio.createOscillator(), loud = this.audio.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.0001, start);
      loud.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, start + 0.28);
      tone.connect(loud).connect(this.audio.destination);
      tone.start(start);
      tone.stop(start + 0.3);
    });
  }

  notify(message) {
    try {
      const notice = new Notification(message.name || this.panel.look.company, { body: message.text.slice(0, 200), tag: "oase" });
      notice.onclick = () => { window.focus(); this.panel.open(); notice.close(); };
    } catch { /* phones allow it to service workers only */ }
  }

  blink() {
    if (this.blinking) return;
    this.title = document.title;
    let on = false;
    this.blinking = setInterval(() => { on = !on; document.title = on ? this.panel.say("title", { count: this.panel.chat.unread() || 1 }) : this.title; }, 1200);
  }

  calm() {
    if (!this.blinking || document.visibilityState !== "visible") return;
    clearInterval(this.blinking);
    this.blinking = null;
    document.title = this.title;
  }
}
