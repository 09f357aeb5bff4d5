// What concerns me, as the server says it: a number in the title and a dot on the icon, a notice in the page unless I look at that
// conversation, a sound if I want one. While the page is hidden the browser tells (web push); without that, this page does.
import { keepUp, withdraw } from "./push.js";
import { sound } from "./sound.js";
import { toast } from "./toast.js";

const inbox = document.getElementById("inbox");
const icon = document.querySelector("link[rel=icon]");
const plainIcon = icon.href;
let waiting = 0;
let pushed = false;

// ---- title and icon ----
/** The page's title, with how many conversations wait for me. */
export function retitle(text = document.title.replace(/^\(\d+\+?\) /, "")) {
  document.title = waiting ? `(${waiting > 99 ? "99+" : waiting}) ${text}` : text;
}

function count(number) {
  if (number === waiting) return;
  waiting = number;
  retitle();
  icon.href = waiting ? inbox.dataset.dot : plainIcon;
}

// ---- notices ----
/** Leads to what a notice is about; a person without a conversation has another page. */
const lead = ({ conversation, path }) => { if (!path || path.startsWith("/inbox")) openConversation(conversation); else location.assign(path); };
const openConversation = (id) => document.dispatchEvent(new CustomEvent("oase:open", { detail: { id } }));
const looksAt = (id) => !document.hidden && document.getElementById("talk")?.dataset.id === id;

async function tell({ id, show, sound: rings }) {
  const response = await fetch(`/notifications/${id}`);
  if (!response.ok) return; // seen meanwhile
  const told = await response.json();
  if (looksAt(told.conversation)) return;
  if (rings) sound(id);
  if (!show) return;
  if (!document.hidden) {
    if (told.kind === "offer") return; // its card is here
    const text = told.body ? `${told.title}: ${told.body}` : told.title;
    toast({ text, kind: "told", undoLabel: inbox.dataset.open, onUndo: () => lead(told) });
  } else if (!pushed && "Notification" in window && Notification.permission === "granted") {
    const shown = new Notification(told.title, { body: told.body, tag: told.conversation, icon: plainIcon });
    shown.addEventListener("click", () => { focus(); lead(told); shown.close(); });
    if (told.kind === "offer") document.addEventListener("oase:offer", () => shown.close(), { once: true }); // answered, or over
  }
}

document.addEventListener("oase:notification", ({ detail }) => {
  count(detail.waiting);
  for (const one of detail.new) tell(one);
});
document.addEventListener("oase:offer", ({ detail }) => { if (!["made", "begun"].includes(detail.what)) withdraw(detail.conversation); });
navigator.serviceWorker?.addEventListener("message", ({ data }) => { if (data.open) openConversation(data.open); });

// the stream begins, or goes on after it had been away
document.addEventListener("oase:hears", async () => {
  const response = await fetch("/notifications/waiting");
  if (response.ok) count((await response.json()).waiting);
});
keepUp(inbox.dataset.me).then((on) => { pushed = on; });
