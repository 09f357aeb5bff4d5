// What all pages of the administration have: fields that belong to a choice, typed confirmations, tables of rows, secrets shown.

// ---- a part that applies only with a value of another: data-only-if="name" data-equals="value or-value"; data-and-if as well ----
function valueOf(root, name) {
  const controls = [...root.querySelectorAll("input, select, textarea")].filter((one) => one.name === name);
  const control = controls.find((one) => one.type !== "radio" || one.checked) ?? controls[0];
  if (!control) return "";
  return control.type === "checkbox" ? String(control.checked) : control.value;
}

export function settle(root) {
  for (const part of root.querySelectorAll("[data-only-if]")) {
    const form = part.closest("form") ?? root;
    const holds = (name, values) => values.split(" ").includes(valueOf(form, name));
    const also = !part.dataset.andIf || holds(part.dataset.andIf, part.dataset.andEquals);
    part.hidden = !(also && holds(part.dataset.onlyIf, part.dataset.equals));
  }
}
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (form) settle(form);
});
for (const form of document.forms) settle(form);

// ---- a name that is typed to confirm ----
function same(text, name) {
  const plain = (one) => one.trim().split(/\s+/).join(" ");
  return plain(text) === plain(name);
}
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-confirms]");
  if (field) field.setCustomValidity(same(field.value, field.dataset.confirms) ? "" : field.dataset.differs);
});
document.addEventListener("click", (event) => {
  const field = event.target.closest("dialog .btn-danger")?.form?.querySelector("[data-confirms]");
  if (field) field.setCustomValidity(same(field.value, field.dataset.confirms) ? "" : field.dataset.differs);
});

// ---- tables of rows ----
let made = 1_000;
function addRow(table) {
  const holder = document.createElement("ol");
  holder.innerHTML = table.querySelector("template").innerHTML.replaceAll("__n__", String(made++));
  const row = holder.firstElementChild;
  table.querySelector(".rows-list").append(row);
  settle(table.closest("form"));
  row.querySelector("input, select, textarea")?.focus();
}
document.addEventListener("click", (event) => {
  const table = event.target.closest("[data-rows]");
  if (!table) return;
  if (event.target.closest("[data-adds-row]")) addRow(table);
  const row = event.target.closest(".rows-row");
  if (!row) return;
  if (event.target.closest("[data-row-up]")) row.previousElementSibling?.before(row);
  else if (event.target.closest("[data-row-down]")) row.nextElementSibling?.after(row);
  else if (event.target.closest("[data-row-out]")) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("[data-row-out]") ?? table.querySelector("[data-adds-row]")).focus();
    return;
  } else return;
  event.target.closest("button").focus();
});

// ---- values that Oase made: shown on request ----
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveals]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveals);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});

// ---- a button that needs something chosen ----
for (const form of document.querySelectorAll("[data-counts]")) {
  const button = form.querySelector("[data-needs-choice]");
  if (!button) continue;
  const count = () => { button.disabled = !form.querySelector('input[type="checkbox"]:checked'); };
  form.addEventListener("change", count);
  count();
}

// ---- on a phone the list of pages is one line: the open one is in sight ----
document.querySelector(".side-nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
