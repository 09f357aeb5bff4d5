// What happens elsewhere appears here: events carry ids, the page asks for what changed, at most about eight times a second.
//   EventSource /live --ids--> gathered --GET /inbox/<queue>/changes--> rows, counts, head, entries, morphed in
// A stream that breaks is resumed by the browser with Last-Event-ID; after `reload` everything is read anew.
import { writes } from "./app.js";
import { applyRows } from "./rows.js";
import { entriesChanged, oldestShown, stageShown } from "./timeline.js";

const PAUSE = 120;
const COUNTS_PAUSE = 1000;
const gathered = new Set();
let inner = false; // the open conversation's inside changed as well
let timer = null;
let running = false;

const inbox = document.getElementById("inbox");
const openId = () => document.getElementById("talk")?.dataset.id ?? "";

/** A conversation changed: gather it and ask soon. `row`: only its row in the list. */
export function changed(id, { row = false } = {}) {
  gathered.add(id);
  inbox.dataset.busy = "yes";
  if (!row && id === openId()) inner = true;
  schedule(PAUSE);
}

function schedule(pause) {
  if (timer || running) return;
  timer = setTimeout(ask, pause);
}

async function ask() {
  timer = null;
  running = true;
  const ids = [...gathered].slice(0, 100);
  const open = inner ? openId() : "";
  for (const id of ids) gathered.delete(id);
  inner = false;
  const query = new URLSearchParams({ ids: ids.join(",") });
  if (open) {
    query.set("open_id", open);
    query.set("since", oldestShown());
    for (const [name, value] of Object.entries(stageShown())) query.set(name, value);
  }
  try {
    const queue = inbox.dataset.queue;
    const response = await fetch(`/inbox/${queue}/changes?${query}`, { headers: { "hx-request": "true" } });
    if (response.status === 401) { location.href = "/signin"; return; }
    const goes = response.headers.get("x-goes"); // the queue is gone: its view was removed, or is no longer shared
    if (goes) {
      document.dispatchEvent(new CustomEvent("oase:goes", { detail: { queue: goes } }));
      return;
    }
    if (!response.ok) throw new Error(response.statusText);
    const text = await response.text();
    if (queue === inbox.dataset.queue) await apply(text, ids, open);
  } catch {
    for (const id of ids) gathered.add(id);
    if (open) inner = true;
    await new Promise((wait) => setTimeout(wait, 2000));
  } finally {
    running = false;
    if (gathered.size) schedule(PAUSE);
    else inbox.dataset.busy = "no";
  }
}

async function apply(text, ids, open) {
  const parts = new DOMParser().parseFromString(text, "text/html");
  const part = (name) => parts.querySelector(`[data-part="${name}"]`);
  const swap = (target, element) => element && target?.isConnected && window.htmx.swap({ text: element.innerHTML, target, swap: "innerMorph", sourceElement: target });
  const list = document.getElementById("rows");
  if (list?.dataset.order === "whole") await swap(list, part("rows")); // they come whole: nothing else says which changed
  else applyRows([...part("rows").children], ids);
  await swap(document.getElementById("queues"), part("queues"));
  if (!open || open !== openId()) return;
  if (part("head")) await applyInside(part, swap);
  else document.dispatchEvent(new CustomEvent("oase:gone", { detail: { id: open } }));
}

/** The open conversation's parts, one after another. Another one may be opened meanwhile: what is meant for this one never goes into that. */
async function applyInside(part, swap) {
  const talk = document.getElementById("talk");
  const [head, person, planned, entries] = ["talk-head", "person", "planned", "entries"].map((id) => document.getElementById(id));
  talk.dataset.state = part("head").dataset.state;
  talk.dataset.version = part("head").dataset.version;
  if (!document.querySelector("#talk-head :is([popover]:popover-open, dialog[open])")) await swap(head, part("head"));
  const active = document.activeElement; // a field that is written in stays; a pressed button does not hold the pane
  const stays = person?.querySelector("[aria-invalid], dialog[open]"); // what was typed and refused is not lost
  if (!stays && !(person?.contains(active) && writes(active))) await swap(person, part("person"));
  if (!planned?.querySelector("dialog[open]")) await swap(planned, part("planned"));
  if (!talk.isConnected) return;
  await entriesChanged(() => swap(entries, part("entries")));
  if (talk.isConnected) document.dispatchEvent(new CustomEvent("oase:way", { detail: { id: talk.dataset.id, way: part("head").dataset.way } }));
}

function listen() {
  const source = new EventSource(`/live?after=${encodeURIComponent(inbox.dataset.position ?? "")}`); // nothing falls between page and stream
  const data = (event) => JSON.parse(event.data);
  source.addEventListener("conversation", (event) => {
    const facts = data(event);
    changed(facts.key);
    document.dispatchEvent(new CustomEvent("oase:conversation", { detail: facts }));
  });
  source.addEventListener("read", (event) => changed(data(event).conversation, { row: true }));
  source.addEventListener("mention", (event) => changed(data(event).conversation));
  source.addEventListener("notification", (event) => document.dispatchEvent(new CustomEvent("oase:notification", { detail: data(event) })));
  source.addEventListener("duty", (event) => document.dispatchEvent(new CustomEvent("oase:duty", { detail: data(event) })));
  source.addEventListener("offer", (event) => {
    const facts = data(event);
    if (facts.conversation && facts.what !== "made") changed(facts.conversation); // begun, laid aside, gone on with
    document.dispatchEvent(new CustomEvent("oase:offer", { detail: facts }));
  });
  source.addEventListener("whisper", () => document.dispatchEvent(new CustomEvent("oase:whisper")));
  source.addEventListener("presence", (event) => document.dispatchEvent(new CustomEvent("oase:presence", { detail: data(event) })));
  source.addEventListener("typing", (event) => document.dispatchEvent(new CustomEvent("oase:typing", { detail: data(event) })));
  source.addEventListener("person", () => {
    if (openId()) changed(openId());
    else if (document.getElementById("rows")?.dataset.order === "whole") schedule(PAUSE);
  });
  source.addEventListener("view", () => { inbox.dataset.busy = "yes"; schedule(PAUSE); }); // the left pane comes with every answer
  source.addEventListener("reload", () => location.reload());
  source.addEventListener("hello", () => {
    inbox.dataset.live = "on";
    document.dispatchEvent(new CustomEvent("oase:hears"));
    for (const row of document.querySelectorAll("#rows .row-link")) if (source.again) gathered.add(row.dataset.id);
    if (source.again) { inner = Boolean(openId()); schedule(PAUSE); }
    source.again = true;
  });
  source.addEventListener("error", () => {
    inbox.dataset.live = "off";
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

export function startLive() {
  listen();
  setInterval(() => { if (!document.hidden && inbox.dataset.live === "off") changed(openId() || "00000000-0000-0000-0000-000000000000"); }, 15 * COUNTS_PAUSE);
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
