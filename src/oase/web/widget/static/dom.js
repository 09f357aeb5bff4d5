/* Elements without innerHTML: text from outside can only ever become text. */

/** An element: properties, `on…` handlers, `aria-…`/`data-…` and other attributes, then its children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && !name.includes("-") && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

const paths = {
  chat: "M12 3.5c5 0 8.5 3.2 8.5 7.5s-3.5 7.5-8.5 7.5c-.9 0-1.8-.1-2.6-.3L5 20.5l.6-3.6C4.2 15.5 3.5 13.4 3.5 11 3.5 6.7 7 3.5 12 3.5zM8 11h.01M12 11h.01M16 11h.01",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  send: "M12 19V5M6 11l6-6 6 6",
  clip: "M15 7l-6.5 6.5a2.1 2.1 0 0 0 3 3L18 10a4.2 4.2 0 0 0-6-6l-6.5 6.5a6.4 6.4 0 0 0 9 9L21 13",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5c1 1.2 2.2 1.7 3.5 1.7s2.5-.5 3.5-1.7M9 9.5h.01M15 9.5h.01",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  file: "M14 3H6v18h12V7zM14 3v4h4",
  away: "M7 17L17 7M9 7h8v8",
  mail: "M3 6h18v12H3zM3 7l9 7 9-7",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4",
  sound: "M5 10v4h3l4 4V6L8 10zM16 9a4 4 0 0 1 0 6",
  check: "M5 13l4 4L19 7",
  checks: "M2 13l4 4 9-10M11 16l1 1 9-10",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
};

/** A line drawing; decoration only, its button has the words. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}

/** A round button with a drawing and words for those who cannot see it. */
export const tool = (name, words, onclick, more = {}) => h("button", { type: "button", class: "tool", "aria-label": words, title: words, onclick, ...more }, icon(name));

/** A picture of somebody, or the first letters of the name. */
export function face(name, picture) {
  if (picture) return h("img", { class: "face", src: picture, alt: "", loading: "lazy" });
  const letters = name.split(/\s+/).filter(Boolean).map((word) => [...word][0]);
  return h("span", { class: "face", "aria-hidden": "true" }, (letters.length > 1 ? letters[0] + letters.at(-1) : letters[0] || "?").toUpperCase());
}
