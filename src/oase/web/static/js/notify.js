// What concerns me, as the server says it: a number in the title and a dot on the icon, a notice in the page unless I look at that
// conversation, a sound if I want one. While the page is hidden the browser tells (web push); without that, this page does.
import { keepUp } from "./push.js";
import { toast } from "./toast.js";

const inbox = document.getElementById("inbox");
const icon = document.querySelector("link[rel=icon]");
const plainIcon = icon.href;
let waiting = 0;
let pushed = false;
let context = null;
let lastSound = 0;

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

// ---- sound: one page of this browser makes it, and not every second ----
function sound(id) {
  if (!navigator.userActivation?.hasBeenActive || Date.now() - lastSound < 3000) return;
  lastSound = Date.now();
  if (!navigator.locks) { ring(); return; }
  navigator.locks.request(`oase-sound-${id}`, { ifAvailable: true }, async (mine) => {
    if (!mine) return;
    ring();
    await new Promise((done) => setTimeout(done, 2000));
  });
}

function ring() {
  context ??= new AudioContext();
  const volume = context.createGain();
  volume.connect(context.destination);
  volume.gain.setValueAtTime(0.0001, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.12, context.currentTime + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
  for (const [frequency, at] of [[660, 0], [880, 0.12]]) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + 0.5);
  }
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
    const text = told.body ? `${told.title}: ${told.body}` : told.title;
    toast({ text, undoLabel: inbox.dataset.open, onUndo: () => lead(told) });
  } else if (!pushed && "Notification" in window && Notification.permission === "granted") {
    const shown = new Notification(told.title, { body: told.body, tag: told.conversation, icon: plainIcon });
    shown.addEventListener("click", () => { focus(); lead(told); shown.close(); });
  }
}

document.addEventListener("oase:notification", ({ detail }) => {
  count(detail.waiting);
  for (const one of detail.new) tell(one);
});
navigator.serviceWorker?.addEventListener("message", ({ data }) => { if (data.open) openConversation(data.open); });

// the stream begins, or goes on after it had been away
document.addEventListener("oase:hears", async () => {
  const response = await fetch("/notifications/waiting");
  if (response.ok) count((await response.json()).waiting);
});
keepUp(inbox.dataset.me).then((on) => { pushed = on; });
