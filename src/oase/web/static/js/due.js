// <oase-due data-at="…"><svg/><span>12 min</span></oase-due>: counts down like web/moments.py writes it; amber, then red.
// data-later: what stands there while it is due on a later day; data-soon: from when little of the opening hours is left.
const SOON = 30 * 60;
const shown = new Set();
const units = document.documentElement.lang === "de"
  ? { now: "jetzt", min: "Min.", h: "Std.", d: "T." }
  : { now: "now", min: "min", h: "h", d: "d" };

export function dueText(seconds) {
  const sign = seconds < 0 ? "−" : "";
  const span = Math.abs(Math.trunc(seconds));
  if (span < 60) return units.now;
  if (span < 3600) return `${sign}${Math.floor(span / 60)} ${units.min}`;
  if (span < 2 * 86400) return `${sign}${Math.floor(span / 3600)} ${units.h}`;
  return `${sign}${Math.floor(span / 86400)} ${units.d}`;
}

function refresh(element) {
  const at = Date.parse(element.dataset.at);
  const seconds = (at - Date.now()) / 1000;
  const words = element.querySelector("span");
  const later = element.dataset.later && seconds > 0 && new Date(at).toDateString() !== new Date().toDateString();
  const text = later ? element.dataset.later : dueText(seconds);
  if (words && words.textContent !== text) words.textContent = text;
  element.classList.toggle("due-over", seconds < 0);
  element.classList.toggle("due-soon", seconds >= 0 && (element.dataset.soon ? Date.now() > Date.parse(element.dataset.soon) : seconds < SOON));
}

setInterval(() => { if (!document.hidden) shown.forEach(refresh); }, 5000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) shown.forEach(refresh); });

customElements.define("oase-due", class extends HTMLElement {
  connectedCallback() { shown.add(this); }
  disconnectedCallback() { shown.delete(this); }
});
