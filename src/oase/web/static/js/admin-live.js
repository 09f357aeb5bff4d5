// The list of accounts follows what happens: an event of an account, and the list is read anew.
const source = new EventSource("/live");
let timer = null;

async function read() {
  timer = null;
  const response = await fetch("/admin/channels", { headers: { "hx-request": "true" } });
  if (!response.ok) return;
  const holder = document.createElement("template");
  holder.innerHTML = (await response.text()).trim();
  const fresh = holder.content.querySelector("#accounts");
  const old = document.getElementById("accounts");
  if (!fresh || !old) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector(`[href="${focused}"]`)?.focus();
}
for (const topic of ["account", "reload"]) {
  source.addEventListener(topic, () => { timer ??= setTimeout(read, 200); });
}
addEventListener("pagehide", () => source.close());
