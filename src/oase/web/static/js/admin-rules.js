// Rules: rows that change with what is chosen in them, another order by dragging, a trial that goes on by itself.
import { settle } from "./admin.js";

// ---- a row holds what belongs to its choice: the part is taken from a template of the form ----
document.addEventListener("change", (event) => {
  const choice = event.target.closest("[data-chooses]");
  if (!choice) return;
  const part = choice.form.querySelector(`template[data-${choice.dataset.chooses}="${CSS.escape(choice.value)}"]`);
  const place = choice.parentElement.querySelector("[data-chosen]");
  const prefix = choice.name.slice(0, choice.name.lastIndexOf(".") + 1);
  place.innerHTML = part.innerHTML.replaceAll("__name__", prefix);
  settle(choice.form);
});

// ---- another order ----
for (const list of document.querySelectorAll("[data-order]")) {
  let dragged = null;
  let before = "";
  const order = () => [...list.children].map((row) => row.dataset.id);
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-id]");
    before = order().join();
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-id]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", async () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    if (order().join() === before) return;
    const ids = new URLSearchParams(order().map((id) => ["ids", id]));
    const answer = await fetch(list.dataset.order, { method: "POST", body: ids }).catch(() => null);
    if (!answer?.ok) location.reload();
  });
}

// ---- a trial goes on while its page is looked at ----
async function goOn() {
  const trial = document.querySelector("[data-goes-on]");
  if (!trial) return;
  const answer = await fetch(trial.dataset.goesOn, { method: "POST", headers: { "hx-request": "true" } }).catch(() => null);
  if (!answer?.ok) return; // the button goes on by hand
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  trial.replaceWith(page.getElementById("trial"));
  await goOn();
}
goOn();
