// The composer: knows the channel it answers on, keeps its draft on the server, and lets a sent answer be taken back.
import { changed } from "./live.js";
import { writing } from "./presence.js";
import { newestShown, toEnd } from "./timeline.js";
import { toast } from "./toast.js";
import { Suggestions } from "./suggestions.js";
import { draftOf } from "./drafts.js";
import { Choices, Quote, Things, clashIn } from "./things.js";
import { Uploads } from "./uploads.js";

const UNDO = 5000;

customElements.define("oase-composer", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form || this.ready) return;
    this.ready = true;
    this.text = this.querySelector("#composer-text");
    this.texts = { reply: "", note: "", [this.dataset.tab]: this.text.value };
    this.draft = draftOf(this.path);
    this.uploads = new Uploads(this, this.querySelector("#composer-files"), () => this.later());
    this.suggestions = new Suggestions(this, this.text, this.querySelector("#suggestions"));
    this.quote = new Quote(this, () => this.later());
    this.choices = new Choices(this, () => this.later());
    this.things = new Things(this);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("input", () => { this.count(); this.later(); writing(); });
    this.form.addEventListener("change", (event) => { if (event.target.matches("#composer-answer, [name=audience], [name=subject], [name=copy_to]")) { this.follow(); this.later(); this.needsTemplates(); } });
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.querySelector("#template")?.addEventListener("change", () => this.showTemplate());
    this.write = (event) => this.open(event.detail);
    this.reply = (event) => this.answerOne(event.detail);
    this.leave = () => this.draft.keep();
    this.talk = (event) => this.noticed(event.detail);
    document.addEventListener("oase:write", this.write);
    document.addEventListener("oase:answer", this.reply);
    document.addEventListener("oase:leave", this.leave);
    document.addEventListener("oase:conversation", this.talk);
    this.moved = (event) => this.movedTo(event.detail);
    document.addEventListener("oase:way", this.moved);
    this.draft.told = (kept) => this.tell(kept);
    this.showTemplate();
    const newer = this.draft.newer();
    if (newer) this.put(newer);
    this.follow();
  }

  disconnectedCallback() {
    document.removeEventListener("oase:write", this.write);
    document.removeEventListener("oase:answer", this.reply);
    document.removeEventListener("oase:leave", this.leave);
    document.removeEventListener("oase:conversation", this.talk);
    document.removeEventListener("oase:way", this.moved);
    this.draft?.keep();
  }

  get tab() { return this.dataset.tab; }
  get path() { return this.dataset.path; }
  get answer() { return this.querySelector("[name=audience]:checked") ?? this.querySelector("#composer-answer")?.selectedOptions[0] ?? this.querySelector("input[name=answer]"); }
  get closed() { return this.tab === "reply" && this.answer?.dataset.open === "" ; }
  get nowhere() { return this.tab === "reply" && !this.answer; }

  /** One given message is to be answered: over its own account, where that is among the ways. */
  answerOne({ id, name, line, way, aside = false }) {
    if (!this.form || this.closed || !this.answer) return;
    if (this.tab !== "reply") this.choose("reply");
    const ways = this.querySelector("#composer-answer");
    const own = [...(ways?.options ?? [])].find((option) => option.value === way);
    if (own && !own.selected) { own.selected = true; this.follow(); }
    this.quote.put({ id, name, line });
    this.hear(aside ? "private" : "public");
    this.later();
    this.text.focus();
  }

  /** In public: who is to read it. */
  hear(audience) {
    const choice = this.querySelector(`[name=audience][value="${audience}"]`);
    this.follow(); // whether it is possible follows from what is answered
    if (choice && !choice.disabled) choice.checked = true;
    this.follow();
  }

  /** Only the author of a chosen message can be answered in private, and is named. */
  followAudience() {
    const aside = this.querySelector("[name=audience][value=private]");
    if (!aside) return;
    const quoted = this.quote.content;
    const entry = quoted && document.getElementById(`entry-${quoted.id}`);
    aside.disabled = !quoted || (Boolean(entry) && entry.dataset.aside !== "yes");
    const everybody = this.querySelector("[name=audience][value=public]");
    if (aside.disabled && aside.checked && everybody) everybody.checked = true;
    const reader = this.querySelector("[data-reader]");
    if (reader) reader.textContent = reader.dataset.reader.replace("{name}", quoted?.name ?? "…");
  }

  open(tab) {
    if (tab !== this.tab) this.choose(tab);
    (this.nowhere ? this.querySelector("#tab-reply") : this.text).focus();
  }

  choose(tab) {
    if (!this.querySelector(`#tab-${tab}`)) return;
    this.texts[this.tab] = this.text.value;
    this.dress(tab);
    this.text.value = this.texts[tab];
    this.follow();
    this.text.focus();
  }

  dress(tab) {
    this.dataset.tab = tab;
    this.text.placeholder = this.text.dataset[tab];
    this.text.setAttribute("aria-labelledby", `tab-${tab}`);
    for (const button of this.querySelectorAll('[role="tab"]')) button.setAttribute("aria-selected", String(button.dataset.tab === tab));
    this.querySelector("#composer-panel").setAttribute("aria-labelledby", `tab-${tab}`);
    const send = this.querySelector("#composer-send");
    send.querySelector("span").textContent = send.dataset[tab];
  }

  clicked(event) {
    const tab = event.target.closest('[role="tab"]');
    if (tab) this.choose(tab.dataset.tab);
    const sends = event.target.closest("[data-send]");
    if (sends) this.send({ then: sends.dataset.send, at: sends.dataset.at });
    const inserts = event.target.closest("[data-inserts]");
    if (inserts) { this.insert(inserts.dataset.inserts); this.suggestions.look(); }
    const invites = event.target.closest("[data-invites]");
    if (invites) this.things.invite(invites.dataset.invites);
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

  /** The chosen way takes templates only, and none are here: the pane comes anew, with them and with the draft. */
  async needsTemplates() {
    if (!this.closed || this.querySelector("#composer-templates")) return;
    await this.draft.keep();
    document.dispatchEvent(new CustomEvent("oase:open", { detail: { id: this.path.split("/").at(-1), push: false, anew: true } }));
  }

  /** The customer writes from another channel now: an answer that is not begun goes there. */
  movedTo({ id, way }) {
    if (!way || way === this.dataset.way || id !== this.closest("#talk")?.dataset.id) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return; // not under somebody's hands: the next news asks again
    this.dataset.way = way;
    const ways = [...(this.querySelector("#composer-answer")?.options ?? [])];
    for (const one of ways) one.dataset.here = one.value.split("/")[1] === way.split("/")[1] ? "yes" : "";
    const there = ways.find((one) => one.value === way);
    if (this.answer?.value !== way && !this.texts.reply && !this.text.value) {
      if (!there) { document.dispatchEvent(new CustomEvent("oase:open", { detail: { id, push: false, anew: true } })); return; }
      there.selected = true;
    }
    this.follow();
  }

  /** The fields follow the chosen channel. */
  follow() {
    this.followAudience();
    const facts = this.answer?.dataset ?? {};
    const reply = this.tab === "reply";
    const mail = this.querySelector("#composer-mail");
    mail.hidden = !reply || facts.subject !== "yes";
    this.querySelector("#composer-copies").hidden = facts.cc !== "yes";
    this.querySelector("#composer-subject").disabled = facts.subject !== "yes"; // what the channel does not carry is not sent along unseen
    this.querySelector("#composer-copy").disabled = facts.cc !== "yes";
    const story = this.querySelector("#composer-story");
    if (story) story.hidden = !reply || facts.here === "yes" || this.closed;
    const dot = this.querySelector("#composer-dot");
    if (dot && facts.channel) {
      dot.className = `channel-dot channel-${facts.channel}`;
      const drawing = dot.querySelector("use");
      drawing?.setAttribute("href", drawing.getAttribute("href").replace(/#.*/, `#${facts.icon}`));
    }
    const alone = !this.querySelector("#composer-copy")?.value.trim() || facts.cc !== "yes";
    for (const of of this.querySelectorAll(".composer-window")) of.hidden = of.dataset.of !== this.answer?.value || (of.hasAttribute("data-alone") && !alone);
    this.classList.toggle("is-public", facts.public === "yes");
    this.classList.toggle("is-private", Boolean(this.querySelector("[name=audience]")) && facts.public !== "yes");
    const attach = this.querySelector("#composer-attach");
    attach.hidden = reply && facts.files === "0";
    attach.querySelector("input").accept = reply ? facts.accept ?? "" : "";
    this.text.hidden = this.closed;
    this.toggleAttribute("data-closed", this.closed);
    this.quote.follow();
    this.choices.follow();
    this.things.follow();
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
    places.replaceChildren(...JSON.parse(chosen.dataset.blanks).map((blank) => {
      const field = document.createElement("div");
      field.className = "field";
      const label = document.createElement("label");
      label.textContent = blank.label;
      label.htmlFor = blank.name;
      const input = Object.assign(document.createElement("input"), { className: "form-control", id: blank.name, name: blank.name, type: blank.link ? "url" : "text", placeholder: blank.link ? "https://…" : "", required: true });
      input.addEventListener("input", () => this.preview());
      field.append(label, input);
      return field;
    }));
    this.preview();
  }

  preview() {
    let text = this.querySelector("#template")?.selectedOptions[0]?.dataset.reads ?? "";
    for (const input of this.querySelectorAll("#template-places input")) {
      text = text.replaceAll(`{{${input.name}}}`, () => input.value || "…");
    }
    const shown = this.querySelector("#template-shown");
    if (shown) shown.textContent = text;
    return text;
  }

  // ---- the draft ----
  content() {
    this.texts[this.tab] = this.text.value;
    const form = new FormData(this.form);
    const field = (name) => form.get(name) ?? "";
    const files = this.uploads.files();
    return {
      files, quoted: this.quote.content,
      fields: {
        tab: this.tab, reply: this.texts.reply, note: this.texts.note, subject: field("subject"), copy_to: field("copy_to"), answer: field("audience") || field("answer"),
        reply_to: field("reply_to"), choices: this.choices.titles.join("\n"), attachments: files.map((file) => file.id).join(","),
      },
    };
  }

  /** What was written, in this composer or in one before it. */
  put({ fields, files, quoted }) {
    this.texts = { reply: fields.reply, note: fields.note };
    if (fields.tab !== this.tab) this.dress(fields.tab);
    this.text.value = this.texts[this.tab];
    for (const name of ["subject", "copy_to", "answer"]) {
      const input = this.form.elements[name];
      const known = !input?.options || [...input.options].some((option) => option.value === fields[name]);
      if (input && known && fields[name] !== undefined) input.value = fields[name];
    }
    this.uploads.take();
    this.uploads.put(files);
    this.quote.put(quoted);
    if (fields.answer) this.hear(fields.answer);
    this.choices.put(fields.choices.split("\n").filter(Boolean));
    this.count();
  }

  later() { if (this.isConnected) this.draft.write(this.content()); }

  tell(kept) {
    const line = this.querySelector("#composer-kept");
    line.removeAttribute("role");
    if (!kept) { line.setAttribute("role", "alert"); line.textContent = this.dataset.lost; return; }
    line.textContent = this.text.value ? line.dataset.kept : "";
    setTimeout(() => { line.textContent = ""; }, 2500);
  }

  // ---- sending ----
  async send({ then = "", at = "", unless = "yes", anyway = false, seen = newestShown() } = {}) {
    if (this.sending || this.nowhere) return;
    if (this.isConnected) seen = newestShown(); // files may take until another conversation is shown
    const note = this.tab === "note";
    const text = this.text.value;
    if (this.uploads.busy()) { this.uploads.whenDone(() => this.send({ then, at, unless, anyway, seen })); return; }
    if (!this.closed && !text.trim() && !this.uploads.ids().length) { this.text.focus(); return; }
    if (this.closed && ![...this.querySelectorAll("#template-places input")].every((input) => input.reportValidity())) return;
    this.sending = true;
    const button = this.querySelector("#composer-send");
    button.setAttribute("aria-disabled", "true");
    const body = new URLSearchParams(note ? {} : [...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
    body.set("client_key", this.draft.key);
    body.set("text", this.closed ? "" : text);
    body.set("attachments", this.uploads.ids().join(","));
    body.set("seen", seen);
    if (this.querySelector("#composer-story")?.hidden ?? true) body.delete("story");
    if (this.closed) { body.delete("reply_to"); body.delete("choices"); }
    else body.delete("template");
    if (then === "solve" || then === "stay") body.set("then", then);
    if (then === "later" || then === "waking") {
      body.set("send_at", at);
      body.set("unless", unless);
      if (then === "waking") body.set("waking", "yes");
    }
    if (anyway) body.set("anyway", "yes");
    const content = this.content();
    try {
      await Promise.race([this.draft.keep(), new Promise((wait) => setTimeout(wait, 2000))]); // a draft that comes later would be there again
      const response = await fetch(`${this.path}/${note ? "note" : "say"}`, { method: "POST", headers: { "hx-request": "true" }, body });
      const faster = await clashIn(response);
      if (faster) { this.clash(faster, { then, at, unless }); return; }
      if (!response.ok) { this.failed(response); return; }
      this.sent(await response.json(), { note, then, content });
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

  sent({ id, later = "" }, { note, then, content }) {
    const conversation = this.path.split("/").at(-1);
    const other = note ? "reply" : "note";
    const rest = { ...content.fields, tab: note ? "reply" : this.tab, [note ? "note" : "reply"]: "", attachments: "" };
    const left = { fields: note ? rest : { ...rest, reply_to: "", choices: "" }, files: [], quoted: note ? content.quoted : null };
    this.draft.sent(left);
    if (left.fields[other] || left.quoted) this.draft.write(left); // what stands on the other side is still a draft
    const shown = this.isConnected ? this : document.querySelector(`oase-composer[data-path="${this.path}"]`);
    if (shown) {
      shown.put(left);
      shown.follow();
      shown.querySelector("#composer-clash").hidden = true;
      if (!document.querySelector("[popover]:popover-open")) shown.text.focus(); // not away from what was opened meanwhile
    }
    changed(conversation);
    setTimeout(toEnd, 250);
    if (note) { toast({ text: this.dataset.noted }); return; }
    this.offerUndo(id, conversation, then, () => this.restore(conversation, content), later);
    if (then === "solve") document.dispatchEvent(new CustomEvent("oase:left", { detail: { id: conversation } }));
  }

  /** A location or a contact card has gone; the text stays as it is. */
  sentThing(id, quoted) {
    const conversation = this.path.split("/").at(-1);
    this.quote.put(null);
    if (quoted) this.later();
    changed(conversation);
    setTimeout(toEnd, 250);
    this.offerUndo(id, conversation, "", () => { if (quoted && this.isConnected) { this.quote.put(quoted); this.later(); } });
  }

  offerUndo(id, conversation, then, restore, later = "") {
    const undo = async () => {
      const response = await fetch(`/${later ? "scheduled" : "messages"}/${id}/cancel`, { method: "POST", headers: { "hx-request": "true" } });
      const said = response.headers.get("hx-trigger");
      if (said) toast(JSON.parse(said)["oase:toast"]);
      if (!response.ok) return;
      changed(conversation);
      restore();
    };
    const sent = then === "solve" ? this.dataset.solved : this.dataset.sent;
    toast({ text: later ? this.dataset.later.replace("{time}", later) : sent, undoLabel: this.dataset.undo, onUndo: undo, stay: UNDO - 300 });
  }

  restore(conversation, content) {
    const shown = document.querySelector(`oase-composer[data-path="${this.path}"]`);
    const since = shown ? shown.content() : this.draft.newer();
    const reply = [content.fields.reply, since?.fields.reply].filter(Boolean).join("\n");
    const whole = { ...content, fields: { ...content.fields, tab: "reply", reply, note: since?.fields.note ?? content.fields.note } };
    this.draft.write(whole);
    if (!shown) { document.dispatchEvent(new CustomEvent("oase:open", { detail: { id: conversation } })); return; }
    shown.put(whole);
    shown.follow();
    shown.text.focus();
  }

  clash(who, wanted) {
    const line = this.querySelector("#composer-clash");
    line.querySelector("[data-who]").textContent = `${who}: `;
    line.hidden = false;
    this.wanted = wanted;
    changed(this.path.split("/").at(-1));
    this.later();
  }

  decide(choice) {
    this.querySelector("#composer-clash").hidden = true;
    if (choice === "send") this.send({ ...this.wanted, anyway: true });
    if (choice === "read") toEnd();
    if (choice === "drop") { this.text.value = ""; this.uploads.take(); this.quote.put(null); this.choices.put([]); this.count(); this.later(); this.draft.keep(); }
  }

  /** The customer wrote while only templates were possible: everything is open again. */
  noticed(facts) {
    if (facts.key !== this.closest("#talk")?.dataset.id || !this.closed || this.texts.note || this.text.value) return;
    document.dispatchEvent(new CustomEvent("oase:open", { detail: { id: facts.key, push: false, anew: true } }));
  }
});
