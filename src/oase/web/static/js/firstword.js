// The first word to somebody: files go up at once and wait for the message; without this script there are none.
import { Uploads } from "./uploads.js";

const form = document.getElementById("first-form");
const files = form?.querySelector(".first-files");
if (files) {
  const list = files.querySelector("ul");
  const [ids, names] = ["attachments", "attachment_names"].map((name) => form.elements[name]);
  const write = () => {
    ids.value = uploads.files().map((file) => file.id).join("\n");
    names.value = uploads.files().map((file) => file.name.replaceAll("\n", " ")).join("\n");
  };
  const place = {
    tab: "reply", answer: form, dataset: form.dataset, text: form.elements.text, classList: form.classList,
    querySelector: (what) => form.querySelector(what), closest: () => form,
  };
  const uploads = new Uploads(place, list, write);
  files.hidden = false;
  form.addEventListener("submit", (event) => {
    if (!uploads.busy()) return;
    event.preventDefault();
    uploads.whenDone(() => form.requestSubmit());
  });
}
