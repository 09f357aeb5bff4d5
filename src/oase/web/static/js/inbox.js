// The inbox: which queue and which conversation are open, the keyboard, the list. Addresses are the state:
//   /inbox/<queue>            the list          /inbox/<queue>/<conversation>      with a conversation open
import "./due.js";
import "./timeline.js";
import "./composer.js";
import { hideCurrent, settleCurrent } from "./crowd.js";
import { answerAside, answerCurrent, reactToCurrent } from "./entries.js";
import "./presence.js";
import "./palette.js";
import "./planned.js";
import "./whispers.js";
import { begin } from "./offers.js";
import { openMacros } from "./macros.js";
import "./views.js";
import { act } from "./acts.js";
import { writes } from "./app.js";
import { draftOf } from "./drafts.js";
import { changed, startLive } from "./live.js";
import { retitle } from "./notify.js";
import { fillMore, keepRows } from "./rows.js";

const inbox = document.getElementById("inbox");
const pane = document.getElementById("conversation");
let opening = 0;

export const openId = () => document.getElementById("talk")?.dataset.id ?? "";
export const queueId = () => inbox.dataset.queue;
const rows = () => [...document.querySelectorAll("#rows .row-link")];
const path = (queue, id = "") => `/inbox/${queue}${id ? `/${id}` : ""}`;

// ---- panes on narrow screens ----
export function showPane(name) {
  inbox.dataset.pane = name;
  showToggle();
}

document.addEventListener("click", (event) => {
  const shows = event.target.closest("[data-shows]");
  if (shows) showPane(inbox.dataset.pane === shows.dataset.shows ? "list" : shows.dataset.shows);
  if (event.target.closest("[data-hides]")) showPane(openId() ? "conversation" : "list");
  if (event.target.closest("#person-toggle")) togglePerson();
  if (inbox.dataset.pane === "queues" && !event.target.closest("#queues, [data-shows]")) showPane(openId() ? "conversation" : "list");
});

function togglePerson() {
  if (innerWidth < 1280) {
    showPane(inbox.dataset.pane === "person" ? "conversation" : "person");
  } else {
    inbox.dataset.person = inbox.dataset.person === "off" ? "on" : "off";
    try { localStorage.setItem("oase-person", inbox.dataset.person); } catch { /* private windows may forbid it */ }
  }
  showToggle();
}

function showToggle() {
  const shown = innerWidth < 1280 ? inbox.dataset.pane === "person" : inbox.dataset.person !== "off";
  document.getElementById("person-toggle")?.setAttribute("aria-expanded", String(shown));
}
try { inbox.dataset.person = localStorage.getItem("oase-person") ?? "on"; } catch { inbox.dataset.person = "on"; }

// ---- opening ----
export async function fetchText(address) {
  const response = await fetch(address, { headers: { "hx-request": "true" } });
  if (response.status === 401) { location.href = "/signin"; throw new Error("signed out"); }
  if (!response.ok) throw Object.assign(new Error(response.statusText), { status: response.status });
  return { text: await response.text(), headers: response.headers };
}

/** Shows a conversation. One that is shown still, or again, stays as it is, with what is being written in it; `anew` loads it. */
export async function openConversation(id, { push = true, focus = false, queue = queueId(), anew = false } = {}) {
  const turn = ++opening;
  const shown = openId() === id;
  const inside = pane.contains(document.activeElement); // who worked in the conversation goes on in the next one
  if (!shown) leave();
  for (const link of rows()) {
    if (link.dataset.id === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  document.querySelector(`#rows [data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  if (push && location.pathname !== path(queue, id)) history.pushState({ inbox: true }, "", path(queue, id));
  showPane("conversation");
  if (shown && !anew) {
    arrive();
    if (focus) document.getElementById("timeline")?.focus();
    return;
  }
  draftOf(`/conversations/${id}`).asked();
  const slow = setTimeout(() => !shown && turn === opening && pane.replaceChildren(document.getElementById("conversation-loading").content.cloneNode(true)), 150);
  try {
    const { text } = await fetchText(`/conversations/${id}/pane?queue=${encodeURIComponent(queue)}`);
    clearTimeout(slow); // also when another one was opened meanwhile: it must not cover that one
    if (turn !== opening) return;
    await window.htmx.swap({ text, target: pane, swap: "innerHTML", sourceElement: pane });
    arrive();
    if (focus || (inside && !pane.contains(document.activeElement))) document.getElementById("timeline")?.focus(); // not away from what is being written
  } catch (error) {
    clearTimeout(slow);
    if (turn === opening && error.status === 404) closeConversation({ push: false });
    else if (turn === opening) document.dispatchEvent(new CustomEvent("htmx:error"));
  }
}

export function closeConversation({ push = true } = {}) {
  opening += 1;
  const inside = pane.contains(document.activeElement);
  leave();
  pane.replaceChildren(document.getElementById("nothing-open").content.cloneNode(true));
  for (const link of rows()) link.removeAttribute("aria-current");
  showPane("list");
  if (inside) (rows()[0] ?? document.getElementById("list-scroll")).focus();
  retitle(`${document.querySelector(".listing .pane-head h2")?.textContent ?? ""} · Oase`);
  if (push) history.pushState({ inbox: true }, "", path(queueId()));
}

export async function openQueue(id, { push = true } = {}) {
  const turn = ++opening;
  const { text } = await fetchText(`/inbox/${encodeURIComponent(id)}/list`);
  if (turn !== opening) return;
  const parts = new DOMParser().parseFromString(text, "text/html");
  document.getElementById("queues").replaceChildren(...parts.getElementById("queues").childNodes);
  document.getElementById("listing").replaceChildren(...parts.getElementById("listing").childNodes);
  inbox.dataset.queue = id;
  keepRows();
  closeConversation({ push: false });
  if (push) history.pushState({ inbox: true }, "", path(id));
}

function leave() {
  const talk = document.getElementById("talk");
  if (talk) document.dispatchEvent(new CustomEvent("oase:leave", { detail: { id: talk.dataset.id } }));
}

function arrive() {
  const talk = document.getElementById("talk");
  if (!talk) return;
  retitle(`${talk.querySelector("h2")?.textContent ?? ""} · Oase`);
  showToggle();
  document.dispatchEvent(new CustomEvent("oase:arrive", { detail: { id: talk.dataset.id } }));
  markRead();
}

export function markRead() {
  const id = openId();
  if (id && !document.hidden) fetch(`/conversations/${id}/read`, { method: "POST" }).then(() => changed(id, { row: true }));
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && document.querySelector(`#row-${CSS.escape(openId() || "-")}.row-unread`)) markRead();
});

// ---- clicks: plain ones stay in the page, with a modifier they open a tab ----
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const row = event.target.closest(".row-link, a.past, [data-shows-conversation]");
  if (row) {
    event.preventDefault();
    openConversation(row.dataset.id ?? row.dataset.showsConversation, { focus: event.detail === 0 }); // pressed, not clicked
    return;
  }
  const queue = event.target.closest("a[data-queue]");
  if (queue) {
    event.preventDefault();
    openQueue(queue.dataset.queue);
    return;
  }
  if (event.target.closest("#back")) {
    event.preventDefault();
    closeConversation();
  }
});

addEventListener("popstate", () => {
  const [, , queue, id] = location.pathname.split("/");
  const show = () => (id ? openConversation(id, { push: false }) : closeConversation({ push: false }));
  if (queue && queue !== queueId()) openQueue(queue, { push: false }).then(() => id && openConversation(id, { push: false }));
  else show(); // also the one that is shown: another one may be on its way
});

// ---- the keyboard ----
export function step(by) {
  const links = rows();
  if (!links.length) return;
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))];
  next.focus({ preventScroll: true });
  if (links.indexOf(next) !== at) openConversation(next.dataset.id); // not openId(): j and k may be faster than the pane
  if (links.indexOf(next) > links.length - 5) fillMore();
}

/** The conversation left the list (solved, snoozed): go on with the one that stood after it. */
export function goOn(id) {
  const links = rows();
  const at = links.findIndex((link) => link.dataset.id === id);
  const next = links[at + 1] ?? links[at - 1];
  if (next && innerWidth > 767) openConversation(next.dataset.id);
  else closeConversation();
}

function openMenu(id) {
  const button = document.querySelector(`[popovertarget="${id}"]`);
  if (button) { button.click(); return true; }
  return false;
}

const KEYS = {
  j: () => step(1), 
  k: () => step(-1),
  r: () => answerCurrent() || document.dispatchEvent(new CustomEvent("oase:write", { detail: "reply" })),
  "+": () => reactToCurrent(),
  v: () => answerAside(),
  d: () => settleCurrent(),
  h: () => hideCurrent(),
  n: () => document.dispatchEvent(new CustomEvent("oase:write", { detail: "note" })),
  a: () => openMenu("assign-menu"),
  s: () => openMenu("snooze-menu"),
  t: () => openMenu("tag-menu"),
  c: () => document.querySelector('#queues a[href="/conversations/new"]')?.click(),
  m: () => document.querySelector('#talk-head [data-opens="task-dialog"]')?.click(),
  f: () => document.querySelector('.listing [data-key="f"]')?.click(),
  p: () => openId() && togglePerson(),
  i: () => pressKey("i"), e: () => pressKey("e"), o: () => pressKey("o"), w: () => pressKey("w"),
  b: () => begin(),
  x: () => openMacros(),
  y: () => document.querySelector('#talk-head [data-sheet$="/why"]')?.click(),
  u: () => openId() && act(`/conversations/${openId()}/unread`),
  z: () => [...document.querySelectorAll(".toast-line:not(.toast-told) button")].at(-1)?.click(),
  "/": () => { location.href = "/search"; },
};

function pressKey(key) { document.querySelector(`#talk-head [data-act][data-key="${key}"]`)?.click(); }
export function press(key) { KEYS[key]?.(); }

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open], [popover]:popover-open")) {
    if (event.target.closest?.("#composer")) { event.target.blur(); document.getElementById("timeline")?.focus(); }
    else if (inbox.dataset.pane === "person" || inbox.dataset.pane === "queues") showPane(openId() ? "conversation" : "list");
    else if (openId()) { const id = openId(); closeConversation(); document.querySelector(`#rows [data-id="${CSS.escape(id)}"]`)?.focus(); }
    return;
  }
  if (writes(event.target) || event.target.closest?.("[popover]")) return;
  if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

document.addEventListener("oase:open", ({ detail }) => openConversation(detail.id, { push: detail.push ?? detail.id !== openId(), anew: detail.anew ?? false }));
document.addEventListener("oase:left", ({ detail }) => { if (detail.id === openId()) goOn(detail.id); });
document.addEventListener("oase:gone", ({ detail }) => { if (detail.id === openId()) openConversation(detail.id, { push: false, anew: true }); });
document.addEventListener("oase:conversation", ({ detail }) => {
  if (detail.key === openId() && detail.what === "received" && !document.hidden) markRead();
});

// ---- begin ----
keepRows();
startLive();
if (openId()) arrive();
