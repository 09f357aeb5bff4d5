// Snippets: blanks are put in by a click, and the preview fills them with examples.
const form = document.querySelector("[data-snippet]");
const examples = new Map([...form.querySelectorAll("[data-variable]")].map((one) => [one.dataset.variable, one.dataset.example]));
let last = form.querySelector("textarea");

function preview(area) {
  const place = document.getElementById(`preview-${area.name.slice(5)}`);
  const text = area.value.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (whole, name) => examples.get(name) ?? whole);
  place.textContent = text || place.dataset.empty;
  place.classList.toggle("soft", !text);
}
for (const area of form.querySelectorAll("textarea")) {
  area.addEventListener("input", () => preview(area));
  area.addEventListener("focus", () => { last = area; });
  preview(area);
}
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-variable]");
  if (!button) return;
  last.focus();
  last.setRangeText(`{{${button.dataset.variable}}}`, last.selectionStart, last.selectionEnd, "end");
  preview(last);
});
