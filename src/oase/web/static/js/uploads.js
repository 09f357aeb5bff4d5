// Files of an answer: by button, by dragging, by pasting; each goes up at once, with its progress, and waits for the message.
export class Uploads {
  constructor(composer, list, changed) {
    this.composer = composer;
    this.list = list;
    this.changed = changed;
    this.waiting = [];
    composer.querySelector("#composer-attach input").addEventListener("change", (event) => {
      this.add(event.target.files);
      event.target.value = "";
    });
    composer.text.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) { event.preventDefault(); this.add(event.clipboardData.files); }
    });
    const talk = composer.closest("#talk");
    talk.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      composer.classList.add("composer-drop");
    });
    talk.addEventListener("dragleave", (event) => { if (!talk.contains(event.relatedTarget)) composer.classList.remove("composer-drop"); });
    talk.addEventListener("drop", (event) => {
      composer.classList.remove("composer-drop");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
    list.addEventListener("click", (event) => {
      if (!event.target.closest("button")) return;
      const item = event.target.closest("li");
      item.request?.abort();
      item.remove();
      this.changed();
    });
  }

  items() { return [...this.list.children]; }
  ids() { return this.items().filter((item) => item.dataset.id).map((item) => item.dataset.id); }
  busy() { return this.items().some((item) => item.request); }
  whenDone(call) { this.waiting.push(call); }

  files() { return this.items().filter((item) => item.dataset.id).map((item) => ({ id: item.dataset.id, name: item.querySelector("span").textContent })); }

  /** Empties the list. */
  take() { this.list.replaceChildren(); }

  put(files) { for (const file of files) this.line(file.name).dataset.id = file.id; }

  add(files) {
    const facts = this.composer.tab === "reply" ? this.composer.answer?.dataset : { files: "20" };
    for (const file of files) {
      const item = this.line(file.name || "image.png");
      if (facts?.files === "0") this.refuse(item, this.composer.dataset.noFiles);
      else if (Number(facts?.size) && file.size > Number(facts.size)) this.refuse(item, this.composer.dataset.tooLarge.replace("{name}", file.name));
      else if (this.items().length > Number(facts?.files ?? 20)) this.refuse(item, this.composer.dataset.tooMany);
      else this.send(item, file);
    }
  }

  line(name) {
    const item = document.createElement("li");
    item.className = "upload";
    const words = document.createElement("span");
    words.className = "cut";
    words.textContent = name;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "btn btn-quiet btn-small btn-icon";
    remove.setAttribute("aria-label", this.composer.dataset.remove.replace("{name}", name));
    remove.textContent = "×";
    item.append(words, remove);
    this.list.append(item);
    return item;
  }

  refuse(item, why) {
    item.classList.add("upload-failed");
    item.querySelector("span").textContent = why;
    item.setAttribute("role", "alert");
  }

  send(item, file) {
    const bar = Object.assign(document.createElement("progress"), { className: "progress-line", max: 1, value: 0 });
    bar.setAttribute("aria-label", file.name);
    item.append(bar);
    const request = new XMLHttpRequest();
    item.request = request;
    request.open("POST", "/uploads");
    request.setRequestHeader("x-file-name", encodeURIComponent(file.name || "image.png"));
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    request.addEventListener("loadend", () => {
      item.request = null;
      bar.remove();
      if (request.status === 201) item.dataset.id = JSON.parse(request.responseText).id;
      else if (item.isConnected) this.refuse(item, document.getElementById("toasts").dataset.failed);
      this.changed();
      if (!this.busy()) for (const call of this.waiting.splice(0)) call();
    });
    request.send(file);
  }
}
