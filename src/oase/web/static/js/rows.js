// The list: rows come and go by themselves, keep their order, and never move under the pointer.
// While the pointer (or the focus) is on the list, rows change their words at once, but their place only afterwards.
const held = new Map(); // id -> the row as it should be, or null if it has to go
let wanted = false;

const list = () => document.getElementById("rows");
const scroll = () => document.getElementById("list-scroll");

export function order(row) { return [Number(row.dataset.key), row.id]; }

function before(a, b, newest) {
  const [ka, ia] = order(a);
  const [kb, ib] = order(b);
  if (ka !== kb) return newest ? ka > kb : ka < kb;
  return newest ? ia > ib : ia < ib;
}

function busy() {
  return Boolean(scroll()?.matches(":hover")) && matchMedia("(hover: hover)").matches;
}

/** Puts fresh rows where they belong; ids that were asked for but did not come back leave the list. */
export function applyRows(fresh, asked) {
  const found = new Map(fresh.map((row) => [row.id, row]));
  for (const id of asked) {
    const row = found.get(`row-${id}`) ?? null;
    const shown = document.getElementById(`row-${id}`);
    if (!row && !shown) { held.delete(id); continue; }
    const moves = !row || !shown || shown.dataset.key !== row.dataset.key;
    if (moves && busy()) {
      held.set(id, row?.cloneNode(true) ?? null);
      if (row && shown) morph(shown, row, false);
    } else {
      held.delete(id);
      settle(id, row);
    }
  }
  showNews();
  showEmpty();
}

function settle(id, row) {
  const shown = document.getElementById(`row-${id}`);
  if (!row) { shown?.remove(); return; }
  if (shown) morph(shown, row, true);
  const element = shown ?? row;
  if (!shown) element.classList.add("row-new");
  element.dataset.key = row.dataset.key;
  markCurrent(element);
  put(element);
}

function put(element) {
  const parent = list();
  const newest = parent.dataset.order === "newest";
  const others = [...parent.children].filter((other) => other !== element);
  const next = others.find((other) => before(element, other, newest)) ?? null;
  if (!next && parent.dataset.after) { element.remove(); return; } // belongs to a page that is not loaded yet
  if (element.parentNode === parent && element.nextElementSibling === next) return;
  parent.insertBefore(element, next);
}

function morph(shown, row, withKey) {
  const key = shown.dataset.key;
  const link = row.querySelector(".row-link");
  if (shown.querySelector(".row-link")?.hasAttribute("aria-current")) link?.setAttribute("aria-current", "true");
  else link?.removeAttribute("aria-current");
  window.htmx.swap({ text: row.outerHTML, target: shown, swap: "outerMorph", sourceElement: shown });
  if (!withKey) shown.dataset.key = key;
}

function markCurrent(row) {
  const open = location.pathname.split("/")[3]; // the chosen one: its pane may still be on its way
  const link = row.querySelector(".row-link");
  if (link.dataset.id === open) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

function showNews() {
  const news = document.getElementById("list-news");
  if (!news) return;
  news.hidden = held.size === 0;
  news.textContent = held.size === 1 ? news.dataset.one : news.dataset.many.replace("{n}", held.size);
}

export function applyHeld() {
  for (const [id, row] of held) settle(id, row);
  held.clear();
  showNews();
  showEmpty();
}

function showEmpty() {
  const empty = document.getElementById("list-empty");
  if (empty) empty.hidden = list().children.length > 0;
}

export async function fillMore() {
  const parent = list();
  if (wanted || !parent.dataset.after) return;
  wanted = true;
  try {
    const queue = document.getElementById("inbox").dataset.queue;
    const response = await fetch(`/inbox/${queue}/rows?after=${encodeURIComponent(parent.dataset.after)}`, { headers: { "hx-request": "true" } });
    const text = response.ok ? await response.text() : "";
    if (!response.ok || !parent.isConnected) return; // another queue was opened meanwhile
    parent.dataset.after = response.headers.get("x-after") ?? "";
    const page = new DOMParser().parseFromString(`<ul>${text}</ul>`, "text/html");
    for (const row of page.querySelectorAll(".row")) {
      if (!document.getElementById(row.id)) { parent.append(row); markCurrent(row); }
    }
    document.getElementById("list-more").hidden = !parent.dataset.after;
  } finally {
    wanted = false;
  }
}

/** Watches the list of the queue that is open now. */
export function keepRows() {
  held.clear();
  const more = document.getElementById("list-more");
  if (more) new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) fillMore(); }, { root: scroll(), rootMargin: "400px" }).observe(more);
  scroll()?.addEventListener("pointerleave", applyHeld);
  document.getElementById("list-news")?.addEventListener("click", applyHeld);
}
