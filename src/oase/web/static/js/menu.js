// Menus are native popovers; this places them beside their button and gives them the arrow keys.
const GAP = 6;

const openers = new WeakMap(); // several buttons may open one menu: the one that was pressed last

document.addEventListener("click", (event) => {
  const button = event.target.closest("[popovertarget]");
  const menu = button && document.getElementById(button.getAttribute("popovertarget"));
  if (menu) openers.set(menu, button);
}, true);

function openerOf(menu) {
  return openers.get(menu) ?? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

function place(menu, opener) {
  const box = opener.getBoundingClientRect();
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  let left = menu.hasAttribute("data-end") ? box.right - width : box.left;
  let top = box.bottom + GAP;
  if (menu.hasAttribute("data-side") && innerWidth > 767) {
    left = box.right + GAP;
    top = box.bottom - height;
  } else if (top + height > innerHeight - GAP && box.top - GAP - height > 0) {
    top = box.top - GAP - height;
  }
  menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
  menu.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
}

// the browser itself gives the focus to what has `autofocus`, at once; "toggle" comes a moment later, when the next key may have been pressed
document.addEventListener("beforetoggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("[popover].menu") || event.newState !== "open") return;
  const first = menu.querySelector("[autofocus], input, .menu-item[aria-checked='true'], .menu-item");
  if (first) first.autofocus = true;
}, true);

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("[popover].menu")) return;
  const opener = openerOf(menu);
  const open = event.newState === "open";
  opener?.setAttribute("aria-expanded", String(open));
  if (!open || !opener) return;
  place(menu, opener);
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[popover].menu");
  if (!menu) return;
  if (event.target.matches("input:not([data-filters])")) return; // the arrows belong to the field: a date, a time
  const items = [...menu.querySelectorAll(".menu-item:not([hidden], :disabled)")];
  const at = items.indexOf(document.activeElement);
  const columns = Number(menu.dataset.columns ?? 1); // more than one: a grid
  const aside = columns > 1 ? { ArrowRight: at + 1, ArrowLeft: at - 1 } : {};
  const to = { ArrowDown: at + columns, ArrowUp: at - columns, Home: 0, End: items.length - 1, ...aside }[event.key];
  if (to === undefined || items.length === 0) {
    if (event.key === "Tab" && !menu.querySelector("input")) menu.hidePopover();
    return;
  }
  if (event.target.matches("input") && (event.key === "Home" || event.key === "End")) return;
  event.preventDefault();
  items[(to + items.length) % items.length].focus();
});

// a menu with fields is walked through with Tab, and closes behind whoever leaves it
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("[popover].menu:popover-open");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget) && event.relatedTarget !== openerOf(menu)) menu.hidePopover();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest(".menu-item:not([data-stays])");
  item?.closest("[popover]")?.hidePopover();
});

addEventListener("resize", () => {
  for (const menu of document.querySelectorAll("[popover].menu:popover-open")) menu.hidePopover();
});

// <input data-filters> in a menu: hides the items that do not contain what is typed
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  const wanted = event.target.value.trim().toLocaleLowerCase();
  for (const item of event.target.closest(".menu").querySelectorAll(".menu-item")) {
    item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
  }
});
