// The floor follows what happens: events are gathered, and at most once a second the part that changes is asked for and morphed in.
// Nothing moves while something is dragged, or a menu or dialog is open; the focus stays with what it was on, or goes to what follows.
import { openDialog, writes } from "./app.js";
import "./due.js";
import { toast } from "./toast.js";
import "./whispers.js";

const PAUSE = 1000;
const CALM = 15000; // waits grow also when nothing happens
const page = document.getElementById("floor");
const body = document.getElementById("floor-body");
const live = document.getElementById("floor-live");
const giveMenu = document.getElementById("give-menu");
const mateMenu = document.getElementById("mate-menu");
let timer = null;
let running = false;
let wanted = false;
let last = 0;
let dragged = null; // the row that is on its way
let chosen = null; // whom the open menu is about: {conversation, seenWith} or {agent, name}

// ---- what happens elsewhere ----
function schedule() {
  wanted = true;
  if (timer || running) return;
  timer = setTimeout(refresh, Math.max(80, PAUSE - (Date.now() - last)));
}

const held = () => Boolean(dragged || document.querySelector(".menu:popover-open, dialog[open]"));

async function refresh() {
  timer = null;
  if (held()) { timer = setTimeout(refresh, 300); return; }
  running = true;
  wanted = false;
  last = Date.now();
  try {
    const response = await fetch(location.href, { headers: { "hx-request": "true" } });
    if (response.status === 401) { location.href = "/signin"; return; }
    if (!response.ok) throw new Error(response.statusText);
    const text = await response.text();
    if (held()) wanted = true;
    else await put(text);
    connected(true);
  } catch {
    connected(false);
    wanted = true;
    await new Promise((wait) => setTimeout(wait, 3000));
  } finally {
    running = false;
    if (wanted) schedule();
  }
}

async function put(text) {
  const active = document.activeElement;
  const id = body.contains(active) ? active.id : "";
  const at = id ? stops().indexOf(active) : -1;
  await window.htmx.swap({ text, target: body, swap: "innerMorph", sourceElement: body });
  if (!id || (document.activeElement && document.activeElement.id === id)) return;
  const next = document.getElementById(id) ?? stops()[Math.min(at, stops().length - 1)] ?? document.getElementById("floor-title");
  next?.focus({ preventScroll: true });
}

function connected(is) {
  const before = page.dataset.live;
  page.dataset.live = is ? "on" : "off";
  if (before !== page.dataset.live || !live.textContent) live.textContent = is ? live.dataset.on : live.dataset.off;
}

function listen() {
  const source = new EventSource(`/live?of=floor&after=${encodeURIComponent(page.dataset.position ?? "")}`);
  for (const topic of ["conversation", "offer", "duty", "desk", "stranded"]) source.addEventListener(topic, schedule);
  source.addEventListener("duty", (event) => document.dispatchEvent(new CustomEvent("oase:duty", { detail: JSON.parse(event.data) })));
  source.addEventListener("whisper", () => document.dispatchEvent(new CustomEvent("oase:whisper")));
  source.addEventListener("reload", () => location.reload());
  source.addEventListener("hello", () => {
    connected(true);
    document.dispatchEvent(new CustomEvent("oase:hears"));
    if (source.again) schedule();
    source.again = true;
  });
  source.addEventListener("error", () => {
    connected(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

// ---- acts ----
async function act(address, values) {
  const area = document.getElementById("toasts");
  try {
    const response = await fetch(address, { method: "POST", headers: { "hx-request": "true" }, body: new URLSearchParams(values) });
    if (response.status === 401) { location.href = "/signin"; return null; }
    const said = response.headers.get("hx-trigger");
    if (said) {
      const told = JSON.parse(said)["oase:toast"];
      toast(told.undo ? { ...told, undo: "", onUndo: () => act(told.undo, {}) } : told);
    } else if (!response.ok) toast({ text: area.dataset.failed, kind: "error" });
    schedule();
    return response;
  } catch {
    toast({ text: navigator.onLine ? area.dataset.failed : area.dataset.offline, kind: "error" });
    return null;
  }
}

const give = ({ conversation, seenWith }, agent) => act(`/floor/conversations/${conversation}/give`, { agent, seen_with: seenWith });

// ---- dragging ----
document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.(".wait");
  if (!row) return;
  dragged = row;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", row.dataset.conversation);
  setTimeout(() => page.classList.add("floor-dragging")); // not before the browser has taken its picture of the row
  row.classList.add("wait-dragged");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("wait-dragged");
  dragged = null;
  page.classList.remove("floor-dragging");
  over(null);
});

const target = (event) => (dragged ? event.target.closest?.("[data-agent][data-name]") : null);

function over(element) {
  for (const one of body.querySelectorAll(".drop-here")) if (one !== element) one.classList.remove("drop-here");
  element?.classList.add("drop-here");
}

document.addEventListener("dragover", (event) => {
  const to = target(event);
  over(to);
  if (!to) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
});
document.addEventListener("drop", (event) => {
  const to = target(event);
  if (!to) return;
  event.preventDefault();
  const { conversation, seenWith } = dragged.dataset;
  if (seenWith !== to.dataset.agent) give({ conversation, seenWith }, to.dataset.agent);
});

// ---- menus ----
giveMenu.addEventListener("beforetoggle", (event) => {
  if (event.newState !== "open") return;
  const list = document.getElementById("give-list");
  list.replaceChildren(...[...document.getElementById("give-items").children].map((one) => one.cloneNode(true)));
  for (const one of list.children) one.disabled = one.dataset.agent === chosen?.seenWith;
  document.getElementById("give-nobody").disabled = !chosen?.seenWith;
  giveMenu.querySelector("[data-filters]").value = "";
});
giveMenu.addEventListener("click", (event) => {
  const item = event.target.closest("[data-agent]");
  if (item && chosen) give(chosen, item.dataset.agent);
});
giveMenu.addEventListener("keydown", (event) => { // Enter in the field takes the first that is left
  if (event.key !== "Enter" || !event.target.matches("[data-filters]")) return;
  event.preventDefault();
  giveMenu.querySelector("#give-list .menu-item:not([hidden], :disabled)")?.click();
});
mateMenu.addEventListener("click", (event) => {
  if (!chosen?.agent) return;
  if (event.target.closest("[data-whispers]")) whisperTo(chosen);
  const state = event.target.closest("[data-state]");
  if (state) act(`/floor/agents/${chosen.agent}/state`, { state: state.dataset.state, reason: state.dataset.reason ?? "" });
});
for (const menu of [giveMenu, mateMenu]) menu.addEventListener("toggle", (event) => {
  if (event.newState === "closed" && menu.contains(document.activeElement)) document.getElementById(chosen?.from)?.focus();
});
document.addEventListener("click", (event) => { // before the browser opens the menu
  const button = event.target.closest("[popovertarget='give-menu'], [popovertarget='mate-menu']");
  if (!button) return;
  const row = button.closest(".wait");
  const mate = button.closest(".mate");
  chosen = row ? { conversation: row.dataset.conversation, seenWith: row.dataset.seenWith, from: `${row.id}-a` } : { agent: mate.dataset.agent, name: mate.dataset.name, from: button.id };
}, true);

// ---- whispering ----
const form = document.getElementById("whisper-form");

function whisperTo({ agent, name, conversation = "", title = "" }) {
  form.dataset.agent = agent;
  form.elements.conversation.value = conversation;
  document.getElementById("whisper-to").textContent = name;
  const about = document.getElementById("whisper-about");
  about.textContent = title && about.dataset.about.replace("{title}", title);
  openDialog("whisper");
  document.getElementById("whisper-text").focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const response = await act(`/floor/agents/${form.dataset.agent}/whisper`, { text: form.elements.text.value, conversation: form.elements.conversation.value });
  if (!response?.ok) return; // what was written stays
  form.reset();
  document.getElementById("whisper").close();
});

// ---- keyboard ----
const stops = () => [...body.querySelectorAll("[data-stop]")].filter((one) => one.checkVisibility());

function move(by) {
  const all = stops();
  const at = all.indexOf(document.activeElement);
  const to = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

function aside(id) { // from what waits to who works, and back
  document.querySelector(`#${id} [data-stop]`)?.focus();
}

const KEYS = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
  ArrowRight: () => aside("crew"), ArrowLeft: () => aside("floor-work"),
  a: () => document.activeElement.closest(".wait")?.querySelector(".wait-give").click(),
  w: () => { // to whoever has the conversation, about it; or to somebody on duty
    const row = document.activeElement.closest(".wait");
    const mate = document.activeElement.closest(".mate")?.dataset;
    const whom = row?.dataset.seenWith ? { agent: row.dataset.seenWith, name: row.dataset.holder } : mate;
    if (whom?.agent) whisperTo({ agent: whom.agent, name: whom.name, conversation: row?.dataset.conversation, title: row?.querySelector(".wait-who").textContent });
  },
  z: () => [...document.querySelectorAll(".toast-line:not(.toast-told) button")].at(-1)?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
  if (event.target.closest(".menu")) return;
  const does = KEYS[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

document.querySelector("[data-sends]")?.addEventListener("change", (event) => event.target.form.submit());
setInterval(() => { if (!document.hidden && Date.now() - last > CALM) schedule(); }, 5000);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
listen();
