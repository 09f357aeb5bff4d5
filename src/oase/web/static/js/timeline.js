// The timeline: stands at the newest entry, loads older ones when one scrolls up, shows mails in frames and pictures large.
import { act } from "./acts.js";

const NEAR = 120;
const timeline = () => document.getElementById("timeline");
const entries = () => document.getElementById("entries");

function atEnd() {
  const box = timeline();
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

export function toEnd() {
  const box = timeline();
  if (box) box.scrollTop = box.scrollHeight;
}

/** The moment of the oldest entry on the screen: changes are asked for since then. */
export function oldestShown() { return entries()?.querySelector(".entry")?.dataset.at ?? ""; }
/** The moment of the newest entry: an answer says with it what its author has seen. */
export function newestShown() { return [...(entries()?.querySelectorAll(".entry") ?? [])].at(-1)?.dataset.at ?? ""; }

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
  if (button) button.hidden = atEnd();
}

async function loadEarlier() {
  const place = document.getElementById("earlier");
  const box = timeline();
  if (!place || place.hidden || place.dataset.loads || !place.dataset.earlier) return;
  place.dataset.loads = "yes";
  const height = box.scrollHeight;
  try {
    const talk = document.getElementById("talk");
    const response = await fetch(`${talk.dataset.path}/earlier?before=${encodeURIComponent(place.dataset.earlier)}`, { headers: { "hx-request": "true" } });
    if (!response.ok || talk !== document.getElementById("talk")) return;
    const page = new DOMParser().parseFromString(`<ol>${await response.text()}</ol>`, "text/html").querySelector("ol");
    const first = entries().firstElementChild;
    if (page.lastElementChild && first?.classList.contains("day") && page.querySelector(`[data-day="${first.dataset.day}"]`)) first.remove();
    entries().prepend(...page.children);
    box.scrollTop += box.scrollHeight - height;
    place.dataset.earlier = response.headers.get("x-earlier") ?? "";
    place.hidden = !place.dataset.earlier;
  } finally {
    delete place.dataset.loads;
  }
}

function arrive() {
  const box = timeline();
  if (!box) return;
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
    timeline().focus();
    for (const box of talk.querySelectorAll(".split-pick")) box.checked = false;
  };
  bar.querySelector("[data-split-cancel]").addEventListener("click", end);
  bar.querySelector("[data-split-do]").addEventListener("click", async () => {
    const ids = [...talk.querySelectorAll(".split-pick:checked")].map((box) => ["message", box.closest(".entry").dataset.id]);
    const response = await act(`${talk.dataset.path}/split`, ids);
    if (!response?.ok) return;
    end();
    document.dispatchEvent(new CustomEvent("oase:open", { detail: { id: response.headers.get("x-opens") } }));
  });
  talk.insertBefore(bar, document.getElementById("composer"));
  [...talk.querySelectorAll(".split-pick")].at(-1)?.focus();
}
document.addEventListener("click", (event) => {
  if (event.target.closest("#split-start")) startSplit();
  const entry = event.target.closest(".splitting .entry:is(.in, .out)");
  if (entry && !event.target.closest("a, button, .split-pick")) entry.querySelector(".split-pick").click();
});
