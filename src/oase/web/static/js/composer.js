// The composer: knows the channel it answers on, keeps its draft on the server, and lets a sent answer be taken back.
import { changed } from "./live.js";
import { writing } from "./presence.js";
import { newestShown, toEnd } from "./timeline.js";
import { toast } from "./toast.js";
import { Suggestions } from "./suggestions.js";
import { Uploads } from "./uploads.js";

const UNDO = 5000;
const KEEP_AFTER = 800;

customElements.define("oase-composer", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form || this.ready) return;
    this.ready = true;
    this.text = this.querySelector("#composer-text");
    this.texts = { reply: "", note: "", [this.dataset.tab]: this.text.value };
    this.key = crypto.randomUUID();
    this.uploads = new Uploads(this, this.querySelector("#composer-files"), () => this.later());
    this.suggestions = new Suggestions(this, this.text, this.querySelector("#suggestions"));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("input", () => { this.count(); this.later(); writing(); });
    this.form.addEventListener("change", (event) => { if (event.target.matches("#composer-answer, [name=subject], [name=copy_to]")) { this.follow(); this.later(); } });
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.querySelector("#template")?.addEventListener("change", () => this.showTemplate());
    this.write = (event) => this.open(event.detail);
    this.leave = () => this.keepNow();
    this.talk = (event) => this.noticed(event.detail);
    document.addEventListener("oase:write", this.write);
    document.addEventListener("oase:leave", this.leave);
    document.addEventListener("oase:conversation", this.talk);
    addEventListener("pagehide", this.leave);
    this.follow();
    this.showTemplate();
  }

  disconnectedCallback() {
    document.removeEventListener("oase:write", this.write);
    document.removeEventListener("oase:leave", this.leave);
    document.removeEventListener("oase:conversation", this.talk);
    removeEventListener("pagehide", this.leave);
  }

  get tab() { return this.dataset.tab; }
  get path() { return this.dataset.path; }
  get answer() { return this.querySelector("#composer-answer")?.selectedOptions[0] ?? this.querySelector("input[name=answer]"); }
  get closed() { return this.tab === "reply" && this.answer?.dataset.open === "" ; }

  open(tab) {
    if (tab !== this.tab) this.choose(tab);
    this.text.focus();
  }

  choose(tab) {
    if (!this.querySelector(`#tab-${tab}`)) return;
    this.texts[this.tab] = this.text.value;
    this.dataset.tab = tab;
    this.text.value = this.texts[tab];
    this.text.placeholder = this.text.dataset[tab];
    this.text.setAttribute("aria-labelledby", `tab-${tab}`);
    for (const button of this.querySelectorAll('[role="tab"]')) button.setAttribute("aria-selected", String(button.dataset.tab === tab));
    this.querySelector("#composer-panel").setAttribute("aria-labelledby", `tab-${tab}`);
    const send = this.querySelector("#composer-send");
    send.querySelector("span").textContent = send.dataset[tab];
    this.follow();
    this.text.focus();
  }

  clicked(event) {
    const tab = event.target.closest('[role="tab"]');
    if (tab) this.choose(tab.dataset.tab);
    const sends = event.target.closest("[data-send]");
    if (sends) this.send({ then: sends.dataset.send, at: sends.dataset.at });
    const inserts = event.target.closest("[data-inserts]");
    if (inserts) { this.insert(inserts.dataset.inserts); this.suggestions.look(); }
    const clash = event.target.closest("[data-clash]");
    if (clash) this.decide(clash.dataset.clash);
  }

  pressed(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      this.send({ then: event.shiftKey ? "solve" : "" });
    }
  }

  insert(text) {
    this.text.focus();
    const before = this.text.value.slice(0, this.text.selectionStart);
    const gap = before && !/\s$/.test(before) ? " " : "";
    this.text.setRangeText(gap + text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** The fields follow the chosen channel. */
  follow() {
    const facts = this.answer?.dataset ?? {};
    const reply = this.tab === "reply";
    const mail = this.querySelector("#composer-mail");
    mail.hidden = !reply || facts.subject !== "yes";
    this.querySelector("#composer-copies").hidden = facts.copies !== "yes";
    const dot = this.querySelector("#composer-dot");
    if (dot && facts.channel) dot.className = `channel-dot channel-${facts.channel}`;
    this.classList.toggle("is-public", facts.public === "yes");
    const attach = this.querySelector("#composer-attach");
    attach.hidden = reply && facts.files === "0";
    attach.querySelector("input").accept = reply ? facts.accept ?? "" : "";
    this.text.hidden = this.closed;
    this.querySelector("#composer-send").disabled = reply && (!this.answer || (this.closed && !this.querySelector("#template")));
    this.count();
  }

  count() {
    const limit = Number(this.answer?.dataset.length ?? 0);
    const shown = this.querySelector("#composer-count");
    const length = [...this.text.value].length;
    const near = this.tab === "reply" && limit && length > limit * 0.8;
    shown.textContent = near ? `${length} / ${limit}` : "";
    shown.toggleAttribute("data-over", Boolean(near) && length > limit);
    if (!CSS.supports("field-sizing", "content")) {
      this.text.style.height = "auto";
      this.text.style.height = `${this.text.scrollHeight}px`;
    }
  }

  showTemplate() {
    const chosen = this.querySelector("#template")?.selectedOptions[0];
    if (!chosen) return;
    const places = this.querySelector("#template-places");
    const wanted = Number(chosen.dataset.places);
    places.replaceChildren(...Array.from({ length: wanted }, (_, index) => {
      const field = document.createElement("div");
      field.className = "field";
      const label = document.createElement("label");
      label.textContent = places.dataset.label.replace("{n}", index + 1);
      label.htmlFor = `place-${index + 1}`;
      const input = Object.assign(document.createElement("input"), { className: "form-control", id: `place-${index + 1}`, name: `place.${index + 1}`, required: true });
      input.addEventListener("input", () => this.preview());
      field.append(label, input);
      return field;
    }));
    this.preview();
  }

  preview() {
    let text = this.querySelector("#template")?.selectedOptions[0]?.dataset.body ?? "";
    for (const input of this.querySelectorAll("#template-places input")) {
      const number = input.name.split(".")[1];
      text = text.replaceAll(`{{${number}}}`, input.value || `{{${number}}}`);
    }
    const shown = this.querySelector("#template-shown");
    if (shown) shown.textContent = text;
    return text;
  }

  // ---- the draft ----
  content() {
    this.texts[this.tab] = this.text.value;
    const form = new FormData(this.form);
    return new URLSearchParams({
      tab: this.tab, reply: this.texts.reply, note: this.texts.note, subject: form.get("subject") ?? "", copy_to: form.get("copy_to") ?? "",
      answer: form.get("answer") ?? "", attachments: this.uploads.ids().join(","),
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), KEEP_AFTER);
    this.dirty = true;
  }

  async keep() {
    clearTimeout(this.timer);
    if (!this.dirty) return;
    this.dirty = false;
    const kept = this.querySelector("#composer-kept");
    try {
      const response = await fetch(`${this.path}/draft`, { method: "POST", body: this.content() });
      if (!response.ok) throw new Error(response.statusText);
      kept.removeAttribute("role");
      kept.textContent = this.text.value ? kept.dataset.kept : "";
      setTimeout(() => { kept.textContent = ""; }, 2500);
    } catch {
      this.dirty = true;
      kept.setAttribute("role", "alert");
      kept.textContent = this.dataset.lost;
    }
  }

  keepNow() {
    clearTimeout(this.timer);
    if (this.dirty) navigator.sendBeacon(`${this.path}/draft`, this.content());
    this.dirty = false;
  }

  // ---- sending ----
  async send({ then = "", at = "", anyway = false } = {}) {
    if (this.sending) return;
    const note = this.tab === "note";
    const text = this.text.value;
    if (this.uploads.busy()) { this.uploads.whenDone(() => this.send({ then, at, anyway })); return; }
    if (!this.closed && !text.trim() && !this.uploads.ids().length) { this.text.focus(); return; }
    if (this.closed && ![...this.querySelectorAll("#template-places input")].every((input) => input.reportValidity())) return;
    clearTimeout(this.timer);
    this.dirty = false;
    this.sending = true;
    const button = this.querySelector("#composer-send");
    button.setAttribute("aria-disabled", "true");
    const body = new URLSearchParams(note ? {} : [...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
    body.set("client_key", this.key);
    body.set("text", this.closed ? "" : text);
    body.set("attachments", this.uploads.ids().join(","));
    body.set("seen", newestShown());
    if (this.closed) body.set("preview", this.preview());
    else body.delete("template");
    if (then === "solve" || then === "stay") body.set("then", then);
    if (then === "later") body.set("send_at", at);
    if (anyway) body.set("anyway", "yes");
    try {
      const response = await fetch(`${this.path}/${note ? "note" : "say"}`, { method: "POST", headers: { "hx-request": "true" }, body });
      if (response.status === 409 && !response.headers.get("hx-trigger")) { this.clash((await response.json()).clash, then); return; }
      if (!response.ok) { this.failed(response); return; }
      this.sent(await response.json(), { note, then, text });
    } catch {
      const area = document.getElementById("toasts");
      toast({ text: navigator.onLine ? area.dataset.failed : area.dataset.offline, kind: "error" });
      this.later();
    } finally {
      this.sending = false;
      button.removeAttribute("aria-disabled");
    }
  }

  failed(response) {
    const said = response.headers.get("hx-trigger");
    toast(said ? JSON.parse(said)["oase:toast"] : { text: document.getElementById("toasts").dataset.failed, kind: "error" });
    this.later();
  }

  sent({ id }, { note, then, text }) {
    const talk = this.closest("#talk");
    const conversation = talk.dataset.id;
    const files = this.uploads.take();
    this.key = crypto.randomUUID();
    this.text.value = "";
    this.texts[this.tab] = "";
    this.querySelector("#composer-clash").hidden = true;
    this.count();
    changed(conversation);
    setTimeout(toEnd, 250);
    if (note) { toast({ text: this.dataset.noted }); this.choose("reply"); return; }
    const undo = async () => {
      const response = await fetch(`/messages/${id}/cancel`, { method: "POST", headers: { "hx-request": "true" } });
      const said = response.headers.get("hx-trigger");
      if (said) toast(JSON.parse(said)["oase:toast"]);
      if (!response.ok) return;
      changed(conversation);
      await this.restore(conversation, text, files);
    };
    toast({ text: then === "solve" ? this.dataset.solved : this.dataset.sent, undoLabel: this.dataset.undo, onUndo: undo, stay: UNDO - 300 });
    if (then === "solve") document.dispatchEvent(new CustomEvent("oase:left", { detail: { id: conversation } }));
  }

  async restore(conversation, text, files) {
    if (document.getElementById("talk")?.dataset.id === conversation && this.isConnected) {
      this.choose("reply");
      this.text.value = text + (this.text.value ? `\n${this.text.value}` : "");
      this.uploads.put(files);
      this.count();
      this.later();
      this.text.focus();
      return;
    }
    const body = new URLSearchParams({ tab: "reply", reply: text, note: "", subject: "", copy_to: "", answer: "", attachments: files.map((file) => file.id).join(",") });
    await fetch(`${this.path}/draft`, { method: "POST", body });
    document.dispatchEvent(new CustomEvent("oase:open", { detail: { id: conversation } }));
  }

  clash(who, then) {
    const line = this.querySelector("#composer-clash");
    line.querySelector("[data-who]").textContent = `${who}: `;
    line.hidden = false;
    this.wanted = then;
    changed(this.closest("#talk").dataset.id);
    this.later();
  }

  decide(choice) {
    this.querySelector("#composer-clash").hidden = true;
    if (choice === "send") this.send({ then: this.wanted, anyway: true });
    if (choice === "read") toEnd();
    if (choice === "drop") { this.text.value = ""; this.uploads.take(); this.count(); this.dirty = true; this.keep(); }
  }

  /** The customer wrote while only templates were possible: everything is open again. */
  noticed(facts) {
    if (facts.key !== this.closest("#talk")?.dataset.id || !this.closed || this.texts.note || this.text.value) return;
    document.dispatchEvent(new CustomEvent("oase:open", { detail: { id: facts.key, push: false } }));
  }
});
