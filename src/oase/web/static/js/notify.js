// Notices about what concerns me: somebody wrote in a conversation of mine, or mentioned me. A sound if I want one; a notice of
// the browser once I have allowed it (asked for at the first click, never on arrival, and not of those who want no sound).
const inbox = document.getElementById("inbox");
const received = new Set();
let context = null;

function sound() {
  if (inbox.dataset.sound !== "on" || !navigator.userActivation?.hasBeenActive) return;
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

function notice(title, body, path) {
  sound();
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(title, { body, tag: path, icon: document.querySelector("link[rel=icon]").href });
  shown.addEventListener("click", () => { focus(); location.href = path; });
}

document.addEventListener("oase:conversation", ({ detail }) => {
  if (detail.what === "received" || detail.what === "opened") received.add(detail.key);
});
document.addEventListener("oase:rows", ({ detail }) => {
  for (const row of detail) {
    const id = row.id.slice(4);
    if (!received.delete(id) || row.dataset.assignee !== inbox.dataset.me) continue;
    if (!document.hidden && document.getElementById("talk")?.dataset.id === id) continue;
    const name = row.querySelector(".row-name").textContent;
    notice(inbox.dataset.wrote.replace("{name}", name), row.querySelector(".row-text").textContent.trim(), `/inbox/open/${id}`);
  }
});
document.addEventListener("oase:mention", ({ detail }) => {
  notice(inbox.dataset.mentioned.replace("{name}", detail.by), "", `/inbox/mentions/${detail.conversation}`);
});
document.addEventListener("click", () => {
  if ("Notification" in window && Notification.permission === "default" && inbox.dataset.sound === "on") Notification.requestPermission().catch(() => {});
}, { once: true });
