// What all sandbox pages share: words in the reader's language, requests, building elements, the theme, short notices.

export const language = document.documentElement.lang;
const words = await (await fetch(`/sandbox/words/${language}.json`)).json();

/** The text in the reader's language; `%(name)s` is filled from `values`. */
export function _(text, values = {}) {
  return (words[text] ?? text).replace(/%\((\w+)\)s/g, (_all, name) => values[name] ?? "");
}

export const byId = (id) => document.getElementById(id);

/** An element with attributes, listeners (`onclick`) and children (texts or elements; empty ones are left out). */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value === "boolean") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/sandbox/static/icons.svg#${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export function avatar(name, seed = name) {
  const letters = name.split(/\s+/).map((part) => [...part].find((sign) => /\p{L}|\p{N}/u.test(sign)) ?? "").join("");
  const colour = [...seed].reduce((sum, sign) => (sum * 33 + sign.codePointAt(0)) % 65_521, 5381) % 8;
  return el("span", { class: `avatar avatar-${colour}`, "aria-hidden": "true" }, [...letters].slice(0, 2).join("").toUpperCase() || "?");
}

/** Sends a request; an error becomes a notice and an exception. */
export async function ask(method, path, body, headers = {}) {
  const raw = body instanceof Blob;
  const options = { method, headers: { ...headers } };
  if (body !== undefined) {
    options.headers["Content-Type"] ??= raw ? body.type || "application/octet-stream" : "application/json";
    options.body = raw ? body : JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    notice(_("The sandbox does not answer."));
    throw new Error("no answer");
  }
  const text = await answer.text();
  const content = text && answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
  if (!answer.ok) {
    notice(content?.detail ?? _("That did not work (HTTP %(status)s).", { status: answer.status }));
    throw new Error(`HTTP ${answer.status}`);
  }
  return content;
}

let noticeTimer;
export function notice(text) {
  const toast = byId("toast");
  toast.replaceChildren(el("p", {}, text));
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => toast.replaceChildren(), 5000);
}

export const clockTime = (moment) => new Date(moment).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

export function dayName(moment) {
  const date = new Date(moment);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return _("Today");
  if (days === 1) return _("Yesterday");
  return date.toLocaleDateString(language, { weekday: days < 7 ? "long" : undefined, day: "numeric", month: "long" });
}

export function fileSize(bytes) {
  const units = ["B", "kB", "MB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) { size /= 1000; unit += 1; }
  return `${size.toLocaleString(language, { maximumFractionDigits: unit ? 1 : 0 })} ${units[unit]}`;
}

/** Listens to a stream; after every gap `onGap` runs, so that the page reads its state anew. Returns a function that ends it. */
export function listen(path, onEvent, onGap) {
  const source = new EventSource(path);
  let first = true;
  source.addEventListener("open", () => { if (!first) onGap(); first = false; });
  source.addEventListener("message", (event) => onEvent(JSON.parse(event.data)));
  return () => source.close();
}

/** A menu beside its button: opens, moves with the arrow keys, closes with Escape or a click elsewhere. */
export function openMenu(menu, button) {
  const items = () => [...menu.querySelectorAll("button")];
  const close = (refocus) => {
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    menu.removeEventListener("keydown", keys);
    menu.dispatchEvent(new Event("closed"));
    if (refocus) button.focus();
  };
  const outside = (event) => { if (!menu.contains(event.target) && !button.contains(event.target)) close(false); };
  const keys = (event) => {
    const all = items();
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") { close(false); return; }
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  menu.hidden = false;
  button.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  menu.addEventListener("keydown", keys);
  items()[0]?.focus();
  return () => close(false);
}

byId("theme")?.addEventListener("click", () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("sandbox-theme", next);
});

// on a phone the bar is wider than the screen: it begins with the app that is shown
const shown = document.querySelector(".apps [aria-current]");
if (shown) shown.parentElement.scrollLeft = shown.offsetLeft - (shown.parentElement.clientWidth - shown.offsetWidth) / 2;
