// The phone's composer: text, reply and edit, files, places, contacts, voice messages.
import { backend } from "./backends.js";
import { _, byId, el, icon, notice, openMenu } from "./common.js";

const PLACES = [
  { name: "Brandenburger Tor", address: "Pariser Platz, 10117 Berlin", latitude: 52.516275, longitude: 13.377704 },
  { name: "Hamburg Hauptbahnhof", address: "Hachmannplatz 16, 20099 Hamburg", latitude: 53.552736, longitude: 10.006909 },
  { name: "Café Central", address: "Herrengasse 14, 1010 Wien", latitude: 48.210399, longitude: 16.365431 },
];
const CONTACTS = [
  { name: { formatted_name: "Lucía Gómez", first_name: "Lucía", last_name: "Gómez" }, org: { company: "Gómez Import" }, phones: [{ phone: "+49 30 23125 311", wa_id: "493023125311", type: "MOBILE" }] },
  { name: { formatted_name: "Dr. Björn Åkesson", first_name: "Björn", last_name: "Åkesson", prefix: "Dr." }, phones: [{ phone: "+49 30 23125 312", type: "WORK" }] },
];

/** Makes the composer work. `send(kind, content, contextId)` and `edit(message, text)` do what was composed, `typing` tells of it. */
export function makeComposer({ send, edit, typing }) {
  const box = byId("text");
  const button = byId("send");
  const file = byId("file");
  let replyTo = null;
  let editing = null;
  let recorder = null;

  const dress = () => {
    const writing = box.value.trim() !== "" || editing || !backend.can("voice");
    button.replaceChildren(icon(recorder ? "send" : writing ? "send" : "mic"));
    button.setAttribute("aria-label", recorder || writing ? _("Send") : _("Record a voice message"));
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 130)}px`;
  };

  const context = (title, text) => {
    byId("composer-context").hidden = !title;
    byId("context-title").textContent = title ?? "";
    byId("context-text").textContent = text ?? "";
  };

  const reset = () => { replyTo = null; editing = null; context(); dress(); };
  const deliver = async (kind, content) => { const to = replyTo?.id ?? ""; await send(kind, content, to); reset(); };

  async function submit() {
    if (recorder) { recorder.stop(); return; }
    const text = box.value.trim();
    if (!text) { if (!editing && backend.can("voice")) await record(); return; }
    box.value = "";
    dress();
    try {
      if (editing) { await edit(editing, text); reset(); } else await deliver("text", { body: text });
    } catch { box.value = text; dress(); }
    box.focus();
  }

  async function upload(chosen) {
    const stored = await backend.upload(chosen.name, chosen);
    const top = chosen.type.split("/")[0];
    const kind = file.dataset.kind === "document" ? "document" : chosen.type === "image/webp" ? "sticker" : ["image", "video", "audio"].includes(top) ? top : "document";
    const content = { id: stored.id };
    if (kind === "document") content.filename = chosen.name;
    if (box.value.trim() && ["image", "video", "document"].includes(kind)) { content.caption = box.value.trim(); box.value = ""; }
    await deliver(kind, content);
  }

  async function record() {
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }); } catch { notice(_("The microphone cannot be used here.")); return; }
    const type = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"].find((each) => MediaRecorder.isTypeSupported(each));
    const parts = [];
    const began = Date.now();
    let keep = true;
    recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    const ticking = setInterval(() => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      byId("recording-time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }, 250);
    byId("recording-cancel").onclick = () => { keep = false; recorder.stop(); };
    recorder.addEventListener("stop", async () => {
      clearInterval(ticking);
      stream.getTracks().forEach((track) => track.stop());
      const recorded = new Blob(parts, { type: recorder.mimeType });
      recorder = null;
      byId("recording").hidden = true;
      box.hidden = false;
      dress();
      if (!keep || recorded.size === 0) return;
      const stored = await backend.upload("voice.ogg", recorded);
      await deliver("audio", { id: stored.id, voice: true });
    });
    recorder.start();
    box.hidden = true;
    byId("recording").hidden = false;
    byId("recording-time").textContent = "0:00";
    dress();
  }

  const pick = (title, items, label, use) => {
    const rows = items.map((item) => el("button", { type: "button", onclick: () => { byId("sheet").close(); use(item); } }, el("span", {}, label(item)[0]), el("small", {}, label(item)[1])));
    byId("sheet-title").textContent = title;
    byId("sheet-body").replaceChildren(el("div", { class: "sheet-rows" }, rows), el("div", { class: "sheet-end" }, el("button", { class: "button quiet-button" }, _("Cancel"))));
    byId("sheet").showModal();
  };

  const attach = {
    image: () => choose("image", "image/*,video/*"),
    document: () => choose("document", ""),
    location: () => pick(_("Send a location"), PLACES, (place) => [place.name, place.address], (place) => deliver("location", place)),
    contact: () => pick(_("Send a contact"), CONTACTS, (each) => [each.name.formatted_name, each.phones[0].phone], (each) => deliver("contacts", { contacts: [each] })),
    unsupported: () => deliver("unsupported", {}),
  };
  const choose = (kind, accept) => { file.dataset.kind = kind; file.accept = accept; file.click(); };

  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  let told = 0;
  box.addEventListener("input", () => { dress(); if (Date.now() - told > 3000) { told = Date.now(); typing(); } });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    if (event.key === "Escape" && (replyTo || editing)) { if (editing) box.value = ""; reset(); }
  });
  box.addEventListener("paste", (event) => { const [pasted] = event.clipboardData.files; if (pasted) { event.preventDefault(); file.dataset.kind = ""; upload(pasted); } });
  file.addEventListener("change", async () => { const [chosen] = file.files; file.value = ""; if (chosen) await upload(chosen); });
  byId("context-close").addEventListener("click", () => { if (editing) box.value = ""; reset(); box.focus(); });
  let closeMenu = () => {};
  byId("attach").addEventListener("click", () => {
    const menu = byId("attach-menu");
    if (menu.hidden) closeMenu = openMenu(menu, byId("attach")); else closeMenu();
  });
  byId("attach-menu").addEventListener("click", (event) => { const chosen = event.target.closest("[data-attach]"); if (chosen) { closeMenu(); attach[chosen.dataset.attach](); } });
  dress();

  return {
    reset: () => { box.value = ""; reset(); },
    focus: () => box.focus(),
    reply: (message) => { editing = null; replyTo = message; context(message.from_business ? _("Reply to the company") : _("Reply to yourself"), message.summary); dress(); box.focus(); },
    edit: (message) => { replyTo = null; editing = message; box.value = message.content.body ?? message.content.caption ?? ""; context(_("Change the message"), message.summary); dress(); box.focus(); },
    place: (message) => { replyTo = message; attach.location(); },
  };
}
