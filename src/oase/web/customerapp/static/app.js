/* The ready-made app: starts the session, keeps the conversation up to date, sends what is written. */
import { h } from "./dom.js";
import { Net, Refused } from "./net.js";
import { Push } from "./push.js";
import { speaker } from "./text.js";
import { Thread } from "./thread.js";

const site = JSON.parse(document.getElementById("site").content.textContent);
const element = Object.fromEntries(["presence", "bell", "network", "thread", "typing", "composer", "chosen", "file", "text", "send"].map((id) => [id, document.getElementById(id)]));
const words = speaker(await (await fetch(site.words)).json(), site.language);
const net = new Net(site.account);
const thread = new Thread(element.thread, words, { choose, retry, earlier });
let limits = { text_length: 10000, files: true, file_size_bytes: 20e6, files_per_message: 10 };
let push = null, chosen = [], typed = 0, confirmed = "", quiet = null;

thread.greeting = site.greeting;
for (const one of net.outbox) thread.wait(one, []);
thread.show();

async function start() {
  try {
    const about = await net.about(site.language);
    limits = about.limits;
    document.querySelector(".attach").hidden = !limits.files;
    present(about);
    push = new Push(net, site.worker, about.push ? about.push_key : "", site.language);
    if (net.token || location.hash.startsWith("#user=")) await session();
    if ("serviceWorker" in navigator) navigator.serviceWorker.register(site.worker, { updateViaCache: "none" }).catch(() => {});
    await bell();
    await push.keepUp();
  } catch (error) {
    connected(false, error);
    setTimeout(start, closed(error) ? 15000 : 5000);
  }
}

let listening = false;
async function session() {
  const user = location.hash.startsWith("#user=") ? decodeURIComponent(location.hash.slice(6)) : "";
  if (user) history.replaceState(null, "", location.pathname);
  await net.begin(user);
  if (listening) return;
  listening = true;
  net.listen(site.language, heard, connected);
}

function heard(event) {
  if (event.sync) anew(event.sync);
  if (event.presence) present(event.presence);
  if (event.message) thread.add([event.message]);
  if ("typing" in event) typing(event.typing);
  if (event.sync || event.message) { if (event.message?.from === "us") { typing(false); present({ open: true }); } thread.show(); confirm(); }
  if ("read" in event) for (const one of thread.known.values()) if (one.from === "visitor" && one.state === "sent") one.state = "read";
  if ("read" in event) thread.show();
}

/* The newest messages. Between them and what is shown some may be missing, after hours: then what is shown makes room and can be asked for. */
function anew(newest) {
  if (newest.length >= 100 && !newest.some((one) => thread.known.has(one.id))) thread.forget();
  if (newest.length >= 100 && !thread.before) thread.before = newest[0].id;
  thread.add(newest);
}

/* What has arrived is confirmed, so that no push message goes out; what is seen is read. */
function confirm() {
  const newest = thread.newestOfUs;
  if (!newest) return;
  const state = document.visibilityState === "visible" ? "read" : "delivered";
  if (confirmed === `${newest.id} read` || confirmed === `${newest.id} ${state}`) return;
  confirmed = `${newest.id} ${state}`;
  net.seen(newest.id, state).catch(() => { confirmed = ""; });
}
document.addEventListener("visibilitychange", confirm);

function present({ open, wait, hours }) {
  element.presence.textContent = wait || hours || words(open ? "here" : "away");
  element.presence.classList.toggle("open", open && !hours);
}

function typing(on) {
  clearTimeout(quiet);
  element.typing.textContent = on ? words("typing") : "";
  if (on) quiet = setTimeout(() => typing(false), 12000);
}

let lost = false;
function connected(on, error) {
  if (on) { found(); flush(); } else { lost = true; notice(words(closed(error) ? "closed" : "offline")); }
}
function found() { if (lost) element.network.hidden = true; lost = false; }
/** The company has switched the app off: what is written waits until it is on again. */
function closed(error) { return error instanceof Refused && error.status === 404; }
function notice(text) { element.network.textContent = text; element.network.hidden = false; }
addEventListener("offline", () => connected(false));
addEventListener("online", () => { found(); flush(); });

async function earlier() {
  const found = await net.page(thread.before).catch(() => null);
  if (!found) return;
  thread.add(found.messages);
  thread.before = found.before;
  thread.grew = true;
  thread.show();
}

/* ---- writing ---- */
const id = () => crypto.randomUUID ? crypto.randomUUID().replaceAll("-", "") : [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

async function say(said, files = []) {
  const whole = { id: id(), lang: site.language, ...said };
  net.put(whole);
  thread.wait(whole, files);
  thread.show();
  element.thread.scrollTop = element.thread.scrollHeight;
  await flush();
  await offer();
}

async function flush() {
  try {
    if (net.outbox.length && (!net.token || !listening)) await session();
    await net.flush((one, state) => { thread.mark(one, state); found(); });
  } catch (error) {
    if (closed(error) || !(error instanceof Refused)) connected(false, error);
    setTimeout(flush, closed(error) ? 15000 : 4000);
  }
}

function choose(message, choice) { say({ text: "", choice: { id: choice.id, title: choice.title, message: message.id } }); }
function retry(one) { net.retry(one); thread.mark(one, "waiting"); flush(); }

element.composer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = element.text.value.trim();
  if (!text && !chosen.length) return;
  if (!lost) element.network.hidden = true;
  const picked = chosen;
  chosen = [];
  element.text.value = "";
  grow();
  showChosen();
  element.text.focus();
  if (!picked.length) { await say({ text }); return; }
  const files = [], shown = [];
  for (const file of picked) {
    try {
      if (!net.token) await session();
      const { ref } = await net.upload(file, await sizeOf(file));
      files.push(ref);
      shown.push({ name: file.name, type: file.type || "application/octet-stream", size_bytes: file.size, url: URL.createObjectURL(file) });
    } catch { notice(words("files.failed", { name: file.name })); }
  }
  if (files.length || text) await say({ text, files }, shown);
});

async function sizeOf(file) {
  if (!file.type.startsWith("image/")) return {};
  try {
    const picture = await createImageBitmap(file);
    return { width: picture.width, height: picture.height };
  } catch { return {}; }
}

element.text.addEventListener("input", () => {
  grow();
  if (net.token && Date.now() - typed > 4000 && element.text.value) { typed = Date.now(); net.typing(true).catch(() => {}); }
});
element.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(hover: hover)").matches) { event.preventDefault(); element.composer.requestSubmit(); }
});
function grow() {
  element.send.disabled = !element.text.value.trim() && !chosen.length;
  element.text.rows = Math.min(6, Math.max(1, element.text.value.split("\n").length));
}

element.file.addEventListener("change", () => take([...element.file.files]));
element.text.addEventListener("paste", (event) => { const files = [...(event.clipboardData?.files || [])]; if (files.length) { event.preventDefault(); take(files); } });
function take(files) {
  for (const file of files) {
    if (chosen.length >= limits.files_per_message) { notice(words("files.too_many", { count: limits.files_per_message })); break; }
    if (file.size > limits.file_size_bytes) notice(words("files.too_large", { name: file.name, size: words.size(limits.file_size_bytes) }));
    else if (file.size) chosen.push(file);
  }
  element.file.value = "";
  showChosen();
  grow();
}
function showChosen() {
  element.chosen.hidden = !chosen.length;
  element.chosen.replaceChildren(...chosen.map((file) => h("button", { type: "button", "aria-label": words("remove", { name: file.name }), onclick: () => { chosen = chosen.filter((one) => one !== file); showChosen(); grow(); } }, h("span", {}, file.name), h("span", { "aria-hidden": "true" }, "×"))));
}

/* ---- push and home screen ---- */
async function bell() {
  const state = await push.state();
  element.bell.hidden = state === "unable";
  element.bell.setAttribute("aria-label", words(state === "on" ? "push.off" : "push.on"));
  element.bell.setAttribute("aria-pressed", String(state === "on"));
  element.bell.replaceChildren(icon(state === "on"));
}
element.bell.addEventListener("click", async () => {
  const state = await push.state();
  if (state === "denied") { notice(words("push.denied")); return; }
  await (state === "on" ? push.switchOff() : switchOn());
  await bell();
});
async function switchOn() {
  try {
    if (!net.token) await session();
    if (!await push.switchOn()) notice(words("push.denied"));
  } catch { notice(words("push.failed")); }
}

/** After the first message: whether to be told of the answer. Asked once. */
async function offer() {
  if (net.read("asked") || !push || await push.state() !== "off") return;
  net.write("asked", "yes");
  const close = () => card.remove();
  const card = h("section", { class: "offer" }, h("p", {}, words("push.ask")), h("div", {},
    h("button", { type: "button", class: "yes", onclick: async () => { close(); await switchOn(); await bell(); } }, words("push.yes")),
    h("button", { type: "button", onclick: close }, words("push.no"))));
  element.composer.before(card);
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  if (net.read("installed")) return;
  const button = h("button", { type: "button", class: "install", onclick: async () => { button.remove(); net.write("installed", "asked"); await event.prompt(); } }, words("install"));
  document.querySelector(".page").prepend(button);
});

function icon(on) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M10 5a2 2 0 1 1 4 0a7 7 0 0 1 4 6v3a4 4 0 0 0 2 3h-16a4 4 0 0 0 2 -3v-3a7 7 0 0 1 4 -6M9 17v1a3 3 0 0 0 6 0v-1");
  if (on) path.setAttribute("class", "full");
  svg.append(path);
  return svg;
}

start();
