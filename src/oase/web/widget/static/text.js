/* Words, times and links. */
import { h } from "./dom.js";

const link = /\bhttps?:\/\/[^\s<>"']+|\bwww\.[^\s<>"']+\.[^\s<>"']+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/giu;

/** Text as nodes: links become links, lines stay lines. Nothing is ever read as HTML. */
export function nodes(text) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(link)) {
    let shown = found[0].replace(/[.,;:!?]+$/, "");
    while (shown.endsWith(")") && shown.split("(").length < shown.split(")").length) shown = shown.slice(0, -1);
    out.push(text.slice(end, found.index));
    out.push(anchor(/^https?:/i.test(shown) ? shown : shown.includes("@") && !/^www\./i.test(shown) ? `mailto:${shown}` : `https://${shown}`, shown));
    end = found.index + shown.length;
  }
  out.push(text.slice(end));
  return out.filter(Boolean);
}

const anchor = (address, words) => h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, words);

/** An administrator's sentence, in which [words](https://…) are links. */
export function sentence(text) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(/\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)/g)) {
    out.push(text.slice(end, found.index), anchor(found[2], found[1]));
    end = found.index + found[0].length;
  }
  return [...out, text.slice(end)].filter(Boolean);
}

/** The visitor's language among ours. */
export function choose(wanted) {
  if (wanted !== "auto") return wanted;
  const wishes = [...(navigator.languages || [navigator.language]), document.documentElement.lang].filter(Boolean);
  const known = wishes.map((wish) => wish.slice(0, 2).toLowerCase()).find((wish) => wish === "de" || wish === "en");
  return known || "en";
}

/** The words of one language: `say("files.too_large", {size: …})`. */
export function speaker(words, language) {
  const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  say.language = language;
  const locale = (navigator.languages || []).find((wish) => wish.startsWith(language)) || language;
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
  const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
  say.time = (at) => time.format(new Date(at));
  say.day = (at) => {
    const then = new Date(at), today = new Date();
    const days = Math.round((new Date(today).setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / 864e5);
    return days === 0 ? say("today") : days === 1 ? say("yesterday") : days > 0 && days < 7 ? weekday.format(then) : date.format(then);
  };
  say.size = (bytes) => {
    const unit = bytes < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
    return `${new Intl.NumberFormat(locale, { maximumFractionDigits: bytes < 1e6 ? 0 : 1 }).format(Math.max(bytes / unit[1], 0.1))} ${unit[0]}`;
  };
  return say;
}
