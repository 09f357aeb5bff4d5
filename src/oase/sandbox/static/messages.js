// Draws one message of the phone: bubble, quotation, media, buttons, ticks, reactions.
import { backend } from "./backends.js";
import { _, avatar, clockTime, el, icon } from "./common.js";

const { media } = backend;

/** The list entry for a message. `acts`: { reply, tap, list, menu, show } are called when the customer does something. */
export function drawMessage(message, acts) {
  const mine = !message.from_business;
  const reactions = Object.values(message.reactions);
  const classes = ["message", mine && "mine", message.kind === "sticker" && "sticker", reactions.length && "reacted"];
  const inside = message.revoked ? el("p", { class: "gone" }, _("This message was deleted.")) : drawContent(message, acts);
  const more = el("button", {
    class: "more", type: "button", "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-label": _("More about this message"), onclick: (event) => acts.menu(message, event.currentTarget),
  }, icon("more"));
  return el("li", { class: classes.filter(Boolean).join(" "), "data-id": message.id },
    el("div", { class: "bubble" },
      el("span", { class: "sr-only" }, mine ? _("You:") : _("Company:")),
      message.forwarded && el("p", { class: "flag" }, icon("forward"), _("Forwarded")),
      message.quoted && drawQuote(message.quoted, acts), inside, drawMeta(message, mine), !message.revoked && more),
    !message.revoked && drawTaps(message, acts),
    reactions.length > 0 && el("span", { class: "reactions", role: "img", "aria-label": _("Reactions: %(emoji)s", { emoji: reactions.join(" ") }) }, reactions.join("")));
}

function drawQuote(quoted, acts) {
  return el("button", { class: "quote", type: "button", onclick: () => acts.show(quoted.id) },
    el("strong", {}, quoted.from_business ? _("Company") : _("You")), el("span", {}, quoted.text || "…"));
}

function drawMeta(message, mine) {
  const alone = !["text", "interactive", "template", "button"].includes(message.kind) && !message.content?.caption;
  return el("span", { class: alone || message.revoked ? "meta alone" : "meta" },
    message.edited && el("span", {}, _("edited")), el("time", { datetime: message.time }, clockTime(message.time)),
    mine && drawTick(message), message.status === "failed" && el("span", { class: "failed" }, message.why || _("not delivered")));
}

function drawTick({ read, taken }) {
  if (read) return tick("checks", _("Read"), "blue");
  return taken ? tick("checks", _("Delivered")) : tick("check", _("Sent"));
}

function tick(name, text, colour) {
  const drawn = icon(name);
  if (colour) drawn.classList.add(colour);
  return el("span", { title: text }, drawn, el("span", { class: "sr-only" }, text));
}

const text = (value) => el("div", { class: "body", dir: "auto" }, ...linked(value ?? ""));

function linked(value) {
  return value.split(/(https?:\/\/[^\s<>"]+)/).map((part, place) =>
    place % 2 ? el("a", { href: part, target: "_blank", rel: "noreferrer noopener" }, part) : part);
}

function drawContent(message, acts) {
  const content = message.content;
  const draw = {
    text: () => text(content.body),
    image: () => [[content, ...(content.more ?? [])].map((each) => drawImage(each, acts)), content.caption && text(content.caption)],
    video: () => [el("video", { src: media(content.id), controls: true, preload: "metadata" }), content.caption && text(content.caption)],
    audio: () => drawVoice(content),
    sticker: () => el("img", { src: media(content.id), alt: _("Sticker") }),
    document: () => [[content, ...(content.more ?? [])].map(drawDocument), content.caption && text(content.caption)],
    location: () => drawPlace(content),
    contacts: () => content.contacts.map(drawContact),
    interactive: () => drawInteractive(content, acts),
    template: () => drawRich(content, acts),
    button: () => text(content.text),
    order: () => drawOrder(content),
    unsupported: () => el("p", { class: "gone" }, _("A poll, which businesses cannot receive.")),
    request_welcome: () => el("p", { class: "gone" }, _("Opened the chat for the first time.")),
  }[message.kind];
  return draw ? draw() : text(message.summary || message.kind);
}

function drawImage(content, acts) {
  const label = content.caption || _("Picture");
  return el("button", { class: "shot", type: "button", "aria-label": _("Enlarge: %(name)s", { name: label }), onclick: () => acts.enlarge(media(content.id), label) },
    el("img", { src: media(content.id), alt: label, loading: "lazy" }));
}

function drawVoice(content) {
  const audio = new Audio(media(content.id));
  audio.preload = "metadata";
  const time = el("output", {}, "0:00");
  const bar = el("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": _("Position") });
  const button = el("button", { type: "button", "aria-label": _("Play") }, icon("play"));
  const show = () => {
    const length = Number.isFinite(audio.duration) ? audio.duration : 0;
    const seconds = Math.floor(audio.currentTime || length);
    time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    bar.value = length ? (audio.currentTime / length) * 1000 : 0;
  };
  const state = () => {
    button.replaceChildren(icon(audio.paused ? "play" : "pause"));
    button.setAttribute("aria-label", audio.paused ? _("Play") : _("Pause"));
  };
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, state);
  for (const name of ["timeupdate", "loadedmetadata"]) audio.addEventListener(name, show);
  button.addEventListener("click", () => (audio.paused ? audio.play() : audio.pause()));
  bar.addEventListener("input", () => { if (Number.isFinite(audio.duration)) audio.currentTime = (bar.value / 1000) * audio.duration; });
  return el("div", { class: "voice" }, button, bar, time);
}

function drawDocument(content) {
  return el("a", { class: "doc", href: media(content.id), download: content.filename || "file", target: "_blank" },
    icon("file"), el("span", {}, el("strong", {}, content.filename || _("Document")), el("small", {}, content.mime_type?.split("/").pop().toUpperCase() ?? "")));
}

function drawPlace(content) {
  const link = content.url || `https://www.openstreetmap.org/?mlat=${content.latitude}&mlon=${content.longitude}`;
  return el("div", { class: "place" }, el("div", { class: "map", "aria-hidden": "true" }, icon("pin")),
    content.name && el("strong", {}, content.name), content.address && el("div", {}, content.address),
    el("a", { href: link, target: "_blank", rel: "noreferrer noopener" }, `${content.latitude}, ${content.longitude}`));
}

function drawContact(contact) {
  const name = contact.name?.formatted_name ?? "";
  return el("div", { class: "card" }, avatar(name), el("span", {}, el("strong", {}, name), el("small", {}, contact.phones?.[0]?.phone ?? contact.org?.company ?? "")));
}

function drawOrder(content) {
  const rows = content.product_items.map((item) => el("li", {}, el("span", {}, `${item.quantity} × ${item.product_retailer_id}`), el("span", {}, `${item.item_price} ${item.currency}`)));
  return [el("p", { class: "head" }, _("Order")), el("ul", { class: "order-rows" }, rows), content.text && text(content.text)];
}

function drawInteractive(content, acts) {
  const reply = content.button_reply ?? content.list_reply;
  if (reply) return [text(reply.title), reply.description && el("p", { class: "foot" }, reply.description)];
  return drawRich({ header: content.header, body: content.body?.text, footer: content.footer?.text }, acts);
}

function drawRich({ header, body, footer }, acts) {
  const kind = header?.type;
  return [
    kind === "text" && el("p", { class: "head" }, header.text),
    kind === "image" && header.image.id && drawImage(header.image, acts),
    kind === "document" && header.document.id && drawDocument(header.document),
    text(body), footer && el("p", { class: "foot" }, footer),
  ];
}

function drawTaps(message, acts) {
  if (!message.from_business) return null;
  const { content } = message;
  const taps = [];
  if (message.kind === "interactive" && content.type === "button") {
    for (const { reply } of content.action.buttons) {
      taps.push(tap(reply.title, "reply", () => acts.tap(message, "interactive", { type: "button_reply", button_reply: { id: reply.id, title: reply.title } })));
    }
  } else if (message.kind === "interactive" && content.type === "list") {
    taps.push(tap(content.action.button, "list", () => acts.list(message)));
  } else if (message.kind === "interactive" && content.type === "cta_url") {
    taps.push(goTo(content.action.parameters.display_text, content.action.parameters.url));
  } else if (message.kind === "interactive" && content.type === "location_request_message") {
    taps.push(tap(_("Send location"), "pin", () => acts.location(message)));
  }
  for (const button of message.kind === "template" ? content.buttons : []) {
    if (button.type === "URL") taps.push(goTo(button.text, button.url));
    else if (button.type === "PHONE_NUMBER") taps.push(tap(button.text, "phone", () => acts.call(button.phone_number)));
    else taps.push(tap(button.text, "reply", () => acts.tap(message, "button", { payload: button.payload, text: button.text })));
  }
  return taps.length > 0 && el("div", { class: "taps" }, taps);
}

const tap = (label, name, onclick) => el("button", { type: "button", onclick }, icon(name), label);
const goTo = (label, url) => el("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, icon("link"), label);
