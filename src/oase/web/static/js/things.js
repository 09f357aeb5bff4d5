// What goes beside words: the message that is answered, quick replies, a location, a contact card.
import { newestShown } from "./timeline.js";
import { toast } from "./toast.js";

/** Who was faster, where the server keeps an answer back for that; empty otherwise. */
export async function clashIn(response) {
  return response.status === 409 && !response.headers.get("hx-trigger") ? (await response.json()).clash : "";
}

/** The strip above the text: which message is answered. */
export class Quote {
  constructor(composer, changed) {
    this.composer = composer;
    this.strip = composer.querySelector("#composer-quoted");
    this.input = this.strip.querySelector("input");
    this.strip.querySelector("[data-unquotes]").addEventListener("click", () => { this.put(null); composer.follow(); changed(); composer.text.focus(); });
  }

  get content() {
    if (!this.input.value) return null;
    const part = (name) => this.strip.querySelector(`[data-quoted="${name}"]`).textContent;
    return { id: this.input.value, name: part("name"), line: part("line") };
  }

  put(quoted) {
    this.input.value = quoted?.id ?? "";
    this.strip.querySelector("a").dataset.jumps = quoted?.id ?? "";
    for (const name of ["name", "line"]) this.strip.querySelector(`[data-quoted="${name}"]`).textContent = quoted?.[name] ?? "";
    this.strip.hidden = !quoted;
    this.follow();
  }

  /** Only the account that the message went over can quote it. */
  follow() {
    const way = document.getElementById(`entry-${this.input.value}`)?.dataset.way;
    const account = this.composer.answer?.value.split("/")[1];
    const fits = Boolean(this.composer.querySelector("[name=audience]")) || this.composer.answer?.dataset.replies === "yes" && (!way || way.split("/")[1] === account);
    this.strip.querySelector("[data-unquoted]").hidden = fits;
  }
}

/** Quick replies: a few short texts, of which the customer taps one. */
export class Choices {
  constructor(composer, changed) {
    this.composer = composer;
    this.field = composer.querySelector("#composer-choices");
    this.kept = this.field.querySelector("textarea");
    this.list = this.field.querySelector("ol");
    this.list.addEventListener("input", () => { this.keep(); changed(); });
    this.field.querySelector("[data-choice-add]").addEventListener("click", () => this.add("").focus());
    this.field.querySelector("[data-choice-end]").addEventListener("click", () => { this.put([]); changed(); composer.text.focus(); });
    composer.querySelector('[data-attaches="choices"]').addEventListener("click", () => this.begin());
    this.put(this.kept.value.split("\n").filter(Boolean));
  }

  get titles() { return this.kept.value.split("\n").filter(Boolean); }

  begin() {
    if (this.field.hidden) { this.field.hidden = false; this.add(""); this.add(""); }
    this.list.querySelector("input").focus();
  }

  put(titles) {
    this.list.replaceChildren();
    for (const title of titles) this.add(title);
    this.field.hidden = !titles.length;
    this.keep();
  }

  add(title) {
    const input = Object.assign(document.createElement("input"), { className: "form-control", value: title, maxLength: this.length });
    input.setAttribute("aria-label", this.list.dataset.label.replace("{n}", this.list.children.length + 1));
    const line = document.createElement("li");
    line.append(input);
    this.list.append(line);
    this.follow();
    return input;
  }

  keep() { this.kept.value = [...this.list.querySelectorAll("input")].map((input) => input.value.trim()).filter(Boolean).join("\n"); }

  get most() { return Number(this.composer.answer?.dataset.choices ?? 0); }
  get length() { return Number(this.composer.answer?.dataset.choiceLength) || 60; }

  follow() {
    for (const input of this.list.querySelectorAll("input")) input.maxLength = this.length;
    this.field.querySelector("[data-choice-add]").hidden = this.list.children.length >= this.most;
  }
}

/** The menu of what can be attached, by channel, and the dialogs that send a location or a contact card. */
export class Things {
  constructor(composer) {
    this.composer = composer;
    this.more = composer.querySelector("#composer-more");
    for (const form of composer.querySelectorAll("form[data-thing]")) {
      form.addEventListener("submit", (event) => { event.preventDefault(); this.send(form); });
      form.closest("dialog").addEventListener("close", () => { form.anyway = ""; });
    }
  }

  follow() {
    const facts = this.composer.answer?.dataset ?? {};
    const has = { places: facts.places === "yes", cards: facts.cards === "yes", choices: Number(facts.choices ?? 0) > 0 };
    for (const item of this.more.querySelectorAll("[data-attaches]")) item.hidden = !has[item.dataset.attaches];
    const invites = this.more.querySelector("[data-invites]") !== null;
    this.more.hidden = this.composer.closed || !(invites || Object.values(has).includes(true));
  }

  /** Puts a link into the answer by which the customer goes on over another account. */
  async invite(account) {
    const body = new URLSearchParams({ account });
    const response = await fetch(`${this.composer.path}/invite`, { method: "POST", headers: { "hx-request": "true" }, body }).catch(() => null);
    if (response?.ok) { this.composer.insert((await response.json()).text); return; }
    const said = response?.headers.get("hx-trigger");
    toast(said ? JSON.parse(said)["oase:toast"] : { text: document.getElementById("toasts").dataset.failed, kind: "error" });
  }

  async send(form) {
    if (form.sending) return;
    form.sending = true;
    form.key ??= crypto.randomUUID(); // the same until it is sent: pressed twice, it is sent once
    const fault = form.querySelector('[role="alert"]');
    fault.hidden = true;
    const quoted = this.composer.quote.content;
    const facts = { client_key: form.key, seen: newestShown(), anyway: form.anyway ?? "", answer: this.composer.answer?.value ?? "", reply_to: quoted?.id ?? "" };
    const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...facts });
    try {
      const response = await fetch(`${this.composer.path}/say`, { method: "POST", headers: { "hx-request": "true" }, body });
      const faster = await clashIn(response);
      if (faster) {
        form.anyway = "yes"; // whoever has read it may send it again
        throw new Error(form.dataset.clash.replace("{who}", faster));
      }
      if (!response.ok) throw new Error(JSON.parse(response.headers.get("hx-trigger") ?? "{}")["oase:toast"]?.text ?? "");
      const { id } = await response.json();
      form.key = null;
      form.reset();
      form.closest("dialog").close();
      this.composer.sentThing(id, quoted);
    } catch (error) {
      fault.textContent = error.message || document.getElementById("toasts").dataset.failed;
      fault.hidden = false;
    } finally {
      form.sending = false;
    }
  }
}
