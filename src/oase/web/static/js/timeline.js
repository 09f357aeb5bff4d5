// The timeline: stands at the newest entry, loads older ones when one scrolls up, shows mails in frames and pictures large.
import { act } from "./acts.js";

const NEAR = 120;
const timeline = () => document.getElementById("timeline");
const entries = () => document.getElementById("entries");

/** Public conversations have a stage instead of a line of time: the post on top, those who wait below it. */
export const onStage = () => document.getElementById("talk")?.dataset.kind === "public";

/** How much of the stage is shown, and whose pane stands beside it: changes are asked for with it. */
export function stageShown() {
  if (!onStage()) return {};
  const { waiting, rest, whole = "" } = entries().dataset;
  const person = document.getElementById("person")?.dataset.chosen;
  return { window: [waiting, rest, ...whole.split(" ").filter(Boolean)].join("."), ...(person ? { person } : {}) };
}

function atEnd() {
  const box = timeline();
  if (onStage()) return false;
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

export function toEnd() {
  const box = timeline();
  if (box && !onStage()) box.scrollTop = box.scrollHeight;
}

/** The moment of the oldest entry on the screen: changes are asked for since then. */
export function oldestShown() { return entries()?.querySelector(".entry")?.dataset.at ?? ""; }
/** The moment of the newest entry: an answer says with it what its author has seen. */
export function newestShown() { return [...(entries()?.querySelectorAll(".entry") ?? [])].map((entry) => entry.dataset.at).sort().at(-1) ?? ""; }

/** Runs a change of the entries and stays at the end if one was there; otherwise what one reads stays where it is. */
export async function entriesChanged(change) {
  const end = atEnd();
  const before = newestShown();
  await change();
  if (end) toEnd();
  else showDown();
  announce([...entries().querySelectorAll(".entry.in")].filter((entry) => entry.dataset.at > before));
}

/** Says to those who listen to the page what the customer has just written. */
function announce(fresh) {
  const words = fresh.map((entry) => `${entry.querySelector(".bubble").ariaLabel}: ${entry.querySelector(".bubble-text")?.textContent ?? ""}`);
  if (words.length) document.getElementById("heard").textContent = words.join(" ").slice(0, 500);
}

function showDown() {
  const button = document.getElementById("down");
  if (button) button.hidden = onStage() || atEnd();
}

/** Puts older entries before those on the screen; false if there are none, or none came. */
export async function loadEarlier() {
  const place = document.getElementById("earlier");
  const box = timeline();
  if (!place || place.hidden || place.dataset.loads || !place.dataset.earlier) return false;
  place.dataset.loads = "yes";
  const height = box.scrollHeight;
  try {
    const talk = document.getElementById("talk");
    const response = await fetch(`${talk.dataset.path}/earlier?before=${encodeURIComponent(place.dataset.earlier)}`, { headers: { "hx-request": "true" } });
    const text = response.ok ? await response.text() : "";
    if (!text || !talk.isConnected) return false; // another one was opened meanwhile
    const page = new DOMParser().parseFromString(`<ol>${text}</ol>`, "text/html").querySelector("ol");
    const first = entries().firstElementChild;
    if (page.lastElementChild && first?.classList.contains("day") && page.querySelector(`[data-day="${first.dataset.day}"]`)) first.remove();
    entries().prepend(...page.children);
    box.scrollTop += box.scrollHeight - height;
    place.dataset.earlier = response.headers.get("x-earlier") ?? "";
    place.hidden = !place.dataset.earlier;
    return true;
  } catch {
    return false; // scrolling asks again
  } finally {
    delete place.dataset.loads;
  }
}

function arrive() {
  const box = timeline();
  if (!box || box.watched) return; // one came back to what is still shown: it stays as it was left
  box.watched = true;
  toEnd();
  requestAnimationFrame(toEnd);
  box.addEventListener("scroll", () => {
    if (box.scrollTop < 300) loadEarlier();
    showDown();
  }, { passive: true });
  // pictures and frames grow after they were put in: stay at the end until the reader scrolls
  let still = true;
  box.addEventListener("wheel", () => { still = false; }, { passive: true, once: true });
  box.addEventListener("touchmove", () => { still = false; }, { passive: true, once: true });
  const grows = new ResizeObserver(() => { if (still && atEnd()) toEnd(); });
  grows.observe(entries());
  let ended = true; // the composer grows and shrinks: who was at the end stays there
  box.addEventListener("scroll", () => { ended = atEnd(); }, { passive: true });
  new ResizeObserver(() => { if (ended) toEnd(); }).observe(box);
  box.addEventListener("load", () => { if (still) toEnd(); }, true);
}
document.addEventListener("oase:arrive", arrive);

document.addEventListener("click", (event) => {
  if (event.target.closest("#down")) toEnd();
  const picture = event.target.closest("[data-lightbox]");
  if (picture) {
    const box = document.getElementById("lightbox");
    const image = box.querySelector("img");
    image.src = picture.dataset.lightbox;
    image.alt = picture.dataset.name;
    box.querySelector("span").textContent = picture.dataset.name;
    const link = box.querySelector("a");
    link.href = picture.dataset.lightbox;
    link.download = picture.dataset.name;
    box.showModal();
  }
  if (event.target.matches("#lightbox, #lightbox img")) document.getElementById("lightbox").close();
});

// ---- mails: the frame may run nothing; we measure it from outside ----
customElements.define("oase-mail", class extends HTMLElement {
  connectedCallback() {
    this.frame = this.querySelector("iframe");
    if (!this.frame || this.ready) return;
    this.ready = true;
    this.frame.addEventListener("load", () => this.fit());
    this.querySelector("button")?.addEventListener("click", () => this.withPictures());
    if (this.frame.contentDocument?.readyState === "complete") this.fit();
  }

  fit() {
    const page = this.frame.contentDocument;
    if (!page?.body) return;
    const measure = () => { this.frame.style.height = `${Math.min(6000, page.documentElement.scrollHeight + 2)}px`; };
    this.frame.style.height = "0px";
    measure();
    new ResizeObserver(measure).observe(page.body);
    const remote = [...page.images].some((image) => /^https?:/.test(image.getAttribute("src") ?? "")) || /url\(\s*['"]?https?:/.test(page.body.innerHTML);
    const line = this.querySelector(".mail-images");
    if (line) line.hidden = !remote || this.frame.src.includes("pictures=true");
    page.addEventListener("keydown", (event) => document.dispatchEvent(new KeyboardEvent("keydown", event)));
  }

  withPictures() {
    this.frame.src = `/messages/${this.dataset.id}/mail?pictures=true`;
    this.querySelector(".mail-images").hidden = true;
  }
});

// ---- splitting off: choose messages, then say so ----
function startSplit() {
  const talk = document.getElementById("talk");
  if (!talk || talk.classList.contains("splitting")) return;
  const bar = document.getElementById("split-template").content.cloneNode(true).firstElementChild;
  talk.classList.add("splitting");
  const end = () => {
    talk.classList.remove("splitting");
    bar.remove();
    for (const entry of talk.querySelectorAll(".entry")) {
      delete entry.dataset.picked;
      entry.tabIndex = -1;
      for (const name of ["role", "aria-checked"]) entry.removeAttribute(name);
    }
    timeline().focus();
  };
  bar.querySelector("[data-split-cancel]").addEventListener("click", end);
  bar.querySelector("[data-split-do]").addEventListener("click", async () => {
    const ids = [...talk.querySelectorAll("[data-picked]")].map((entry) => ["message", entry.dataset.id]);
    const response = await act(`${talk.dataset.path}/split`, ids);
    if (!response?.ok) return;
    end();
    document.dispatchEvent(new CustomEvent("oase:open", { detail: { id: response.headers.get("x-opens") } }));
  });
  talk.insertBefore(bar, document.getElementById("composer"));
  for (const entry of choosable()) {
    entry.tabIndex = 0;
    entry.setAttribute("role", "checkbox");
    entry.setAttribute("aria-checked", "false");
  }
  choosable().at(-1)?.focus();
}

const choosable = () => [...document.querySelectorAll(".splitting .entry:is(.in, .out, .note)")];

/** From this one on; one that is chosen already is left out alone. */
function pick(entry) {
  const all = choosable();
  if (entry.dataset.picked) delete entry.dataset.picked;
  else for (const one of all.slice(all.indexOf(entry))) one.dataset.picked = "yes";
  for (const one of all) one.setAttribute("aria-checked", String(Boolean(one.dataset.picked)));
  const count = all.filter((one) => one.dataset.picked).length;
  const said = document.querySelector(".split-bar [role=status]");
  said.textContent = count === 1 ? said.dataset.one : said.dataset.many.replace("{n}", count);
  document.querySelector("[data-split-do]").disabled = count === 0;
}
document.addEventListener("keydown", (event) => {
  const entry = event.target.matches?.(".splitting .entry[role=checkbox]") ? event.target : null;
  if (!entry || (event.key !== " " && event.key !== "Enter")) return;
  event.preventDefault();
  pick(entry);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("#split-start")) startSplit();
  const entry = event.target.closest(".splitting .entry:is(.in, .out, .note)");
  if (entry && !event.target.closest("a, button")) {
    pick(entry);
    event.preventDefault();
  }
});
