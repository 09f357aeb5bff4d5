/* Puts the chat together and gives the page its window.Oase. */
import { Chat } from "./chat.js";
import { readable, textOn } from "./color.js";
import { Net } from "./net.js";
import { Panel } from "./panel.js";
import { Store, Tabs } from "./store.js";
import { choose, speaker } from "./text.js";

const SURFACES = { light: "#f3f4f6", dark: "#272b31" }; // --raised, the harder one to read on

/** Starts the chat of one account on this page. `base` is the server, `folder` where these files are. */
export async function start(look, base, folder, api) {
  const language = choose(look.language);
  const [words, style] = await Promise.all([
    fetch(`${folder}words/${language}.json`).then((answer) => answer.json()),
    fetch(`${folder}widget.css`).then((answer) => answer.text()),
  ]);
  const host = document.createElement("oase-chat");
  const root = host.attachShadow({ mode: "open" });
  host.lang = language;
  dress(root, style, folder);
  paint(host, look);
  const store = new Store(look.account);
  const chat = new Chat(look, new Net(base, look.account), store, new Tabs(look.account, (event) => chat.apply(event)));
  chat.language = language;
  const emit = offer(api, chat, () => panel, host);
  const panel = new Panel(look, chat, speaker(words, language), base, host, emit);
  chat.addEventListener("expired", () => emit("expired"));
  chat.addEventListener("sent", ({ detail }) => emit("sent", { text: detail.text || "" }));
  document.body.append(host);
  panel.draw();
  emit("ready");
  chat.begin();
}

/** The style sheet as an object, which a strict content policy allows; an element where the browser is older. */
function dress(root, style, folder) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: `${folder}widget.css` });
    root.append(link);
  }
}

/** The site's colour with the text that can be read on it, in the theme that the account or the visitor wants. */
function paint(host, look) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const theme = look.theme === "auto" ? (dark.matches ? "dark" : "light") : look.theme;
    host.dataset.theme = theme;
    host.style.setProperty("--brand", look.color);
    host.style.setProperty("--on-brand", textOn(look.color));
    host.style.setProperty("--accent", readable(look.color, SURFACES[theme]));
    host.style.setProperty("--ring", readable(look.color, SURFACES[theme], 3));
  };
  dark.addEventListener("change", apply);
  apply();
}

/** Fills window.Oase; gives the function that tells its listeners. */
function offer(api, chat, panel, host) {
  const listeners = {};
  Object.assign(api, {
    open: () => panel().open(),
    close: () => panel().close(),
    toggle: () => panel().toggle(),
    show: () => { host.hidden = false; },
    hide: () => { panel().close(); host.hidden = true; },
    write: (text) => { panel().open(); panel().composer.take(String(text)); },
    identify: (token) => chat.identify(token),
    reset: () => chat.reset(),
    on: (name, act) => { (listeners[name] ||= new Set()).add(act); if (name === "unread") act(chat.unread()); },
    off: (name, act) => { listeners[name]?.delete(act); },
  });
  return (name, detail) => {
    for (const act of listeners[name] || [])
      try {
        act(detail);
      } catch (error) {
        console.error(error);
      }
  };
}
