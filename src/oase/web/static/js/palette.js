// The command bar (ctrl or cmd + k): acts, queues, and a search for everything else.
import { setDuty } from "./duty.js";

const bar = document.getElementById("palette");
const text = document.getElementById("palette-text");
const list = document.getElementById("palette-list");
const found = document.getElementById("palette-found");
let asking = null;
let asked = 0;

const options = () => [...bar.querySelectorAll('[role="option"]:not([hidden])')];

function mark(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  text.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
}

function filter() {
  const words = text.value.trim().toLocaleLowerCase();
  const open = Boolean(document.getElementById("talk"));
  for (const option of list.querySelectorAll('[role="option"]')) {
    option.hidden = (option.dataset.scope === "talk" && !open) || !option.textContent.toLocaleLowerCase().includes(words);
  }
  search(text.value.trim());
  mark(options()[0]);
}

function search(words) {
  clearTimeout(asking);
  found.replaceChildren();
  if (words.length < 2) return;
  const option = document.createElement("div");
  option.setAttribute("role", "option");
  option.id = "palette-search";
  option.className = "menu-item";
  option.dataset.goes = `/search?q=${encodeURIComponent(words)}`;
  option.textContent = found.dataset.search.replace("{text}", words);
  found.append(option);
  const turn = ++asked;
  asking = setTimeout(async () => {
    const response = await fetch(`/search/quick?q=${encodeURIComponent(words)}`, { headers: { "hx-request": "true" } }).catch(() => null);
    if (!response?.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    found.prepend(...page.querySelectorAll('[role="option"]'));
    if (!options().some((one) => one.getAttribute("aria-selected") === "true")) mark(options()[0]);
  }, 150);
}

async function choose(option) {
  if (!option) return;
  bar.close();
  if (option.dataset.macro) return; // macros.js hears the click
  if (option.dataset.does) (await import("./inbox.js")).press(option.dataset.does);
  else if (option.dataset.duty) setDuty(option.dataset.duty);
  else location.href = option.dataset.goes;
}

export function openPalette() {
  if (bar.open) return;
  text.value = "";
  bar.showModal();
  document.dispatchEvent(new CustomEvent("oase:palette"));
  filter();
  text.focus();
}

text.addEventListener("input", filter);
text.addEventListener("keydown", (event) => {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (all[at]?.dataset.macro) all[at].click();
    else choose(all[at]);
  }
});
bar.addEventListener("click", (event) => {
  if (event.target === bar) bar.close();
  else choose(event.target.closest('[role="option"]'));
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    openPalette();
  }
});
