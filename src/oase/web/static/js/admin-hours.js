// Opening hours: a day is copied to others, holidays follow the place, and the sentence above follows what is typed.
const form = document.querySelector("[data-hours]");

// ---- hours that go on into the next day say so ----
function mark(root) {
  for (const row of root.querySelectorAll(".times-row")) {
    const [start, end] = [...row.querySelectorAll("input")].map((one) => one.value);
    row.querySelector(".next-day").hidden = !(start && end && end !== "00:00" && end <= start);
  }
}

// ---- a day's hours go to others ----
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-day-to]");
  if (!button) return;
  const own = button.closest(".week-day");
  const pairs = [...own.querySelectorAll(".times-row")].map((row) => [...row.querySelectorAll("input")].map((one) => one.value));
  for (const number of button.dataset.dayTo.split(" ")) {
    if (number === own.dataset.day) continue;
    const times = form.querySelector(`.week-day[data-day="${number}"] .times`);
    const list = times.querySelector(".rows-list");
    list.replaceChildren();
    for (const values of pairs) {
      const row = times.querySelector("template").content.firstElementChild.cloneNode(true);
      row.querySelectorAll("input").forEach((input, place) => { input.value = values[place]; });
      list.append(row);
    }
  }
  button.closest("[popover]")?.hidePopover();
  changed();
});

// ---- what is typed so far, said in a sentence ----
let waits = 0;
let asked = 0;
async function part(path, place) {
  const own = ++asked;
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "hx-request": "true" } }).catch(() => null);
  if (!answer?.ok || (own !== asked && place === "preview")) return;
  document.getElementById(place).innerHTML = await answer.text();
}
function changed() {
  mark(form);
  clearTimeout(waits);
  waits = setTimeout(() => part("/admin/hours/preview", "preview"), 400);
}
form.addEventListener("input", changed);
form.addEventListener("click", (event) => { if (event.target.closest("[data-row-out]")) changed(); });

// ---- holidays of the place that was chosen ----
form.addEventListener("change", async (event) => {
  const chosen = event.target.closest("[data-place]");
  if (!chosen) return;
  await part("/admin/hours/place", "place");
  document.getElementById(chosen.id)?.focus();
  changed();
});
mark(form);
