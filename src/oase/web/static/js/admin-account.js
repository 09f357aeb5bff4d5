// The form of an account is tested and saved without leaving the page, so that typed secrets stay where they are.
//   submit --fetch--> the form again, with the result or what is wrong --> put in its place, secrets typed in again by us
import { toast } from "./toast.js";
import { settle } from "./admin.js";

let under = null; // what can be cancelled

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("[data-stays]")) return;
  event.preventDefault();
  if (!under) send(form, event.submitter);
}, { capture: true });

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-cancels]")) under?.abort();
});

async function send(form, button) {
  under = new AbortController();
  const tests = Boolean(button?.hasAttribute("formaction")) && !button.hasAttribute("data-leaves");
  busy(form, true, tests);
  try {
    const response = await fetch(button?.hasAttribute("formaction") ? button.formAction : form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "hx-request": "true" }, signal: under.signal,
    });
    const to = response.headers.get("hx-redirect");
    if (to) { location.href = to; return; }
    if (!response.ok && response.status !== 422) throw new Error(response.statusText);
    replace(form, await response.text());
  } catch (error) {
    busy(form, false, tests);
    if (error.name !== "AbortError") toast({ text: form.dataset.failed, kind: "error" });
  } finally {
    under = null;
  }
}

function busy(form, on, tests) {
  form.setAttribute("aria-busy", String(on));
  form.querySelector(".check-running").hidden = !(on && tests);
  for (const button of form.querySelectorAll('button[type="submit"]')) button.toggleAttribute("disabled", on);
}

function replace(form, html) {
  const secrets = new Map([...form.querySelectorAll('input[type="password"]')].map((one) => [one.name, one.value]));
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const fresh = holder.content.querySelector("form");
  if (!fresh) throw new Error("no form");
  form.replaceWith(fresh);
  for (const field of fresh.querySelectorAll('input[type="password"]')) {
    field.value = secrets.get(field.name) ?? "";
    if (field.value) field.closest("details")?.setAttribute("open", "");
  }
  settle(fresh);
  const wrong = fresh.querySelector('[aria-invalid="true"]');
  const result = fresh.querySelector("#check-result");
  (wrong ?? result)?.focus();
  if (!wrong) result?.scrollIntoView({ block: "nearest" });
}

// beside the form the guide is open; above it, on small screens, it waits
if (matchMedia("(max-width: 1099.98px)").matches) document.querySelector(".guide details")?.removeAttribute("open");

// how the account does follows what happens, and once a minute what no event tells of
const source = new EventSource("/live");
let timer = null;

async function read() {
  timer = null;
  const old = document.getElementById("life");
  const response = old && await fetch(old.dataset.life, { headers: { "hx-request": "true" } });
  if (!response?.ok) return;
  const holder = document.createElement("template");
  holder.innerHTML = (await response.text()).trim();
  const fresh = holder.content.querySelector("#life");
  if (!fresh || old.contains(document.activeElement)) return; // whoever is about to press something here is not disturbed
  for (const [number, one] of old.querySelectorAll("details").entries()) {
    fresh.querySelectorAll("details")[number]?.toggleAttribute("open", one.open);
  }
  old.replaceWith(fresh);
}
const look = (after) => { timer ??= setTimeout(read, after); };
for (const topic of ["account", "reload"]) source.addEventListener(topic, () => look(200));
source.addEventListener("conversation", () => look(2_000)); // something came or went, by whichever account
const each = setInterval(() => { if (!document.hidden) look(0); }, 60_000);
addEventListener("pagehide", () => { source.close(); clearInterval(each); });

// "enter new credentials" leads to the first of them, opened
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-enters]")) return;
  const field = document.querySelector('#account-form input[type="password"]');
  if (!field) return;
  event.preventDefault();
  field.closest("details")?.setAttribute("open", "");
  field.focus();
});
