// Filters and saved views: forms are fetched into one dialog; what is saved says by `x-goes` which queue to show then.
import { act } from "./acts.js";
import { fetchText, openQueue } from "./inbox.js";
import { toast } from "./toast.js";

const sheet = document.getElementById("sheet");
const body = document.getElementById("sheet-body");

async function open(address, title) {
  try {
    const { text } = await fetchText(address);
    fill(text);
    document.getElementById("sheet-title").textContent = title;
    sheet.showModal();
    body.querySelector("[autofocus]")?.select();
  } catch {
    document.dispatchEvent(new CustomEvent("htmx:error"));
  }
}

function fill(text) {
  body.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  body.querySelector("[aria-invalid], [autofocus]")?.focus();
}

async function send(form, button) {
  const values = new URLSearchParams(new FormData(form, button));
  const response = await fetch(form.action, { method: "POST", headers: { "hx-request": "true" }, body: values }).catch(() => null);
  if (response?.status === 422) {
    const text = await response.text();
    if (text) { fill(text); return; }
  }
  const said = response?.headers.get("hx-trigger");
  if (said) toast(JSON.parse(said)["oase:toast"]);
  if (!response?.ok) {
    if (!said) document.dispatchEvent(new CustomEvent("htmx:error"));
    return;
  }
  sheet.close();
  openQueue(response.headers.get("x-goes"));
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-sheet-form]");
  if (!form) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-sheet]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    open(opener.dataset.sheet, opener.dataset.sheetTitle);
  }
  const button = event.target.closest("button[data-view]");
  if (button) act(button.dataset.view, Object.fromEntries(new URLSearchParams(button.dataset.with ?? "")));
});

document.addEventListener("oase:goes", ({ detail }) => openQueue(detail.queue));
