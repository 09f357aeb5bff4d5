// A guest book that is answered from Oase: an example of a connector for the bridge, in Node 20 without any package.
//
//   GUESTBOOK_SECRET=… node server.mjs 8500        guests: http://127.0.0.1:8500/        Oase: http://127.0.0.1:8500/oase
//   GUESTBOOK_FILE=guestbook.json                  where all of it is kept over a restart
//
// Entries stand in public; each is a thread of its own. The protocol is described in docs/handbook/channels/bridge.md.
// What guests see is in page.mjs.
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { page } from "./page.mjs";

const secret = process.env.GUESTBOOK_SECRET ?? "";
const port = Number(process.argv[2] ?? 8500);
const publicUrl = process.env.PUBLIC_URL ?? `http://127.0.0.1:${port}`;
const file = process.env.GUESTBOOK_FILE ?? "";
const PICTURES = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const LONGEST_TEXT = 2000, LARGEST_PICTURE = 5_000_000, LARGEST_REQUEST = 40_000_000;

// ---- what is kept ----
const kept = {
  entries: [], // { id, by, name, text, at, hidden, likes, picture: { type, content }, answers: [{ id, name, text, at, hidden, picture }] }
  done: {}, // the ids of what Oase has asked for, and what we answered: asked again, it is the same thing
  waiting: [], // events that Oase has not taken yet, in order
  webhook: process.env.GUESTBOOK_WEBHOOK ?? "",
  count: 0,
};
if (file) try { Object.assign(kept, JSON.parse(readFileSync(file, "utf8"))); } catch (error) { if (error.code !== "ENOENT") throw error; }

function keep() {
  if (!file) return;
  writeFileSync(`${file}.new`, JSON.stringify(kept));
  renameSync(`${file}.new`, file);
}

// ---- signatures ----
const hmac = (text, body) => "v1=" + createHmac("sha256", secret).update(text).update(body).digest("hex");

function genuine(request, body) {
  const given = Buffer.from(String(request.headers["x-oase-signature"] ?? ""));
  const wanted = Buffer.from(hmac(`${request.method} ${request.url}\n`, body));
  return secret !== "" && given.length === wanted.length && timingSafeEqual(given, wanted);
}

// ---- from guests to Oase: in order, again until it is taken ----
let telling = false;

function tell(event) {
  kept.waiting.push(event);
  keep();
  deliver();
}

async function deliver() {
  if (telling || !kept.webhook) return;
  telling = true;
  for (let pause = 250; kept.waiting.length; ) {
    const body = JSON.stringify({ events: [kept.waiting[0]] });
    const moment = String(Math.floor(Date.now() / 1000));
    const headers = { "content-type": "application/json", "x-oase-timestamp": moment, "x-oase-signature": hmac(`${moment}.`, body) };
    const taken = await fetch(kept.webhook, { method: "POST", headers, body }).then((answer) => answer.ok, () => false);
    if (taken) { kept.waiting.shift(); keep(); pause = 250; }
    else { await new Promise((go) => setTimeout(go, pause)); pause = Math.min(pause * 2, 60_000); }
  }
  telling = false;
}

async function write(form, guest) {
  const name = String(form.get("name") ?? "").trim().slice(0, 80) || "?";
  const text = String(form.get("text") ?? "").trim().slice(0, LONGEST_TEXT);
  const given = form.get("picture");
  const picture = given && typeof given === "object" && PICTURES.includes(given.type) && given.size <= LARGEST_PICTURE
    ? { type: given.type, name: given.name, content: Buffer.from(await given.arrayBuffer()).toString("base64") } : undefined;
  if (!text && !picture?.content) return undefined;
  const id = `entry-${++kept.count}`, at = new Date().toISOString();
  kept.entries.push({ id, by: guest, name, text, at, hidden: false, likes: 0, picture, answers: [] });
  const media = picture && [{ ref: id, source: "call", type: picture.type, name: picture.name }];
  tell({
    type: "received", external_id: id, sender: { value: `guest:${name}`, name }, at, link: `${publicUrl}/#${id}`,
    content: media ? { kind: "image", text, media } : { text },
    thread: { external_id: id, title: text.slice(0, 80) || picture.name, link: `${publicUrl}/#${id}`, author: name },
  });
  return id;
}

function takeBack(id, guest) {
  const place = kept.entries.findIndex((one) => one.id === id && one.by === guest);
  if (place < 0) return;
  kept.entries.splice(place, 1);
  tell({ type: "deleted", external_id: id, at: new Date().toISOString() });
}

// ---- from Oase to the guest book ----
const refused = (why, code) => ({ outcome: "refused", why, code });
const find = (id) => kept.entries.find((one) => one.id === id) ?? kept.entries.flatMap((one) => one.answers).find((one) => one.id === id);

function perform(asked) {
  const envelope = asked.envelope ?? {};
  if (asked.type === "say") {
    const entry = kept.entries.find((one) => one.id === envelope.thread);
    if (!entry) return refused("There is no such entry in the guest book.", "no_entry");
    const picture = (asked.files ?? []).find((one) => PICTURES.includes(one.type));
    const answer = { id: `answer-${++kept.count}`, name: envelope.from_name || "Team", text: asked.text ?? "", at: new Date().toISOString(), hidden: false };
    if (picture) answer.picture = { type: picture.type, content: picture.content };
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
  protocol: 1, name: "Guest book", capabilities: [], public: ["text", "image", "reply"], acts: ["hide", "show", "like", "unlike"],
  text_length: LONGEST_TEXT,
};

function oase(request, body) {
  const json = (status, content) => [status, "application/json", JSON.stringify(content)];
  if (!genuine(request, body)) return json(401, { why: "The signature is not right." });
  const url = new URL(request.url, publicUrl), path = url.pathname.replace(/^\/oase\//, "");
  if (request.method === "GET" && path === "manifest") return json(200, manifest);
  if (request.method === "GET" && path === "files") {
    const picture = kept.entries.find((one) => one.id === url.searchParams.get("ref"))?.picture;
    return picture ? [200, picture.type, Buffer.from(picture.content, "base64")] : json(404, { why: "There is no such picture." });
  }
  let asked;
  try { asked = JSON.parse(body); } catch { return json(400, { why: "This is no JSON." }); }
  if (request.method === "POST" && path === "webhook") { kept.webhook = String(asked.url); keep(); deliver(); return json(200, {}); }
  if (request.method !== "POST" || path !== "messages") return json(404, { why: "There is no such address." });
  const id = asked.envelope?.id ?? "";
  if (!Object.hasOwn(kept.done, id)) {
    const outcome = perform(asked);
    if (outcome.outcome !== "accepted") return json(200, outcome);
    kept.done[id] = outcome;
    keep();
  }
  return json(200, kept.done[id]);
}

// ---- from guests, by their browser: a cookie says whose entry it is ----
async function guests(request, body) {
  const known = /(?:^|; )guest=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.cookie ?? "")?.[1];
  const guest = known ?? randomUUID();
  const cookie = known ? {} : { "set-cookie": `guest=${guest}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax` };
  if (request.method === "GET" && request.url === "/") {
    const german = !/^en/i.test(request.headers["accept-language"] ?? "");
    return [200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", ...cookie }, page(kept.entries, guest, german)];
  }
  if (request.method !== "POST" || !["/entries", "/taken-back"].includes(request.url)) return [404, { "content-type": "text/plain" }, "Not found"];
  const form = await new Response(body, { headers: { "content-type": request.headers["content-type"] ?? "" } }).formData().catch(() => new FormData());
  const id = request.url === "/entries" ? await write(form, guest) : takeBack(String(form.get("id")), guest);
  return [303, { location: id ? `/#${id}` : "/", ...cookie }, ""];
}

createServer(async (request, response) => {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) if ((size += chunk.length) <= LARGEST_REQUEST) chunks.push(chunk);
  if (size > LARGEST_REQUEST) return response.writeHead(413, { "content-type": "text/plain" }).end("Too large");
  const body = Buffer.concat(chunks);
  if (request.url.startsWith("/oase/")) {
    const [status, type, content] = oase(request, body);
    return response.writeHead(status, { "content-type": type }).end(content);
  }
  const [status, headers, content] = await guests(request, body);
  response.writeHead(status, headers).end(content);
}).listen(port, "127.0.0.1", function () { console.log(`The guest book is open: http://127.0.0.1:${this.address().port}/`); deliver(); });
