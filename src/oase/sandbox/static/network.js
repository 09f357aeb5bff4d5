// The network page: faults on demand, business numbers with their webhook addresses, the log of webhooks.
import { _, ask, avatar, byId, el, icon, listen, notice } from "./common.js";

const CONTROL = "/sandbox/control";
const form = byId("fault-form");

async function loadFaults() {
  const { active, kinds } = await ask("GET", `${CONTROL}/faults`);
  if (!byId("kind").options.length) {
    byId("kind").append(...Object.entries(kinds).map(([kind, text]) => el("option", { value: kind }, _(text))));
    fit();
  }
  const rows = active.map((fault) => el("li", {},
    el("span", {}, _(kinds[fault.kind]), el("small", {}, details(fault))),
    el("button", { class: "icon-button", type: "button", "aria-label": _("Switch off: %(name)s", { name: _(kinds[fault.kind]) }), onclick: async () => { await ask("DELETE", `${CONTROL}/faults/${fault.id}`); await loadFaults(); } }, icon("close"))));
  byId("active").replaceChildren(...(rows.length ? rows : [el("li", { class: "none" }, _("Nothing. All is well."))]));
  byId("clear").hidden = !rows.length;
}

function details(fault) {
  const parts = [`${Math.round(fault.probability * 100)} %`, _("happened %(n)s times", { n: fault.hits })];
  if (fault.remaining !== null) parts.push(_("%(n)s left", { n: fault.remaining }));
  if (["slow", "delay", "reversed"].includes(fault.kind)) parts.push(`${fault.seconds} s`);
  const value = { http_error: fault.status, graph_error: fault.code, batch: fault.size, duplicate: `× ${fault.times}` }[fault.kind];
  if (value) parts.push(value);
  return parts.join(" · ");
}

function fit() {
  for (const label of form.querySelectorAll("[data-for]")) label.hidden = !label.dataset.for.split(" ").includes(byId("kind").value);
}

async function loadNumbers() {
  const numbers = await ask("GET", `${CONTROL}/numbers`);
  byId("numbers").replaceChildren(...numbers.map((number) => el("li", {}, avatar(number.name, number.id),
    el("div", {}, el("strong", {}, number.name), el("small", {}, `${number.display} · ${_("%(n)s messages a second", { n: number.throughput_per_second })}`),
      el("code", {}, number.webhook_url || _("No webhook address yet."))),
    number.webhook_url && el("button", { class: "link", type: "button", onclick: async () => {
      const { wrong } = await ask("POST", `${CONTROL}/numbers/${number.id}/handshake`);
      notice(wrong ? _("The handshake failed: %(why)s", { why: wrong }) : _("The handshake worked."));
    } }, _("Test")))));
}

async function loadLog() {
  const { counts, pending, log } = await ask("GET", `${CONTROL}/webhooks?limit=100`);
  byId("counts").textContent = _("%(accepted)s taken, %(pending)s waiting, %(refused)s not answered with 200", { accepted: counts.accepted, pending, refused: counts.refused });
  const rows = log.map((attempt) => el("tr", {},
    el("td", {}, new Date(attempt.time).toLocaleTimeString(document.documentElement.lang)),
    el("td", {}, el("span", { class: attempt.status === 200 ? "state" : "state bad" }, attempt.status || _("none"))),
    el("td", {}, String(attempt.attempt)), el("td", {}, String(attempt.items)), el("td", {}, `${Math.round(attempt.milliseconds)} ms`), el("td", {}, attempt.note), el("td", { class: "address" }, attempt.url),
    el("td", {}, el("button", { class: "link", type: "button", onclick: () => showBody(attempt.body) }, _("Body")))));
  byId("log").replaceChildren(...(rows.length ? rows : [el("tr", {}, el("td", { colspan: 8 }, _("No webhook yet. Write something on the phone.")))]));
}

function showBody(text) {
  let shown = text;
  try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* a truncated body stays as it is */ }
  byId("body-text").textContent = shown;
  byId("body-view").showModal();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { kind, percent, remaining, seconds, status, code, size, times } = form.elements;
  await ask("POST", `${CONTROL}/faults`, { kind: kind.value, probability: percent.value / 100, remaining: remaining.value ? Number(remaining.value) : null, seconds: Number(seconds.value), status: Number(status.value), code: Number(code.value), size: Number(size.value), times: Number(times.value) });
  await loadFaults();
});
byId("kind").addEventListener("change", fit);
byId("clear").addEventListener("click", async () => { await ask("DELETE", `${CONTROL}/faults`); await loadFaults(); });

let soon;
const later = () => { soon ??= setTimeout(() => { soon = undefined; loadLog(); loadFaults(); }, 400); };
listen("/sandbox/network/events", later, () => { loadLog(); loadFaults(); });
await Promise.all([loadFaults(), loadNumbers(), loadLog()]);
document.documentElement.dataset.ready = "true";
