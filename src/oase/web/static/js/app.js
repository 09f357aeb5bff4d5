// What every page has: menus, dialogs, toasts, copy buttons, the theme, times that stay current.
import "./ago.js";
import { toast } from "./toast.js";
import "./menu.js";
import "./duty.js";
import "./elsewhere.js";

const toasts = document.getElementById("toasts");

// ---- dialogs: <button data-opens="id"> ----
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (!opener) return;
  opener.closest("[popover]")?.hidePopover();
  openDialog(opener.dataset.opens);
});

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

// a click on the backdrop closes
document.addEventListener("click", (event) => {
  if (event.target.matches?.("dialog.dialog") && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

// ---- copying ----
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no permission, or not a secure place: select it, so that ctrl+c does it
    source.select?.();
    document.execCommand("copy");
  }
  toast({ text: toasts.dataset.copied });
});

// ---- theme ----
document.addEventListener("click", (event) => {
  const choice = event.target.closest("button[data-theme-choice]");
  if (!choice) return;
  const theme = choice.dataset.themeChoice;
  const root = document.documentElement;
  root.dataset.themeChoice = theme;
  if (theme === "auto") delete root.dataset.bsTheme;
  else root.dataset.bsTheme = theme;
  for (const other of document.querySelectorAll("button[data-theme-choice]")) {
    other.setAttribute("aria-checked", String(other === choice));
  }
  fetch("/profile/theme", { method: "POST", body: new URLSearchParams({ theme }) });
});

// ---- htmx: what the server says, and what it cannot say ----
document.addEventListener("oase:toast", (event) => toast(event.detail));
document.addEventListener("htmx:error", () => {
  toast({ text: navigator.onLine ? toasts.dataset.failed : toasts.dataset.offline, kind: "error" });
});
// errors are told by a toast; only forms with what is wrong (422) are put into the page
document.addEventListener("htmx:before:swap", (event) => {
  const status = event.detail?.ctx?.response?.raw?.status ?? event.detail?.ctx?.response?.status ?? 200;
  if (status >= 400 && status !== 422) event.preventDefault();
});

// ---- a form that is being sent is not sent twice ----
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.closest("[hx-post]")) return;
  const button = event.submitter;
  if (button) setTimeout(() => button.setAttribute("aria-disabled", "true"));
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll('button[type="submit"][aria-disabled]')) button.removeAttribute("aria-disabled");
});

// ---- keyboard help, and `g i` ----
let before = "";
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    openDialog("help");
  } else if (before === "g" && event.key === "i") {
    location.href = "/inbox";
  }
  before = event.key;
  setTimeout(() => { before = ""; }, 900);
});

export function writes(target) {
  return target instanceof Element && Boolean(target.closest("input, textarea, select, [contenteditable], dialog[open]"));
}

// ---- small things: printing, copying a text that is no field, the time zone of the first start ----
document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-prints]")) print();
  const copier = event.target.closest("[data-copies]");
  if (copier) {
    const text = copier.dataset.copies;
    await navigator.clipboard?.writeText(text.startsWith("/") ? location.origin + text : text);
    toast({ text: toasts.dataset.copied });
  }
});
customElements.define("oase-zone", class extends HTMLElement {
  connectedCallback() { this.firstElementChild.value = Intl.DateTimeFormat().resolvedOptions().timeZone || ""; }
});
