/* The two small forms: what is asked before the chat, and where the answer may go by mail. */
import { h } from "./dom.js";
import { sentence } from "./text.js";

let count = 0;
const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

function field(say, { label, type = "text", required = false, name, autocomplete, value = "" }) {
  const id = `f${++count}`;
  const input = h("input", { id, name, type, autocomplete: autocomplete || "off", maxLength: 300, "aria-describedby": `${id}e`, "aria-required": String(required) });
  input.value = value;
  const error = h("span", { class: "error", id: `${id}e` });
  const check = () => {
    const text = input.value.trim();
    error.textContent = required && !text ? say("form.required") : text && type === "email" && !MAIL.test(text) ? say("form.email") : "";
    input.setAttribute("aria-invalid", String(Boolean(error.textContent)));
    return !error.textContent;
  };
  // Not on blur: words that come or go while a button is pressed would move it away from under the finger.
  input.addEventListener("input", () => error.textContent && check());
  return { element: h("div", { class: "ask" }, h("label", { for: id }, label, required ? "" : h("small", {}, ` ${say("form.optional")}`)), input, error), input, check };
}

/** What is asked before the first message; null if nothing is to be asked. `done` gets the contact. */
export function before(panel, done) {
  const { look, say, chat } = panel;
  const asked = look.questions.filter(({ kind }) => !(kind === "name" && chat.known.name) && !(kind === "email" && chat.known.email));
  const consent = look.consent[say.language] || look.consent.en || look.consent.de;
  if (!asked.length && !consent) return null;
  const fields = asked.map((question) => [question, field(say, {
    name: question.name, required: question.required, type: question.kind === "email" ? "email" : "text",
    autocomplete: { name: "name", email: "email" }[question.kind],
    label: question.label[say.language] || Object.values(question.label)[0] || say(`form.${question.kind}`),
    value: question.kind === "text" ? "" : chat.contact?.[question.kind] || "",
  })]);
  const box = consent && h("input", { type: "checkbox", id: "consent", "aria-describedby": "consente" });
  const wrong = consent && h("span", { class: "error", id: "consente" });
  const submit = (event) => {
    event.preventDefault();
    const bad = fields.filter(([, one]) => !one.check()).map(([, one]) => one.input);
    if (box) {
      wrong.textContent = box.checked ? "" : say("form.consent");
      box.setAttribute("aria-invalid", String(!box.checked));
      if (!box.checked) bad.push(box);
    }
    if (bad.length) return bad[0].focus();
    const contact = { name: "", email: "", fields: {}, consent: consent || "" };
    for (const [question, one] of fields)
      if (question.kind === "text") contact.fields[question.name] = one.input.value.trim();
      else contact[question.kind] = one.input.value.trim();
    done(contact);
  };
  return h("form", { class: "before", novalidate: true, onsubmit: submit },
    fields.map(([, one]) => one.element),
    consent && h("div", { class: "ask tick" }, box, h("label", { for: "consent" }, sentence(consent)), wrong),
    h("button", { type: "submit", class: "main" }, say("form.start")));
}

/** Asks for a mail address; `done` gets it, `never` is called when the visitor does not want to say. */
export function byMail(panel, why, done, never) {
  const { say, chat } = panel;
  const one = field(say, { name: "email", type: "email", autocomplete: "email", required: true, label: say("form.email_label"), value: chat.email });
  const submit = (event) => {
    event.preventDefault();
    if (one.check()) done(one.input.value.trim());
    else one.input.focus();
  };
  return h("form", { class: "card", novalidate: true, onsubmit: submit }, h("p", {}, why), one.element,
    h("div", { class: "buttons" }, h("button", { type: "submit", class: "main" }, say("mail.send")), h("button", { type: "button", class: "link", onclick: never }, say("mail.no"))));
}
