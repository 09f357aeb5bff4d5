// The mailbox page: the list, one mail in several views, writing and answering as a customer.
import { _, ask, avatar, byId, clockTime, dayName, el, fileSize, icon, listen, notice } from "./common.js";

const CONTROL = "/sandbox/control/mails";
const state = { mails: [], open: null, seen: new Set(), view: "text" };
const stage = document.querySelector(".mail-stage");
const name = (sender) => sender.replace(/\s*<[^>]*>\s*$/, "").replace(/^"|"$/g, "") || sender;
const address = (sender) => /<([^>]*)>/.exec(sender)?.[1] ?? sender;

async function load() {
  state.mails = await ask("GET", CONTROL);
  drawList();
}

function drawList() {
  const rows = state.mails.map((mail) => {
    const who = mail.from_oase ? mail.to || mail.envelope_to.join(", ") : mail.from || _("Mail system");
    return el("li", {}, el("button", {
      type: "button", class: state.seen.has(mail.id) ? "" : "new", "aria-current": String(mail.id === state.open?.id), onclick: () => open(mail.id),
    }, avatar(name(who), address(who)), el("strong", {}, name(who)), el("time", { datetime: mail.time }, clockTime(mail.time)),
    el("span", { class: "subject" }, mail.subject || _("(no subject)")), el("span", { class: "way" }, mail.from_oase ? _("from Oase") : _("to Oase"))));
  });
  byId("mails").replaceChildren(...(rows.length ? rows : [el("li", { class: "empty" }, _("No mail yet. What Oase sends appears here by itself."))]));
}

async function open(id) {
  const mail = await ask("GET", `${CONTROL}/${id}`);
  state.open = mail;
  state.seen.add(id);
  stage.classList.add("reading");
  byId("nothing").hidden = true;
  byId("mail").hidden = false;
  byId("subject").textContent = mail.subject || _("(no subject)");
  byId("from").textContent = mail.from || _("Mail system");
  byId("from-avatar").replaceWith(Object.assign(avatar(name(mail.from || "@"), address(mail.from)), { id: "from-avatar" }));
  byId("to").textContent = _("to %(who)s", { who: mail.to || mail.envelope_to.join(", ") });
  byId("time").textContent = `${dayName(mail.time)}, ${clockTime(mail.time)}`;
  byId("tab-html").hidden = !mail.has_html;
  byId("answer").hidden = !mail.from_oase;
  byId("attachments").replaceChildren(...mail.attachments.map((file) => el("li", {}, el("a", { href: `${CONTROL}/${id}/parts/${file.place}`, target: "_blank", download: file.name },
    icon("clip"), el("span", {}, file.name, " ", el("small", {}, fileSize(file.size_bytes)))))));
  drawList();
  await show(mail.has_html ? "html" : "text");
  byId("view").scrollTop = 0;
}

async function show(view) {
  state.view = view;
  for (const tab of document.querySelectorAll("[data-view]")) {
    const chosen = tab.dataset.view === view;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  byId("body").setAttribute("aria-labelledby", `tab-${view}`);
  const { id, text, headers } = state.open;
  if (view === "html") byId("body").replaceChildren(el("iframe", { src: `${CONTROL}/${id}/html`, sandbox: "", title: _("The mail as HTML") }));
  else if (view === "text") byId("body").replaceChildren(el("pre", { dir: "auto" }, text || _("(no text)")));
  else if (view === "headers") byId("body").replaceChildren(el("table", {}, el("tbody", {}, headers.map(([title, value]) => el("tr", {}, el("th", { scope: "row" }, title), el("td", {}, value))))));
  else byId("body").replaceChildren(el("pre", { class: "code" }, await ask("GET", `${CONTROL}/${id}/raw`)));
}

const form = byId("mail-form");
const proposal = await ask("GET", `${CONTROL}/proposal`);

function write(mail) {
  form.dataset.replyTo = mail?.id ?? "";
  byId("quote-row").hidden = !mail;
  byId("writing-title").textContent = mail ? _("Answer as the customer") : _("Write as a customer");
  if (mail) {
    form.elements.sender.value = address(mail.to || mail.envelope_to[0]);
    form.elements.sender_name.value = mail.to.includes("<") ? name(mail.to) : "";
    const replyTo = mail.headers.find(([title]) => title.toLowerCase() === "reply-to")?.[1];
    form.elements.to.value = address(replyTo || mail.from || mail.envelope_from);
    form.elements.subject.value = /^(re|aw):/i.test(mail.subject) ? mail.subject : `Re: ${mail.subject}`;
  } else {
    form.elements.to.value ||= address(state.mails.find((each) => each.from_oase)?.from ?? proposal.to);
    form.elements.subject.value = "";
  }
  form.elements.text.value = "";
  form.elements.files.value = "";
  byId("writing").showModal();
  (mail ? form.elements.text : form.elements.to).focus();
}

const toBase64 = (file) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(reader.result.split(",")[1] ?? ""));
  reader.readAsDataURL(file);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { sender, sender_name, to, subject, text, quote, files } = form.elements;
  const attachments = await Promise.all([...files.files].map(async (file) => ({ name: file.name, type: file.type || "application/octet-stream", data: await toBase64(file) })));
  await ask("POST", CONTROL, { sender: sender.value, sender_name: sender_name.value, to: to.value, subject: subject.value, text: text.value, quote: quote.checked, reply_to: form.dataset.replyTo, attachments });
  byId("writing").close();
  notice(_("Sent to Oase."));
  await load();
});

byId("write").addEventListener("click", () => write(null));
byId("answer").addEventListener("click", () => write(state.open));
byId("writing-cancel").addEventListener("click", () => byId("writing").close());
byId("back").addEventListener("click", () => { stage.classList.remove("reading"); document.querySelector('#mails [aria-current="true"]')?.focus(); });
document.querySelector(".tabs").addEventListener("click", (event) => { const tab = event.target.closest("[data-view]"); if (tab) show(tab.dataset.view); });
document.querySelector(".tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [...document.querySelectorAll("[data-view]")].filter((tab) => !tab.hidden);
  const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  next.focus();
  show(next.dataset.view);
});

listen("/sandbox/mailbox/events", (event) => {
  if (event.type === "mail" && !state.mails.some((mail) => mail.id === event.mail.id)) { state.mails.unshift(event.mail); drawList(); }
}, load);
await load();
document.documentElement.dataset.ready = "true";
