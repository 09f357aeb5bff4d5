// Web push in this browser: switched on and off on the profile, and kept up by every inbox that opens. Who uses the browser is
// remembered in it, so that a colleague who signs in here is not told anything without having wished it.
import { toast } from "./toast.js";

const MINE = "oase-push";
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function remembered() { try { return localStorage.getItem(MINE); } catch { return null; } }
function remember(me) { try { if (me) localStorage.setItem(MINE, me); else localStorage.removeItem(MINE); } catch { /* private windows */ } }

async function registration() {
  const found = await navigator.serviceWorker.register("/inbox-worker.js", { scope: "/inbox", updateViaCache: "none" });
  if (found.active) return found;
  const coming = found.installing ?? found.waiting;
  await new Promise((done) => coming.addEventListener("statechange", () => coming.state === "activated" && done()));
  return found;
}

/** This browser's subscription, if this agent wanted one here. */
async function own(me) {
  if (!able || Notification.permission !== "granted" || remembered() !== me) return null;
  return (await registration()).pushManager.getSubscription();
}

const send = (subscription) => fetch("/notifications/browser", { method: "POST", body: JSON.stringify(subscription) });

/** An inbox was opened: the browser belongs to this session now. True if this browser is told. */
export async function keepUp(me) {
  try {
    const subscription = await own(me);
    return subscription ? (await send(subscription)).ok : false;
  } catch { return false; }
}

/** Whether this agent is told in this browser by web push. */
export const isTold = (me) => able && Notification.permission === "granted" && remembered() === me;

/** An offer is over: its notice goes from the desktop. */
export async function withdraw(conversation) {
  const found = await navigator.serviceWorker?.getRegistration("/inbox").catch(() => null);
  for (const one of await found?.getNotifications({ tag: conversation }) ?? []) if (one.data?.kind === "offer") one.close();
}

async function switchOn(me, key) {
  if (await Notification.requestPermission() !== "granted") return;
  const { pushManager } = await registration();
  const known = await pushManager.getSubscription();
  if (known && btoaUrl(known.options.applicationServerKey) !== key) await known.unsubscribe(); // of another installation
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const response = await send(subscription);
  if (!response.ok) throw new Error(response.statusText);
  remember(me);
}

async function switchOff(me) {
  const subscription = await own(me);
  remember(null);
  if (!subscription) return;
  await fetch("/notifications/browser/remove", { method: "POST", body: new URLSearchParams({ endpoint: subscription.endpoint }) });
  await subscription.unsubscribe();
}

function btoaUrl(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer ?? []))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// ---- the profile ----
const panel = document.getElementById("this-browser");

async function state() {
  if (!able) return "unable";
  if (Notification.permission === "denied") return "denied";
  return (await keepUp(panel.dataset.me)) ? "on" : "off";
}

async function present() {
  const now = await state();
  panel.dataset.state = now;
  for (const part of panel.querySelectorAll("[data-shows-when]")) part.hidden = part.dataset.showsWhen !== now;
}

if (panel) {
  present();
  panel.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-push]");
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    try {
      await (button.dataset.push === "on" ? switchOn(panel.dataset.me, panel.dataset.key) : switchOff(panel.dataset.me));
    } catch {
      toast({ text: panel.dataset.refused, kind: "error" });
    }
    button.removeAttribute("aria-disabled");
    await present();
    if (panel.dataset.state === "on" || button.dataset.push === "off") location.reload();
  });
}
