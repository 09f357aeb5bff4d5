// Public conversations: what is done about a comment, more of the stage, and the person beside the comment that one looks at.
import { act } from "./acts.js";
import { changed } from "./live.js";

const STEP = 20;
const PAUSE = 150;
const entries = () => document.getElementById("entries");
const talk = () => document.getElementById("talk");
const current = () => document.activeElement?.closest?.("#entries .comment");
const more = (entry) => entry?.querySelector("[data-comment]");

// ---- what is done about a comment ----
/** The comment that has the focus needs no answer; the next one that waits gets the focus. */
export function settleCurrent() { current()?.querySelector("[data-settles]")?.click(); }

/** Hides the comment that has the focus, or shows it again. */
export function hideCurrent() {
  const entry = current();
  const can = more(entry)?.dataset.can.split(" ") ?? [];
  const wanted = ["hide", "show"].find((one) => can.includes(one));
  if (wanted) act(`/messages/${entry.dataset.id}/moderate`, { act: wanted });
}

function goOn(entry) {
  const waiting = [...entries().querySelectorAll(".comment.waits")];
  const next = waiting[waiting.indexOf(entry) + 1] ?? waiting[waiting.indexOf(entry) - 1];
  (next ?? document.getElementById("timeline")).focus();
}

function does(what) {
  const { message } = document.getElementById("comment-menu").dataset;
  const entry = document.getElementById(`entry-${message}`);
  if (what === "unsettle") { act(`/messages/${message}/unsettle`); return; }
  if (what !== "delete") { act(`/messages/${message}/moderate`, { act: what }); return; }
  const dialog = document.getElementById("delete-comment");
  dialog.dataset.message = message;
  document.getElementById("delete-comment-line").textContent = `${entry?.dataset.name ?? ""}: ${entry?.dataset.line ?? ""}`;
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-comment]");
  if (opens) {
    const menu = document.getElementById("comment-menu");
    menu.dataset.message = opens.dataset.comment;
    const can = opens.dataset.can.split(" ");
    for (const item of menu.querySelectorAll("[data-does]")) item.hidden = !can.includes(item.dataset.does);
  }
  const chosen = event.target.closest("#comment-menu [data-does]");
  if (chosen) does(chosen.dataset.does);
  if (event.target.closest("#delete-comment-do")) {
    const dialog = document.getElementById("delete-comment");
    dialog.close();
    act(`/messages/${dialog.dataset.message}/moderate`, { act: "delete" });
  }
  const settles = event.target.closest("[data-settles]");
  if (settles) goOn(settles.closest(".comment"));
  const section = event.target.closest("[data-more]");
  if (section) grow(section.dataset.more);
  const branch = event.target.closest("[data-whole]");
  if (branch) {
    const key = encodeURIComponent(branch.dataset.whole).replaceAll(".", "%2E");
    entries().dataset.whole = `${entries().dataset.whole ?? ""} ${key}`.trim();
    branch.closest(".branch").querySelector(".entry")?.focus({ preventScroll: true });
    changed(talk().dataset.id);
  }
  const person = event.target.closest("#entries [data-person]");
  if (person) {
    look(person.dataset.person, 0);
    if (innerWidth < 1280) document.getElementById("person-toggle")?.click();
  }
});

/** More of a section: the same page, asked for with a larger window. */
function grow(section) {
  const shown = [...entries().querySelectorAll(".entry")];
  entries().dataset[section] = Number(entries().dataset[section]) + STEP;
  const button = entries().querySelector(`[data-more="${section}"]`);
  const before = shown.filter((entry) => entry.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
  before?.focus({ preventScroll: true }); // the button moves on
  changed(talk().dataset.id);
}

// ---- the person beside ----
let timer = null;

function look(person, pause = PAUSE) {
  clearTimeout(timer);
  const pane = document.getElementById("person");
  const shown = pane?.dataset.chosen || pane?.dataset.shown;
  if (!pane || !person || person === shown) return;
  timer = setTimeout(async () => {
    const id = talk()?.dataset.id;
    const response = await fetch(`/conversations/${id}/beside?person=${person}`, { headers: { "hx-request": "true" } }).catch(() => null);
    if (!response?.ok || id !== talk()?.dataset.id) return;
    pane.dataset.chosen = person;
    const text = await response.text();
    await window.htmx.swap({ text, target: pane, swap: "innerMorph", sourceElement: pane });
  }, pause);
}

document.addEventListener("focusin", (event) => {
  const entry = event.target.closest?.("#entries .comment[data-face]");
  if (entry) look(entry.dataset.face);
});
document.addEventListener("click", (event) => { // a click gives no focus to what is not made to be focused
  if (event.target.closest("a, button, details, audio, video")) return;
  event.target.closest("#entries .comment")?.focus({ preventScroll: true });
});
