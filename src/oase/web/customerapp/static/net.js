/* The API as the app uses it: a session that is kept, requests, the stream, and an outbox for times without a network. */

export class Refused extends Error {
  constructor(status, body) { super(body.why || body.error || String(status)); this.status = status; this.word = body.error || ""; }
}

export class Net {
  constructor(account) {
    this.root = `/app/${account}/v1`;
    this.kept = `oase-app-${account}`;
    this.token = this.read("token");
    this.outbox = JSON.parse(this.read("outbox") || "[]");
    this.flushing = false;
    this.last = "";
  }

  read(name) { try { return localStorage.getItem(`${this.kept}-${name}`) || ""; } catch { return ""; } }
  write(name, value) { try { if (value) localStorage.setItem(`${this.kept}-${name}`, value); else localStorage.removeItem(`${this.kept}-${name}`); } catch { /* private windows */ } }

  /** One request; a session that is over is begun anew, once. */
  async ask(method, path, body, { raw = false, type = "application/json", again = true } = {}) {
    const headers = this.token ? { authorization: `Bearer ${this.token}` } : {};
    if (body !== undefined) headers["content-type"] = type;
    const answer = await fetch(`${this.root}/${path}`, { method, headers, body: raw || body === undefined ? body : JSON.stringify(body) });
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    const problem = await answer.json().catch(() => ({}));
    if (answer.status === 401 && again && path !== "session") {
      this.write("token", this.token = "");
      await this.begin();
      return this.ask(method, path, body, { raw, type, again: false });
    }
    throw new Refused(answer.status, problem);
  }

  /** A session: renewed if there is one, anonymous if there is none. `user` is a token of the company's own server. */
  async begin(user = "") {
    const given = await this.ask("POST", "session", user ? { user } : {});
    this.write("token", this.token = given.token);
    return given;
  }

  about(lang) { return this.ask("GET", `about?lang=${lang}`); }
  page(before = "") { return this.ask("GET", `messages?limit=50${before ? `&before=${before}` : ""}`); }
  seen(id, state) { return this.ask("POST", "read", { message: id, state }); }
  typing(on) { return this.ask("POST", "typing", { on }); }

  async upload(file, size = {}) {
    const query = new URLSearchParams({ name: file.name || "file", ...size });
    return this.ask("POST", `files?${query}`, file, { raw: true, type: file.type || "application/octet-stream" });
  }

  /** A message goes into the outbox first, and out of it when it is kept on the other side. */
  put(said) {
    this.outbox.push({ ...said, written: Date.now() });
    this.keep();
  }

  keep() { this.write("outbox", this.outbox.length ? JSON.stringify(this.outbox) : ""); }

  /** Sends what waits, in order. Gives what was refused for good. */
  async flush(taken) {
    if (this.flushing) return;
    this.flushing = true;
    try {
      while (this.outbox.length) {
        const { written, failed, ...said } = this.outbox[0];
        if (failed) break;
        try {
          await this.ask("POST", "messages", { ...said, waited: Math.max(0, (Date.now() - written) / 1000) });
        } catch (error) {
          if (!(error instanceof Refused) || error.status >= 500 || [404, 429].includes(error.status)) throw error;
          this.outbox[0].failed = true;
          this.keep();
          taken(said.id, "failed");
          break;
        }
        this.outbox.shift();
        this.keep();
        taken(said.id, "sent");
      }
    } finally { this.flushing = false; }
  }

  /** Tries a refused message once more. */
  retry(id) {
    for (const one of this.outbox) if (one.id === id) delete one.failed;
    this.keep();
  }

  /** What happens, as it happens, for as long as the page lives: after a break it goes on behind the last event. `state(on, error)`: connected. */
  async listen(lang, heard, state) {
    let pause = 500;
    for (;;) {
      try {
        const answer = await fetch(`${this.root}/stream?lang=${lang}`, { headers: { authorization: `Bearer ${this.token}`, ...(this.last ? { "last-event-id": this.last } : {}) }, cache: "no-store" });
        if (answer.status === 401) { await this.begin(); continue; }
        if (!answer.ok) throw new Refused(answer.status, {});
        state(true);
        pause = 500;
        await this.follow(answer.body.getReader(), heard);
      } catch (error) { state(false, error); }
      await new Promise((done) => { const timer = setTimeout(done, pause); addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true }); });
      pause = Math.min(pause * 2, 15000);
    }
  }

  async follow(reader, heard) {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const pieces = text.split("\n\n");
      text = pieces.pop();
      for (const piece of pieces) {
        const lines = piece.split("\n"), said = (name) => lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
        const data = said("data: ").join("\n");
        if (data) heard(JSON.parse(data));
        this.last = said("id: ")[0] || this.last;
      }
    }
  }
}
