// Single messages: moving between them by arrow keys, answering one, reacting to one, jumping to the one that is answered.
import { act } from "./acts.js";
import { writes } from "./app.js";
import { loadEarlier } from "./timeline.js";

const MOST_PAGES = 25;
const all = () => [...document.querySelectorAll("#entries .entry:not(.event)")];
const current = () => document.activeElement?.closest?.("#entries .entry");

/** Answers the message that has the focus; false if it cannot be answered by itself. */
export function answerCurrent() { return answer(current()); }
/** Answers its author alone, where it was said in public. */
export function answerAside(entry = current()) { return entry?.dataset.aside === "yes" && answer(entry, true); }

function answer(entry, aside = false) {
  if (!entry?.dataset.way && !aside) return false;
  const { id, name, line, way } = entry.dataset;
  document.dispatchEvent(new CustomEvent("oase:answer", { detail: { id, name, line, way, aside } }));
  return true;
}

/** Opens the emojis for the message that has the focus. */
export function reactToCurrent() { current()?.querySelector("[data-reacts]")?.click(); }

// ---- the arrow keys ----
function move(by) {
  const list = all();
  const at = list.indexOf(current());
  const next = list[at < 0 ? list.length - 1 : at + by];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** A message taller than the screen is scrolled through before the next one comes. */
function goesOn(entry, down) {
  const box = document.getElementById("timeline").getBoundingClientRect();
  const place = entry?.getBoundingClientRect();
  return Boolean(place) && (down ? place.bottom > box.bottom + 2 : place.top < box.top - 2);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
  const here = event.target === document.body || event.target.closest?.("#timeline");
  if (!here || !document.getElementById("entries")) return;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const down = event.key === "ArrowDown";
    if (goesOn(current(), down)) return;
    event.preventDefault();
    move(down ? 1 : -1);
  } else if (event.key === "Enter" && event.target.matches(".entry")) {
    event.target.querySelector("[data-jumps]")?.click();
  }
});

// ---- jumping to the message that is answered ----
async function jump(id) {
  const find = () => document.getElementById(`entry-${id}`);
  for (let page = 0; !find() && page < MOST_PAGES; page += 1) if (!(await loadEarlier())) break;
  const entry = find();
  if (!entry) return;
  entry.scrollIntoView({ block: "center" });
  entry.focus({ preventScroll: true });
  entry.classList.add("entry-found");
  setTimeout(() => entry.classList.remove("entry-found"), 1600);
}

document.addEventListener("click", (event) => {
  const jumps = event.target.closest("[data-jumps]");
  if (jumps) { event.preventDefault(); jump(jumps.dataset.jumps); }
  const answers = event.target.closest("[data-answers]");
  if (answers) answer(answers.closest(".entry"));
  const aside = event.target.closest("[data-answers-aside]");
  if (aside) answerAside(aside.closest(".entry"));
  const reacts = event.target.closest("[data-reacts]");
  if (reacts) prepare(reacts.dataset);
  const chosen = event.target.closest("#emoji-picker [data-emoji]");
  if (chosen) react(chosen);
});

// a tap shows what can be done with the message: not every browser gives the focus by itself
document.addEventListener("pointerup", (event) => {
  if (event.pointerType !== "touch" || event.target.closest("a, button, audio, video, details")) return;
  event.target.closest("#entries .entry")?.focus({ preventScroll: true });
});

// ---- reacting ----
function prepare({ reacts, has }) {
  const picker = document.getElementById("emoji-picker");
  picker.dataset.message = reacts;
  for (const button of picker.querySelectorAll("[data-emoji]")) button.setAttribute("aria-pressed", String(Boolean(has) && button.dataset.emoji === has));
  picker.querySelector(".emoji-none").hidden = !has;
}

function react(button) {
  const emoji = button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.emoji;
  act(`/messages/${document.getElementById("emoji-picker").dataset.message}/reaction`, { emoji });
}
