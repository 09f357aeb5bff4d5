// Macros: a list (the key x, the menu, the command bar), what the chosen one would do here, and doing it.
import { act } from "./acts.js";

const chooser = document.getElementById("macros");
const filter = document.getElementById("macros-filter");
const list = document.getElementById("macros-list");
const shown = document.getElementById("macro-dialog");
const conversation = () => document.getElementById("talk")?.dataset.id;
let known = null;

async function macros() {
  if (!known) {
    const answer = await fetch("/macros", { headers: { "hx-request": "true" } }).catch(() => null);
    if (!answer?.ok) return [];
    known = await answer.json();
    setTimeout(() => { known = null; }, 30_000);
  }
  return known;
}

export async function openMacros() {
  if (!conversation()) return;
  const all = await macros();
  list.replaceChildren(...all.map((one) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "past";
    button.dataset.macro = one.id;
    button.textContent = one.name;
    return button;
  }));
  if (!all.length) list.textContent = list.dataset.none;
  filter.hidden = !all.length;
  filter.value = "";
  chooser.showModal();
  if (all.length) filter.focus();
}

filter.addEventListener("input", () => {
  const words = filter.value.trim().toLocaleLowerCase();
  for (const one of list.children) one.hidden = !one.textContent.toLocaleLowerCase().includes(words);
});
filter.addEventListener("keydown", (event) => {
  if (event.key === "Enter") list.querySelector("[data-macro]:not([hidden])")?.click();
});

/** Shows what the macro would do in the open conversation. */
export async function showMacro(id) {
  chooser.close();
  const answer = await fetch(`/conversations/${conversation()}/macros/${id}`, { headers: { "hx-request": "true" } }).catch(() => null);
  if (!answer?.ok) {
    const said = answer?.headers.get("hx-trigger");
    document.dispatchEvent(new CustomEvent("oase:toast", { detail: said ? JSON.parse(said)["oase:toast"] : { text: "", kind: "error" } }));
    return;
  }
  shown.innerHTML = await answer.text();
  shown.dataset.key = crypto.randomUUID();
  shown.showModal();
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-macro]");
  if (chosen) showMacro(chosen.dataset.macro);
  if (event.target.closest("[data-opens-macros]")) {
    event.target.closest("[popover]")?.hidePopover();
    openMacros();
  }
  const does = event.target.closest("[data-does-macro]");
  if (does) {
    shown.close();
    act(does.dataset.doesMacro, { key: shown.dataset.key });
  }
});

// ---- the command bar names each of them ----
document.addEventListener("oase:palette", async () => {
  const place = document.getElementById("palette-list");
  const all = await macros();
  for (const old of place.querySelectorAll("[data-macro]")) old.remove();
  for (const one of all) {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.id = `palette-macro-${one.id}`;
    option.className = "menu-item";
    option.dataset.macro = one.id;
    option.dataset.scope = "talk";
    option.textContent = one.name;
    place.append(option);
  }
  document.getElementById("palette-text").dispatchEvent(new Event("input"));
});
