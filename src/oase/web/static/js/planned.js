// What agents plan, in dialogs: <form data-plans="/conversations/…/tasks"> is sent and stays open while something is wrong with it;
// <form data-later> gives the composer the moment at which its answer goes.
import { changed } from "./live.js";
import { toast } from "./toast.js";

const saidBy = (response) => JSON.parse(response?.headers.get("hx-trigger") ?? "{}")["oase:toast"];

async function plan(form) {
  if (form.sending) return;
  form.sending = true;
  form.key ??= crypto.randomUUID(); // the same until it is there: pressed twice, it is made once
  const fault = form.querySelector('[role="alert"]');
  fault.hidden = true;
  const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), client_key: form.key });
  const response = await fetch(form.dataset.plans, { method: "POST", headers: { "hx-request": "true" }, body }).catch(() => null);
  form.sending = false;
  if (!response?.ok) {
    fault.textContent = saidBy(response)?.text ?? document.getElementById("toasts").dataset.failed;
    fault.hidden = false;
    return;
  }
  form.key = null;
  form.closest("dialog").close();
  form.reset();
  if (saidBy(response)) toast(saidBy(response));
  const open = document.getElementById("talk")?.dataset.id;
  if (open) changed(open);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-plans], form[data-later]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.plans) { plan(form); return; }
  const chosen = new FormData(form);
  form.closest("dialog").close();
  document.getElementById("composer")?.send({ then: chosen.has("waking") ? "waking" : "later", at: chosen.get("at"), unless: chosen.get("unless") ?? "" });
});
