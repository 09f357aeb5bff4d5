// A guest book that is answered from Oase: an example of a connector for the bridge, in Node 20 without any package.
//
//   GUESTBOOK_SECRET=… node server.mjs 8500        guests: http://127.0.0.1:8500/        Oase: http://127.0.0.1:8500/oase
//
// Entries stand in public; each is a thread of its own. The protocol is described in docs/handbook/channels/bridge.md.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secret = process.env.GUESTBOOK_SECRET ?? "";
const port = Number(process.argv[2] ?? 8500);
const publicUrl = process.env.PUBLIC_URL ?? `http://127.0.0.1:${port}`;

const entries = []; // { id, name, text, at, hidden, likes, answers: [{ id, name, text, at, hidden, picture }] }
const done = new Map(); // the ids of what Oase has asked for, and what we answered: asked again, it is the same thing
const waiting = []; // events that Oase has not taken yet, in order
let webhook = process.env.GUESTBOOK_WEBHOOK ?? "";
let count = 0;
let telling = false;

// ---- signatures ----
const hmac = (text, body) => "v1=" + createHmac("sha256", secret).update(text).update(body).digest("hex");

function genuine(request, body) {
  const given = Buffer.from(String(request.headers["x-oase-signature"] ?? ""));
  const wanted = Buffer.from(hmac(`${request.method} ${request.url}\n`, body));
  return secret !== "" && given.length === wanted.length && timingSafeEqual(given, wanted);
}

// ---- from guests to Oase: in order, again until it is taken ----
function tell(event) {
  waiting.push(event);
  deliver();
}

async function deliver() {
  if (telling || !webhook) return;
  telling = true;
  for (let pause = 250; waiting.length; ) {
    const body = JSON.stringify({ events: [waiting[0]] });
    const moment = String(Math.floor(Date.now() / 1000));
    const headers = { "content-type": "application/json", "x-oase-timestamp": moment, "x-oase-signature": hmac(`${moment}.`, body) };
    const taken = await fetch(webhook, { method: "POST", headers, body }).then((answer) => answer.ok, () => false);
    if (taken) { waiting.shift(); pause = 250; } else { await new Promise((go) => setTimeout(go, pause)); pause = Math.min(pause * 2, 60_000); }
  }
  telling = false;
}

function write(name, text) {
  const entry = { id: `entry-${++count}`, name, text, at: new Date().toISOString(), hidden: false, likes: 0, answers: [] };
  entries.push(entry);
  tell({
    type: "received", external_id: entry.id, sender: { value: `guest:${name}`, name }, at: entry.at, content: { text },
    thread: { external_id: entry.id, title: text.slice(0, 80), link: `${publicUrl}/#${entry.id}`, author: name },
    link: `${publicUrl}/#${entry.id}`,
  });
  return entry;
}

// ---- from Oase to the guest book ----
const refused = (why, code) => ({ outcome: "refused", why, code });
const find = (id) => entries.find((one) => one.id === id) ?? entries.flatMap((one) => one.answers).find((one) => one.id === id);

function perform(asked) {
  const envelope = asked.envelope ?? {};
  if (asked.type === "say") {
    const entry = entries.find((one) => one.id === envelope.thread);
    if (!entry) return refused("There is no such entry in the guest book.", "no_entry");
    const picture = (asked.files ?? []).find((file) => file.type.startsWith("image/"));
    const answer = { id: `answer-${++count}`, name: envelope.from_name || "Team", text: asked.text ?? "", at: new Date().toISOString(), hidden: false };
    if (picture) answer.picture = `data:${picture.type};base64,${picture.content}`;
    entry.answers.push(answer);
    return { outcome: "accepted", external_id: answer.id, state: "delivered" };
  }
  if (asked.type === "moderate") {
    const one = find(envelope.reply_to);
    if (!one) return refused("There is no such entry in the guest book.", "no_entry");
    if (asked.act === "hide" || asked.act === "show") one.hidden = asked.act === "hide";
    else if (asked.act === "like" || asked.act === "unlike") one.likes = asked.act === "like" ? 1 : 0;
    else return refused(`The guest book cannot ${asked.act}.`, "act");
    return { outcome: "accepted", external_id: one.id };
  }
  return refused(`The guest book does not know ${String(asked.type)}.`, "unknown");
}

const manifest = {
  protocol: 1, name: "Guest book", capabilities: [], public: ["text", "image", "reply"], acts: ["hide", "show", "like", "unlike"], text_length: 2000,
};

function oase(request, body) {
  if (!genuine(request, body)) return [401, { why: "The signature is not right." }];
  const path = request.url.replace(/^\/oase\//, "").split("?")[0];
  if (request.method === "GET" && path === "manifest") return [200, manifest];
  let asked;
  try { asked = JSON.parse(body); } catch { return [400, { why: "This is no JSON." }]; }
  if (request.method === "POST" && path === "webhook") { webhook = String(asked.url); deliver(); return [200, {}]; }
  if (request.method !== "POST" || path !== "messages") return [404, { why: "There is no such address." }];
  const id = asked.envelope?.id ?? "";
  if (!done.has(id)) {
    const outcome = perform(asked);
    if (outcome.outcome !== "accepted") return [200, outcome];
    done.set(id, outcome);
  }
  return [200, done.get(id)];
}

// ---- the page for guests ----
const html = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const shown = (one, tag) => one.hidden ? "" : `<${tag} id="${one.id}"><b>${html(one.name)}</b> ${one.likes ? "♥" : ""}<p>${html(one.text)}</p>${
  one.picture ? `<img alt="" src="${html(one.picture)}">` : ""}${(one.answers ?? []).map((each) => shown(each, "blockquote")).join("")}</${tag}>`;
const page = () => `<!doctype html><html lang="de"><meta charset="utf-8"><title>Gästebuch</title><h1>Gästebuch</h1>
<form method="post" action="/entries"><label>Name <input name="name" required maxlength="80"></label>
<label>Eintrag <textarea name="text" required maxlength="2000"></textarea></label><button>Eintragen</button></form>
${[...entries].reverse().map((one) => shown(one, "article")).join("")}</html>`;

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const send = (status, type, content, headers = {}) => response.writeHead(status, { "content-type": type, ...headers }).end(content);
  if (request.url.startsWith("/oase/")) {
    const [status, content] = oase(request, body);
    send(status, "application/json", JSON.stringify(content));
  } else if (request.method === "POST" && request.url === "/entries") {
    const form = new URLSearchParams(body.toString());
    const entry = write((form.get("name") ?? "").slice(0, 80) || "?", (form.get("text") ?? "").slice(0, 2000));
    send(303, "text/plain", "", { location: `/#${entry.id}` });
  } else if (request.method === "GET" && request.url === "/") send(200, "text/html; charset=utf-8", page());
  else send(404, "text/plain", "Not found");
}).listen(port, "127.0.0.1", function () { console.log(`The guest book is open: http://127.0.0.1:${this.address().port}/`); });
