// Short notices at the bottom, with an undo where the server offers one. They stay while the pointer or the focus is on them, and longer
// where something can be done.
const STAY = 6000;
const STAY_WITH_BUTTON = 10000;

export function toast({ text, kind = "info", undo = "", undoLabel = "", onUndo = null, stay = undo || onUndo ? STAY_WITH_BUTTON : STAY }) {
  const area = document.getElementById("toasts");
  if (!area || !text) return null;
  const line = document.createElement("div");
  line.className = `toast-line toast-${kind}`;
  if (kind === "error") line.setAttribute("role", "alert"); // the rest is told by the area, which is a status
  const words = document.createElement("span");
  words.textContent = text;
  line.append(words);
  if (undo || onUndo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = undoLabel;
    button.addEventListener("click", () => {
      line.remove();
      if (onUndo) onUndo();
      else window.htmx.ajax("POST", undo, { target: "#toasts", swap: "none" });
    });
    line.append(button);
  }
  area.append(line);
  while (area.children.length > 3) area.firstElementChild.remove();
  let timer = setTimeout(() => line.remove(), stay);
  const hold = () => clearTimeout(timer);
  const release = () => { timer = setTimeout(() => line.remove(), 2000); };
  line.addEventListener("pointerenter", hold);
  line.addEventListener("focusin", hold);
  line.addEventListener("pointerleave", release);
  line.addEventListener("focusout", release);
  return line;
}
