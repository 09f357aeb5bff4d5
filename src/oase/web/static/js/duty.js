// What I do now: online, busy, on a break, away. The switch stands on every page; every open page says that it is open.
import { toast } from "./toast.js";

const place = document.getElementById("duty");
const toasts = document.getElementById("toasts");
let worker = null;
let noted = 0;
let asked = 0;

const shownKey = () => document.getElementById("duty-button")?.dataset.key;

async function show() {
  const mine = (asked += 1);
  const answer = await fetch("/duty", { headers: { "hx-request": "true" } }).catch(() => null);
  const text = answer?.ok ? await answer.text() : "";
  if (!text || mine !== asked || place.querySelector("[popover]:popover-open")) return; // an earlier answer that comes later is old
  const focused = place.contains(document.activeElement);
  place.innerHTML = text;
  if (focused) document.getElementById("duty-button")?.focus();
  document.dispatchEvent(new CustomEvent("oase:standing", { detail: { state: shownKey()?.split(" ")[0] ?? "away" } }));
  const hint = place.querySelector("[data-hint]");
  document.querySelector("body > [data-hint]")?.remove();
  if (hint && forgotten(hint.dataset.hint)) hint.remove();
  else if (hint) document.body.append(hint); // out of the rail, which has a look of its own
}

const forgotten = (key) => { try { return sessionStorage.getItem("oase-duty-hint") === key; } catch { return false; } };

/** I do something else from now on. */
export async function setDuty(state, reason = "") {
  const answer = await fetch("/duty", { method: "POST", headers: { "hx-request": "true" }, body: new URLSearchParams({ state, reason }) }).catch(() => null);
  if (!answer?.ok) {
    const said = answer?.headers.get("hx-trigger");
    toast(said ? JSON.parse(said)["oase:toast"] : { text: navigator.onLine ? toasts.dataset.failed : toasts.dataset.offline, kind: "error" });
    return;
  }
  await show();
  worker?.postMessage({ now: true });
}

function begin() {
  worker = new Worker(place.dataset.worker);
  worker.onmessage = ({ data }) => { if (data.key !== shownKey()) show(); };
  const acted = () => {
    if (Math.abs(performance.now() - noted) < 5000) return;
    noted = performance.now();
    worker.postMessage({ acted: true });
  };
  for (const name of ["pointerdown", "keydown", "wheel"]) addEventListener(name, acted, { passive: true, capture: true });
  addEventListener("online", () => worker.postMessage({ now: true }));
  addEventListener("pageshow", (event) => { if (event.persisted) worker.postMessage({ now: true }); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) worker.postMessage({ now: true }); });
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-duty]:not([role=option])");
  if (choice) setDuty(choice.dataset.duty, choice.dataset.reason ?? "");
  if (event.target.closest("[data-hides-hint]")) {
    const hint = event.target.closest("[data-hint]");
    try { sessionStorage.setItem("oase-duty-hint", hint.dataset.hint); } catch { /* private windows may forbid it */ }
    hint.remove();
  }
});

// of colleagues, too: the dots beside their names, as it stands when a menu with them opens
document.addEventListener("toggle", async (event) => {
  const dots = event.newState === "open" ? [...event.target.querySelectorAll("[data-duty-of]")] : [];
  if (!dots.length) return;
  const answer = await fetch("/duty/colleagues").catch(() => null);
  const found = answer?.ok ? await answer.json() : {};
  for (const dot of dots) {
    const does = found[dot.dataset.dutyOf];
    dot.hidden = !does;
    if (!does) continue;
    dot.dataset.state = does.state;
    dot.title = does.name;
    dot.setAttribute("role", "img");
    dot.setAttribute("aria-label", does.name);
  }
}, true);
document.addEventListener("oase:duty", ({ detail }) => {
  if (place && detail.key === place.dataset.me) show();
});

if (place) begin();
