// What a lead whispers to me appears at once on every open page, and stays until I have read it.
import { toast } from "./toast.js";

const place = document.getElementById("whispers");
let asked = 0;

async function show() {
  const mine = (asked += 1);
  const response = await fetch("/whispers/mine", { headers: { "hx-request": "true" } }).catch(() => null);
  if (!response?.ok || mine !== asked) return;
  const known = new Set([...place.children].map((one) => one.id));
  place.innerHTML = await response.text();
  const fresh = [...place.children].filter((one) => !known.has(one.id));
  const heard = document.getElementById("heard");
  for (const one of fresh) {
    if (heard) heard.textContent = `${one.getAttribute("aria-label")}: ${one.querySelector(".whisper-text").textContent}`;
    if (document.hidden && "Notification" in window && Notification.permission === "granted") {
      const shown = new Notification(one.querySelector("strong").textContent, { body: one.querySelector(".whisper-text").textContent, tag: one.id });
      shown.addEventListener("click", () => { focus(); shown.close(); });
    }
  }
}

place?.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-reads]");
  if (!button) return;
  button.setAttribute("aria-disabled", "true");
  const response = await fetch(`/whispers/${button.dataset.reads}/read`, { method: "POST" }).catch(() => null);
  const area = document.getElementById("toasts");
  if (response?.ok) {
    button.closest(".whisper").remove();
    (place.querySelector("[data-reads]") ?? document.getElementById("main")).focus();
  } else {
    button.removeAttribute("aria-disabled");
    toast({ text: navigator.onLine ? area.dataset.failed : area.dataset.offline, kind: "error" });
  }
});

if (place) {
  document.addEventListener("oase:whisper", show);
  document.addEventListener("oase:hears", show); // at the start, and after a pause of the connection
}
