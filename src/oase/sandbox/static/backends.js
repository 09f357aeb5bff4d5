// Where the phone page gets its people and chats: the simulated WhatsApp, or any other platform of the sandbox.
// Both speak the same to the page: messages in the form { kind, content, … } that messages.js draws.
import { ask } from "./common.js";

const app = document.documentElement.dataset.app;
const features = new Set((document.documentElement.dataset.features ?? "").split(" "));

function whatsapp() {
  const control = "/sandbox/control";
  const of = (customer) => `${control}/customers/${customer.wa_id}`;
  const known = (customer) => ({ ...customer, id: customer.wa_id, line: customer.username ? `@${customer.username}` : `+${customer.wa_id}` });
  const path = (customer, message) => `${of(customer)}/messages/${encodeURIComponent(message.id)}`;
  return {
    can: () => true,
    customers: async () => (await ask("GET", `${control}/customers`)).map(known),
    add: async (form) => known(await ask("POST", `${control}/customers`, { name: form.name, wa_id: form.handle })),
    change: async (customer, changes) => known(await ask("PATCH", of(customer), changes)),
    chats: (customer) => ask("GET", `${of(customer)}/chats`),
    messages: (customer, number) => ask("GET", `${of(customer)}/chats/${number.id}`),
    write: (customer, number, kind, content, context) => ask("POST", `${of(customer)}/messages`, { number: number.id, kind, content, context_id: context }),
    forward: (customer, number, message) => ask("POST", `${of(customer)}/messages`, { number: number.id, text: message.content.body, forwarded: true }),
    edit: (customer, message, text) => ask("PUT", path(customer, message), { text }),
    remove: (customer, message) => ask("DELETE", path(customer, message)),
    react: (customer, message, emoji) => ask("POST", `${path(customer, message)}/reaction`, { emoji }),
    seen: (customer, number) => ask("POST", `${of(customer)}/chats/${number.id}/seen`),
    typing: () => {},
    upload: (name, blob) => ask("POST", `${control}/media?filename=${encodeURIComponent(name)}`, blob),
    media: (id) => `${control}/media/${encodeURIComponent(id)}`,
    events: (customer) => `/sandbox/phone/events/${customer.wa_id}`,
    read: (event) => event,
    facts: async () => { const { counts, pending } = await ask("GET", `${control}/webhooks?limit=0`); return { ...counts, pending }; },
  };
}

function platform() {
  const base = `/sandbox/apps/${app}`;
  const company = { id: app, name: document.documentElement.dataset.company, display: "" };
  const of = (customer) => `${base}/customers/${encodeURIComponent(customer.id)}`;
  const path = (customer, message) => `${of(customer)}/messages/${encodeURIComponent(message.id)}`;
  const known = (customer) => ({ ...customer, line: customer.handle || customer.id, blocked: customer.blocked ? [company.id] : [] });
  const shown = (message) => ({ ...message, ...bubble(message), number: company.id, status: message.state, revoked: message.deleted, read: message.state === "read", taken: message.state !== "sent" });
  let people = [];
  return {
    can: (feature) => features.has(feature),
    customers: async () => { people = (await ask("GET", `${base}/customers`)).map(known); return people; },
    add: async (form) => known(await ask("POST", `${base}/customers`, form)),
    change: async (customer, { blocks, unblocks, ...changes }) => known(await ask("PATCH", of(customer), blocks || unblocks ? { blocked: Boolean(blocks) } : changes)),
    chats: async (customer) => {
      const found = (await ask("GET", `${base}/customers`)).find((each) => each.id === customer.id);
      return [{ number: company, unread: found?.unread ?? 0, last: found?.last && { ...found.last, from_business: true } }];
    },
    messages: async (customer) => (await ask("GET", `${of(customer)}/messages`)).map(shown),
    write: async (customer, _number, kind, content, context) => shown(await ask("POST", `${of(customer)}/messages`, { ...said(kind, content), reply_to: context })),
    edit: (customer, message, text) => ask("PUT", path(customer, message), { text }),
    remove: (customer, message) => ask("DELETE", path(customer, message)),
    react: (customer, message, emoji) => ask("POST", `${path(customer, message)}/reaction`, { emoji }),
    seen: (customer) => ask("POST", `${of(customer)}/seen`),
    typing: (customer) => ask("POST", `${of(customer)}/typing`).catch(() => {}),
    upload: (name, blob) => ask("POST", `${base}/files?filename=${encodeURIComponent(name)}`, blob),
    media: (id) => `${base}/files/${encodeURIComponent(id)}`,
    events: (customer) => `${base}/events/${encodeURIComponent(customer.id)}`,
    read: (event) => (event.message ? { ...event, message: shown(event.message) } : { ...event, number: company.id }),
    facts: async () => { const { counts, pending } = await ask("GET", `${base}/webhooks?limit=0`); return { ...counts, pending }; },
  };
}

// From what was composed to what a platform is told.
function said(kind, content) {
  switch (kind) {
    case "text": return { text: content.body };
    case "location": return { spot: { latitude: content.latitude, longitude: content.longitude, name: content.name, address: content.address } };
    case "contacts": return { contact: { name: content.contacts[0].name.formatted_name, phone: content.contacts[0].phones[0].phone } };
    case "interactive": { const { id, title } = content.button_reply ?? content.list_reply; return { chosen: id, text: title }; }
    default: return { files: [content.id], text: content.caption ?? "", voice: Boolean(content.voice), sticker: kind === "sticker" };
  }
}

// From a platform's message to kind and content as messages.js draws them. Further files go below the first.
function bubble(message) {
  const [file, ...more] = message.files;
  const summary = message.text || file?.name || message.spot?.name || message.contact?.name || "…";
  if (message.spot) return { kind: "location", content: message.spot, summary };
  if (message.contact) return { kind: "contacts", content: { contacts: [{ name: { formatted_name: message.contact.name }, phones: [{ phone: message.contact.phone }] }] }, summary };
  if (message.choices.length > 0 && message.from_business) {
    const buttons = message.choices.map(({ id, title }) => ({ reply: { id, title } }));
    return { kind: "interactive", content: { type: "button", body: { text: message.text }, action: { buttons } }, summary };
  }
  if (!file) return { kind: "text", content: { body: message.text }, summary };
  const top = file.type.split("/")[0];
  const kind = message.sticker ? "sticker" : ["image", "video", "audio"].includes(top) ? top : "document";
  return { kind, content: { id: file.id, filename: file.name, mime_type: file.type, caption: message.text, more: more.map(({ id, name, type }) => ({ id, filename: name, mime_type: type })) }, summary };
}

export const backend = app ? platform() : whatsapp();

/** The bar of apps marks the one that is open; what its platform cannot do is not offered. */
export function offer(root = document) {
  for (const each of root.querySelectorAll("[data-feature]")) if (!backend.can(each.dataset.feature)) each.hidden = true;
}

