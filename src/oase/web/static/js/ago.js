// <oase-ago><time datetime="…">3 minutes ago</time></oase-ago>: one timer keeps all of them current.
const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "always" });
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const shown = new Set();

export function ago(moment, now = Date.now()) {
  const seconds = (moment - now) / 1000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size * (size > 1 ? 0.85 : 1)) ?? ["second", 1];
  return words.format(Math.round(seconds / length), unit);
}

function refresh(element) {
  const time = element.firstElementChild;
  const moment = Date.parse(time?.dateTime);
  if (!moment || Math.abs(Date.now() - moment) < 10000) return; // "just now", as the server wrote it
  time.textContent = ago(moment);
}

setInterval(() => { if (!document.hidden) shown.forEach(refresh); }, 15000);

customElements.define("oase-ago", class extends HTMLElement {
  connectedCallback() { shown.add(this); }
  disconnectedCallback() { shown.delete(this); }
});
