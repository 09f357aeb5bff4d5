/* Where the visitor writes: text that grows, files by button, drag, paste and camera, emoji. */
import { emojis } from "./extras.js";
import { h, icon, tool } from "./dom.js";
import { Refused } from "./net.js";

const MOST = 10;

export class Composer {
  constructor(panel) {
    this.panel = panel;
    this.chat = panel.chat;
    this.say = panel.say;
    this.files = [];
    const { look } = panel;
    this.text = h("textarea", { rows: 1, maxLength: look.text_length, placeholder: this.say("write"), "aria-label": this.say("write"), dir: "auto", enterkeyhint: "send", oninput: () => this.typed(), onkeydown: (event) => this.key(event), onpaste: (event) => this.paste(event) });
    this.chips = h("ul", { class: "chips", "aria-label": this.say("files.chosen"), hidden: true });
    this.error = h("p", { class: "error", role: "alert", hidden: true });
    this.chooser = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", onchange: () => this.chosen(this.chooser) });
    this.camera = h("input", { type: "file", accept: "image/*", capture: "environment", hidden: true, tabindex: "-1", onchange: () => this.chosen(this.camera) });
    this.button = h("button", { type: "submit", class: "send", "aria-label": this.say("send"), title: this.say("send") }, icon("send"));
    const touch = matchMedia("(pointer: coarse)").matches;
    this.element = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      this.error, this.chips,
      h("div", { class: "field" }, this.text, h("div", { class: "tools" },
        look.files && tool("clip", this.say("files.add"), () => this.chooser.click()),
        look.files && touch && tool("camera", this.say("files.camera"), () => this.camera.click()),
        tool("smile", this.say("emoji"), (event) => emojis(this.panel, event.currentTarget, (emoji) => this.insert(emoji)), { "aria-haspopup": "true" }),
        this.button)),
      this.chooser, this.camera);
    this.take(this.chat.store.get("draft") || "", true);
  }

  focus() {
    this.text.focus({ preventScroll: true });
  }

  take(text, quietly = false) {
    this.text.value = text;
    this.grow();
    if (!quietly) this.focus();
  }

  insert(emoji) {
    this.text.setRangeText(emoji, this.text.selectionStart, this.text.selectionEnd, "end");
    this.typed();
    this.focus();
  }

  typed() {
    this.grow();
    clearTimeout(this.saves);
    this.saves = setTimeout(() => this.text.value ? this.chat.store.set("draft", this.text.value) : this.chat.store.remove("draft"), 400);
    if (this.text.value.trim()) this.chat.writes(true);
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 140)}px`;
    this.update();
  }

  update() {
    const busy = this.files.some((file) => !file.ref);
    this.button.disabled = busy || !(this.text.value.trim() || this.files.length);
  }

  key(event) {
    // While an input method composes (Japanese, Chinese), Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.send();
  }

  send() {
    const text = this.text.value.trim();
    if (this.button.disabled || (!text && !this.files.length)) return;
    this.panel.thread.atEnd = true;
    this.chat.write({ text, files: this.files.map(({ ref, url, name, type, size_bytes, width, height }) => ({ ref, url, name, type, size_bytes, width, height })), contact: this.panel.contactOnce() });
    this.chat.toldTyping = 0;
    clearTimeout(this.saves);
    this.chat.store.remove("draft");
    this.files = [];
    this.drawChips();
    this.complain("");
    this.take("");
    this.panel.extras.unlock();
  }

  complain(text) {
    this.error.textContent = text;
    this.error.hidden = !text;
  }

  paste(event) {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  chosen(input) {
    this.add([...input.files]);
    input.value = "";
    this.focus();
  }

  add(files) {
    if (!this.panel.look.files) return;
    this.complain("");
    for (const file of files) {
      if (this.files.length >= MOST) return this.complain(this.say("files.too_many", { count: MOST }));
      if (!file.size) this.complain(this.say("files.empty", { name: file.name }));
      else if (file.size > this.panel.look.file_size_bytes) this.complain(this.say("files.too_large", { name: file.name, size: this.say.size(this.panel.look.file_size_bytes) }));
      else this.upload({ source: file, name: file.name || "image.png", type: file.type || "application/octet-stream", size_bytes: file.size });
    }
  }

  async upload(file) {
    if (!this.files.includes(file)) this.files.push(file);
    Object.assign(file, { failed: "", progress: 0 });
    this.drawChips();
    try {
      Object.assign(file, await dimensions(file.source));
      if (!(await this.chat.ensure())) throw new TypeError("network");
      if (!this.files.includes(file)) return;
      file.request = this.chat.net.upload(file.source, { width: file.width || 0, height: file.height || 0 }, (part) => { file.bar && (file.bar.value = part); });
      Object.assign(file, await file.request);
    } catch (error) {
      file.failed = error instanceof Refused ? (error.word === "slow" ? "files.slow" : error.word === "file_too_large" ? "files.refused_size" : "files.refused") : "files.network";
    }
    this.drawChips();
  }

  drop(file) {
    file.request?.abort();
    this.files = this.files.filter((other) => other !== file);
    this.drawChips();
    this.focus();
  }

  drawChips() {
    this.chips.hidden = !this.files.length;
    this.chips.replaceChildren(...this.files.map((file) => {
      file.bar = file.ref || file.failed ? null : h("progress", { max: 1, value: 0, "aria-label": this.say("files.progress", { name: file.name }) });
      return h("li", { class: file.failed ? "failed" : "" }, icon(file.failed ? "alert" : "file"),
        h("span", { class: "name" }, file.name, file.failed && h("small", {}, this.say(file.failed))),
        file.bar || (file.failed ? h("button", { type: "button", class: "link", onclick: () => this.upload(file) }, this.say("again")) : h("span", { class: "size" }, this.say.size(file.size_bytes))),
        tool("close", this.say("files.remove", { name: file.name }), () => this.drop(file)));
    }));
    this.update();
  }
}

async function dimensions(file) {
  if (!/^image\//.test(file.type) || !window.createImageBitmap) return {};
  try {
    const image = await createImageBitmap(file);
    const { width, height } = image;
    image.close();
    return { width, height };
  } catch {
    return {};
  }
}
