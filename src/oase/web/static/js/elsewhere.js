// What I am offered, on pages other than the inbox: the card, a sound if I want one, a notice while the page is hidden. The stream
// stands only while I am online; the inbox has its own.
import { isTold, withdraw } from "./push.js";
import { sound } from "./sound.js";
import { toast } from "./toast.js";

const here = document.getElementById("duty");
const title = document.title;
let place = null;
let source = null;
let asked = 0;
let notice = null;

async function show() {
  const mine = (asked += 1);
  const answer = await fetch("/offers/mine").catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const held = place.contains(document.activeElement);
  place.innerHTML = await answer.text();
  const card = place.querySelector(".offer");
  document.title = card ? `(1) ${title}` : title;
  if (!card) { notice?.close(); notice = null; return; }
  for (const part of card.querySelectorAll(".offer-why, kbd")) part.remove(); // of the inbox
  const whole = Date.parse(card.dataset.until) - Date.parse(card.dataset.made);
  const bar = card.querySelector(".offer-time span");
  bar.style.animationDuration = `${whole}ms`;
  bar.style.animationDelay = `${Math.max(0, Date.parse(card.dataset.until) - Date.now()) - whole}ms`;
  setTimeout(show, Math.max(0, Date.parse(card.dataset.until) - Date.now()) + 1000);
  if (held) card.querySelector("[data-act]").focus();
}

async function tell({ id, show: shows, sound: rings }) {
  const answer = await fetch(`/notifications/${id}`).catch(() => null);
  const told = answer?.ok ? await answer.json() : {};
  if (told.kind !== "offer") return; // the rest is told in the inbox
  if (rings) sound(id);
  if (!shows || !document.hidden || isTold(here.dataset.me) || !("Notification" in window) || Notification.permission !== "granted") return;
  notice?.close();
  notice = new Notification(told.title, { body: told.body, tag: told.conversation });
  notice.addEventListener("click", () => { focus(); notice?.close(); });
}

async function answers(button) {
  const area = document.getElementById("toasts");
  const answer = await fetch(button.dataset.act, { method: "POST", headers: { "hx-request": "true" } }).catch(() => null);
  const said = answer?.headers.get("hx-trigger");
  if (said) toast(JSON.parse(said)["oase:toast"]);
  else if (!answer?.ok) toast({ text: navigator.onLine ? area.dataset.failed : area.dataset.offline, kind: "error" });
  const opens = answer?.headers.get("x-opens");
  if (opens) location.assign(`/inbox/open/${opens}`);
  else show();
}

function listen() {
  source = new EventSource("/live?of=me");
  source.addEventListener("hello", show);
  source.addEventListener("offer", (event) => {
    const { key, what, conversation } = JSON.parse(event.data);
    if (key !== here.dataset.me) return;
    if (what !== "made" && what !== "begun") withdraw(conversation);
    show();
  });
  source.addEventListener("duty", (event) => document.dispatchEvent(new CustomEvent("oase:duty", { detail: JSON.parse(event.data) })));
  source.addEventListener("notification", (event) => JSON.parse(event.data).new.forEach(tell));
}

function begin() {
  place = document.createElement("div");
  place.className = "offers";
  place.setAttribute("role", "status");
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) { event.stopPropagation(); answers(button); }
  });
  document.body.append(place);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted && source) listen(); });
}

document.addEventListener("oase:standing", ({ detail }) => {
  if (!here || document.getElementById("inbox")) return;
  if (detail.state === "online" && !source) {
    if (!place) begin();
    listen();
  } else if (detail.state !== "online" && source) {
    source.close();
    source = null;
    show();
  }
});
