// Who else looks at this conversation, and who writes. Nothing is kept on the server: pages tell each other over the live log.
const BEAT = 25000;
const GONE = 60000;
const TYPES = 6000;
const others = new Map(); // agent -> { name, seen, types }
let timer = null;
let typed = 0;
let here = "";

function tell(id, doing) {
  const body = new URLSearchParams({ doing });
  if (doing === "left") navigator.sendBeacon(`/conversations/${id}/presence`, body);
  else fetch(`/conversations/${id}/presence`, { method: "POST", body }).catch(() => {});
}

function show() {
  const line = document.getElementById("collision");
  if (!line) return;
  const now = Date.now();
  for (const [agent, one] of others) if (now - one.seen > GONE) others.delete(agent);
  const typing = [...others.values()].filter((one) => now - one.types < TYPES).map((one) => one.name);
  const names = typing.length ? typing : [...others.values()].map((one) => one.name);
  line.hidden = names.length === 0;
  if (!names.length) return;
  const one = names.length === 1;
  const words = typing.length ? (one ? line.dataset.types : line.dataset.type) : one ? line.dataset.looks : line.dataset.look;
  const listed = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names);
  const text = words.replace("{names}", listed);
  if (line.textContent !== text) line.textContent = text;
}

document.addEventListener("oase:arrive", ({ detail }) => {
  others.clear();
  here = detail.id;
  if (!document.hidden) tell(here, "asks");
  clearInterval(timer);
  timer = setInterval(() => { if (!document.hidden) tell(here, "looks"); show(); }, BEAT);
  show();
});
document.addEventListener("oase:leave", ({ detail }) => {
  clearInterval(timer);
  if (here === detail.id) tell(here, "left");
  here = "";
  others.clear();
});
addEventListener("pagehide", () => { if (here) tell(here, "left"); });
document.addEventListener("visibilitychange", () => { if (here) tell(here, document.hidden ? "left" : "asks"); }); // hidden: nobody looks

document.addEventListener("oase:presence", ({ detail }) => {
  if (detail.key !== here || detail.agent === document.getElementById("inbox").dataset.me) return;
  if (detail.doing === "left") others.delete(detail.agent);
  else {
    const one = others.get(detail.agent) ?? { types: 0 };
    others.set(detail.agent, { ...one, name: detail.name, seen: Date.now(), types: detail.doing === "types" ? Date.now() : detail.doing === "looks" ? one.types : 0 });
    if (detail.doing === "asks") tell(here, "looks");
    setTimeout(show, TYPES + 100);
  }
  show();
});

// ---- the customer types ----
let typing = null;
document.addEventListener("oase:typing", ({ detail }) => {
  const talk = document.getElementById("talk");
  const line = document.getElementById("types");
  if (!talk || !line || !talk.dataset.addresses.split("\t").includes(detail.address)) return;
  clearTimeout(typing);
  line.hidden = !detail.on;
  if (detail.on) typing = setTimeout(() => { line.hidden = true; }, 15000);
});
document.addEventListener("oase:conversation", ({ detail }) => {
  const line = document.getElementById("types");
  if (line && detail.key === here && detail.what === "received") line.hidden = true;
});

/** The composer says that something is being written. */
export function writing() {
  if (!here || Date.now() - typed < 4000) return;
  typed = Date.now();
  tell(here, "types");
}
