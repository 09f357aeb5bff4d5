// Buttons and forms that do something to a conversation: <button data-act="/conversations/…/state" data-with="state=solved">.
import { toast } from "./toast.js";
import { changed } from "./live.js";

const LEAVES = /\/(state|snooze)$/;

export async function act(address, values = {}, { quiet = false } = {}) {
  const area = document.getElementById("toasts");
  try {
    const response = await fetch(address, { method: "POST", headers: { "hx-request": "true" }, body: new URLSearchParams(values) });
    if (response.status === 401) { location.href = "/signin"; return null; }
    const said = response.headers.get("hx-trigger");
    if (said && !quiet) tell(JSON.parse(said)["oase:toast"]);
    else if (!said && !response.ok) toast({ text: area.dataset.failed, kind: "error" });
    const id = document.getElementById("talk")?.dataset.id;
    if (response.ok && id) changed(id);
    const goes = response.headers.get("x-goes");
    if (goes) document.dispatchEvent(new CustomEvent("oase:goes", { detail: { queue: goes } }));
    return response;
  } catch {
    toast({ text: navigator.onLine ? area.dataset.failed : area.dataset.offline, kind: "error" });
    return null;
  }
}

/** A notice; its undo is an act like any other. */
function tell(said) {
  toast({ ...said, undo: "", onUndo: said.undo ? () => act(said.undo) : null });
}

async function doIt(element, values) {
  const talk = document.getElementById("talk");
  const id = talk?.dataset.id;
  const earlier = talk?.dataset.state;
  const composer = document.getElementById("composer");
  const address = element.dataset.act;
  const solves = LEAVES.test(address) && id && (address.endsWith("/snooze") || values.state === "solved" || values.state === "waiting");
  element.closest("dialog")?.close();
  const response = await act(address, values, { quiet: Boolean(solves) });
  if (!response?.ok) {
    if (response && solves) showError(response);
    return;
  }
  const opens = response.headers.get("x-opens");
  if (opens) document.dispatchEvent(new CustomEvent("oase:open", { detail: { id: opens } }));
  if (solves) {
    const said = JSON.parse(response.headers.get("hx-trigger") ?? "{}")["oase:toast"];
    const back = earlier === "open" || earlier === "waiting" ? earlier : "open";
    const undo = async () => {
      await act(`/conversations/${id}/state`, { state: back }, { quiet: true });
      changed(id);
      document.dispatchEvent(new CustomEvent("oase:open", { detail: { id } }));
    };
    toast({ ...said, undoLabel: composer?.dataset.undo, onUndo: undo });
    document.dispatchEvent(new CustomEvent("oase:left", { detail: { id } }));
  }
}

function showError(response) {
  const said = response.headers.get("hx-trigger");
  if (said) toast(JSON.parse(said)["oase:toast"]);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button || button.disabled) return;
  event.preventDefault();
  doIt(button, Object.fromEntries(new URLSearchParams(button.dataset.with ?? "")));
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  form.closest("[popover]")?.hidePopover();
  form.reset();
  doIt(form, values);
});

// fields that save themselves when they are left: <form data-saves="/people/…">
document.addEventListener("change", async (event) => {
  const form = event.target.closest("form[data-saves]");
  if (!form) return;
  const input = event.target;
  if (input.validity.badInput) { wrong(input, input.validationMessage); return; } // half a date: nothing to send yet
  const response = await act(form.dataset.saves, { [input.name]: input.value }, { quiet: true });
  const said = response?.ok === false && response.headers.get("hx-trigger");
  wrong(input, said ? JSON.parse(said)["oase:toast"].text : "");
});

/** Says under a field what is wrong with it; what was typed stays. */
function wrong(input, text) {
  const id = `${input.id}-wrong`;
  document.getElementById(id)?.remove();
  input.toggleAttribute("aria-invalid", Boolean(text));
  if (!text) { input.removeAttribute("aria-describedby"); return; }
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  const line = document.createElement("div");
  line.id = id;
  line.className = "field-wrong";
  line.setAttribute("role", "alert");
  line.textContent = text;
  input.after(line);
}
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-saves]")) { event.preventDefault(); document.activeElement?.blur(); }
});
