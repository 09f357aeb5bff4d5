// The phone page: whose phone it is, the chats, the open chat, what happens live.
import { _, avatar, byId, clockTime, dayName, el, icon, listen, notice, openMenu } from "./common.js";
import { backend, offer } from "./backends.js";
import { makeComposer } from "./composer.js";
import { drawMessage } from "./messages.js";

const REMEMBERED = ["sandbox-customer", document.documentElement.dataset.app].filter(Boolean).join("-");
const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const state = { customers: [], customer: null, chats: [], number: null, messages: [], stop: () => {}, typing: 0, follows: true };

const composer = makeComposer({
  send: async (kind, content, contextId) => {
    putOnce(await backend.write(state.customer, state.number, kind, content, contextId));
    scrollDown();
  },
  edit: (message, text) => backend.edit(state.customer, message, text),
  typing: () => backend.typing(state.customer),
});

async function loadCustomers() {
  state.customers = await backend.customers();
  if (state.customer) state.customer = state.customers.find((each) => each.id === state.customer.id) ?? state.customer;
  drawPeople();
}

function drawPeople() {
  byId("person-list").replaceChildren(...state.customers.map((customer) =>
    el("li", {}, el("button", { type: "button", "aria-pressed": String(customer.id === state.customer?.id), onclick: () => become(customer) },
      avatar(customer.name, customer.id), el("span", {}, el("strong", {}, customer.name), el("span", {}, customer.line))))));
}

async function become(customer, openNumber) {
  state.stop();
  state.customer = customer;
  state.number = null;
  localStorage.setItem(REMEMBERED, customer.id);
  byId("my-avatar").replaceWith(Object.assign(avatar(customer.name, customer.id), { id: "my-avatar" }));
  byId("people").classList.remove("open");
  drawPeople();
  state.stop = listen(backend.events(customer), (event) => onEvent(backend.read(event)), refresh);
  await loadChats();
  const wide = matchMedia("(min-width: 761px)").matches;
  const first = state.chats.find((chat) => chat.number.id === openNumber) ?? (wide || state.chats.length === 1 ? state.chats[0] : null);
  if (first) await openChat(first.number); else showChats();
  drawDevice();
}

async function loadChats() {
  state.chats = await backend.chats(state.customer);
  drawChats();
}

function drawChats() {
  const rows = state.chats.map(({ number, unread, last }) =>
    el("li", {}, el("button", { type: "button", onclick: () => openChat(number) },
      avatar(number.name, number.id), el("strong", {}, number.name), el("time", {}, last ? clockTime(last.time) : ""),
      el("span", { class: "last" }, last ? `${last.from_business ? "" : `${_("You:")} `}${last.text}` : number.display),
      unread > 0 && el("span", { class: "unread" }, String(unread), el("span", { class: "sr-only" }, ` ${_("unread")}`)))));
  byId("chat-list").replaceChildren(...(rows.length ? rows : [el("li", { class: "empty" }, _("No company has a number here yet."))]));
}

function showChats() {
  state.number = null;
  byId("screen-chat").hidden = true;
  byId("screen-chats").hidden = false;
  drawDevice();
}

async function openChat(number) {
  state.number = number;
  byId("screen-chats").hidden = true;
  byId("screen-chat").hidden = false;
  byId("chat-avatar").replaceWith(Object.assign(avatar(number.name, number.id), { id: "chat-avatar" }));
  byId("chat-name").textContent = number.name;
  composer.reset();
  drawState();
  drawDevice();
  await loadMessages();
  if (matchMedia("(min-width: 761px)").matches) composer.focus();
}

async function loadMessages() {
  state.messages = await backend.messages(state.customer, state.number);
  drawMessages();
  scrollDown();
  seen();
}

function drawMessages() {
  const list = byId("message-list");
  list.replaceChildren();
  let day = "";
  for (const message of state.messages) {
    const name = dayName(message.time);
    if (name !== day) list.append(el("li", { class: "day" }, name));
    day = name;
    list.append(drawMessage(message, acts));
  }
  if (!state.messages.length) list.append(el("li", { class: "day" }, _("Write the first message.")));
}

function put(message) {
  const place = state.messages.findIndex((each) => each.id === message.id);
  if (place < 0) {
    const list = byId("message-list");
    const newDay = !state.messages.length || dayName(state.messages.at(-1).time) !== dayName(message.time);
    const atEnd = isAtEnd();
    if (!state.messages.length) list.replaceChildren();
    if (newDay) list.append(el("li", { class: "day" }, dayName(message.time)));
    state.messages.push(message);
    list.append(drawMessage(message, acts));
    if (atEnd) scrollDown();
    else byId("to-end").hidden = false;
    return;
  }
  state.messages[place] = message;
  find(message.id)?.replaceWith(drawMessage(message, acts));
}

// The answer to sending: an event about the message may have been faster, and says more.
const putOnce = (message) => { if (!state.messages.some((each) => each.id === message.id)) put(message); };

const find = (id) => [...byId("message-list").children].find((entry) => entry.dataset.id === id);
const isAtEnd = () => { const list = byId("messages"); return list.scrollHeight - list.scrollTop - list.clientHeight < 90; };
const scrollDown = () => { const list = byId("messages"); list.scrollTop = list.scrollHeight; byId("to-end").hidden = true; state.follows = true; };

function seen() {
  if (!state.number || document.hidden || !state.customer.online) return;
  backend.seen(state.customer, state.number).catch(() => {});
}

function onEvent(event) {
  if (event.type === "message" || event.type === "update") {
    if (event.message.number === state.number?.id) {
      if (event.type === "message") state.typing = 0;
      put(event.message);
      if (event.type === "message" && event.message.from_business) seen();
      drawState();
    }
    loadChats();
    loadFacts();
  } else if (event.type === "typing" && event.number === state.number?.id) {
    state.typing = Date.now() + event.seconds * 1000;
    drawState();
    setTimeout(drawState, event.seconds * 1000 + 50);
  }
}

async function refresh() {
  await loadChats();
  if (state.number) await loadMessages();
}

function drawState() {
  const typing = state.typing > Date.now();
  const line = byId("chat-state");
  line.classList.toggle("typing", typing);
  const blocked = state.customer.blocked.includes(state.number?.id);
  line.textContent = blocked ? _("blocked") : typing ? _("is typing …") : _("Business account");
  byId("offline-note").hidden = state.customer.online;
}

const acts = {
  enlarge: (address, name) => { const image = byId("picture-image"); image.src = address; image.alt = name; byId("picture").showModal(); },
  show: (id) => { const entry = find(id); if (entry) { entry.scrollIntoView({ block: "center", behavior: "smooth" }); entry.classList.add("flash"); setTimeout(() => entry.classList.remove("flash"), 1300); } },
  call: (number) => notice(_("The phone would call %(number)s now.", { number })),
  location: (message) => composer.place(message),
  tap: (message, kind, content) => backend.write(state.customer, state.number, kind, content, message.id).then(putOnce).then(scrollDown),
  list: (message) => {
    const sections = message.content.action.sections.map((section) => [
      section.title && el("h3", {}, section.title),
      ...section.rows.map((row) => el("button", { type: "button", onclick: () => {
        byId("sheet").close();
        const { id, title, description = "" } = row;
        acts.tap(message, "interactive", { type: "list_reply", list_reply: { id, title, description } });
      } }, row.title, row.description && el("small", {}, row.description))),
    ]);
    byId("sheet-title").textContent = message.content.action.button;
    byId("sheet-body").replaceChildren(el("div", { class: "sheet-rows" }, sections), el("div", { class: "sheet-end" }, el("button", { class: "button quiet-button" }, _("Cancel"))));
    byId("sheet").showModal();
  },
  menu: (message, button) => {
    const item = (name, label, run, danger) => el("button", { type: "button", role: "menuitem", class: danger ? "danger" : undefined, onclick: () => { close(); run(); } }, icon(name), label);
    const react = (emoji) => el("button", {
      type: "button", role: "menuitemradio", "aria-checked": String(message.reactions.customer === emoji), "aria-label": _("React with %(emoji)s", { emoji }),
      onclick: () => { close(); backend.react(state.customer, message, message.reactions.customer === emoji ? "" : emoji); },
    }, emoji);
    const changeable = !message.from_business && (message.kind === "text" || "caption" in message.content);
    const menu = el("div", { class: "menu message-menu", role: "menu", "aria-label": _("More about this message"), hidden: true },
      backend.can("reactions") && el("div", { class: "emoji-row" }, EMOJI.map(react)), backend.can("reply") && item("reply", _("Reply"), () => composer.reply(message)),
      changeable && backend.can("edit") && item("edit", _("Change"), () => composer.edit(message)),
      message.kind === "text" && backend.forward && item("forward", _("Forward to the company"), () => backend.forward(state.customer, state.number, message)),
      !message.from_business && backend.can("delete") && item("trash", _("Delete for everyone"), () => backend.remove(state.customer, message), true));
    byId("main").append(menu);
    const box = button.getBoundingClientRect();
    const close = openMenu(menu, button);
    menu.style.left = `${Math.max(8, Math.min(box.left - 100, innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - menu.offsetHeight - 8))}px`;
    menu.addEventListener("closed", () => menu.remove());
  },
};

function drawDevice() {
  const { customer, number } = state;
  byId("online").checked = customer.online;
  byId("receipts").checked = customer.read_receipts;
  if (byId("hidden-number")) byId("hidden-number").checked = customer.hides_number;
  byId("blocked").disabled = !number;
  byId("blocked").checked = Boolean(number && customer.blocked.includes(number.id));
  if (number) drawState();
}

async function change(changes) {
  const old = state.customer.id;
  state.customer = await backend.change(state.customer, changes).catch((error) => { drawDevice(); throw error; });
  await loadCustomers();
  if (state.customer.id !== old) await become(state.customer, state.number?.id);
  drawDevice();
}

let factsTimer;
function loadFacts() {
  clearTimeout(factsTimer);
  factsTimer = setTimeout(async () => {
    const facts = await backend.facts();
    for (const name of ["accepted", "pending", "refused"]) byId(`fact-${name}`).textContent = facts[name].toLocaleString();
  }, 300);
}

function wire() {
  byId("back").addEventListener("click", async () => { showChats(); await loadChats(); byId("chat-list").querySelector("button")?.focus(); });
  byId("to-end").addEventListener("click", scrollDown);
  byId("messages").addEventListener("scroll", () => { state.follows = isAtEnd(); if (state.follows) byId("to-end").hidden = true; });
  byId("messages").addEventListener("load", () => { if (state.follows) scrollDown(); }, true); // a picture is taller than its place was
  byId("online").addEventListener("change", (event) => change({ online: event.target.checked }).then(() => { if (state.customer.online) seen(); }));
  byId("receipts").addEventListener("change", (event) => change({ read_receipts: event.target.checked }));
  byId("blocked").addEventListener("change", (event) => change(event.target.checked ? { blocks: state.number.id } : { unblocks: state.number.id }));
  byId("hidden-number")?.addEventListener("change", (event) => {
    const username = state.customer.username || state.customer.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ".");
    return change({ hides_number: event.target.checked, username: event.target.checked ? username : "" });
  });
  byId("number-form")?.addEventListener("submit", async (event) => { event.preventDefault(); await change({ wa_id: new FormData(event.target).get("wa_id") }); event.target.reset(); });
  byId("person-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const added = await backend.add(Object.fromEntries(new FormData(event.target)));
    event.target.reset();
    event.target.closest("details").open = false;
    await loadCustomers();
    await become(added);
  });
  for (const opener of document.querySelectorAll("[data-open]")) opener.addEventListener("click", () => { const panel = byId(opener.dataset.open); panel.classList.add("open"); panel.querySelector("button, input")?.focus(); });
  for (const closer of document.querySelectorAll("[data-close]")) closer.addEventListener("click", () => byId(closer.dataset.close).classList.remove("open"));
  document.addEventListener("visibilitychange", seen);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") for (const panel of document.querySelectorAll(".panel.open")) panel.classList.remove("open"); });
  const tick = () => { byId("clock").textContent = clockTime(Date.now()); };
  tick();
  setInterval(tick, 10_000);
}

offer();
wire();
await loadCustomers();
const remembered = localStorage.getItem(REMEMBERED);
const me = state.customers.find((each) => each.id === remembered) ?? state.customers.at(-1);
if (me) await become(me); else { byId("people").classList.add("open"); document.querySelector(".add").open = true; }
loadFacts();
setInterval(loadFacts, 5_000);
document.documentElement.dataset.ready = "true";
