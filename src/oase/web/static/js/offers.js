// What the agent is offered: a card that says who waits and until when. `b` begins, or asks for the next.
import { act } from "./acts.js";
import { openConversation, openId } from "./inbox.js";

const place = document.getElementById("offer");
let asked = 0;

async function show() {
  const mine = (asked += 1);
  const response = await fetch("/offers/mine").catch(() => null);
  if (!response?.ok || mine !== asked) return;
  place.innerHTML = await response.text();
  const card = place.querySelector(".offer");
  if (!card) return;
  const whole = Date.parse(card.dataset.until) - Date.parse(card.dataset.made);
  const left = Math.max(0, Date.parse(card.dataset.until) - Date.now());
  const bar = card.querySelector(".offer-time span");
  bar.style.animationDuration = `${whole}ms`;
  bar.style.animationDelay = `${left - whole}ms`;
  const heard = document.getElementById("heard");
  if (heard) heard.textContent = `${card.getAttribute("aria-label")}: ${card.querySelector("strong").textContent}`;
}

/** Begins what is offered; otherwise asks for what comes next. */
export function begin() {
  const button = place.querySelector(".btn-primary[data-act]");
  if (button) button.click();
  else act("/offers/next");
}

document.addEventListener("oase:offer", ({ detail }) => {
  if (detail.what === "begun" && !openId()) openConversation(detail.conversation);
  show();
});
document.addEventListener("oase:hears", show); // at the start, and after a pause of the connection
