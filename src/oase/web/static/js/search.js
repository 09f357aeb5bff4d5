// The search page: filters by a click, the address follows what is typed, the first hit with the arrow key.
const text = document.querySelector("[data-search-text]");

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-adds]");
  if (!chip) return;
  text.value = `${text.value.trim()} ${chip.dataset.adds}`.trim();
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("htmx:after:swap", () => {
  history.replaceState(null, "", `/search${text.value ? `?q=${encodeURIComponent(text.value)}` : ""}`);
});
addEventListener("load", () => { // what was typed while the page was still on its way
  if (text.value !== text.defaultValue) text.dispatchEvent(new Event("input", { bubbles: true }));
});
text.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") { event.preventDefault(); document.querySelector(".hit")?.focus(); }
});
document.addEventListener("keydown", (event) => {
  const hit = event.target.closest?.(".hit");
  if (!hit || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  event.preventDefault();
  const all = [...document.querySelectorAll(".hit")];
  const to = all.indexOf(hit) + (event.key === "ArrowDown" ? 1 : -1);
  (to < 0 ? text : all[to])?.focus();
});
