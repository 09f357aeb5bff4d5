/* Requests to the server: signed by the session's key, understandable to any proxy, and all of the kind that browsers send to
   a foreign site without asking first. */
import { hmac, solve } from "./sha256.js";

/** The server said no: `word` says why, `retry` after how many seconds to ask again. */
export class Refused extends Error {
  constructor(status, { error = "", why = "" } = {}, retry = 0) {
    super(why || error || String(status));
    Object.assign(this, { status, word: error, why, retry });
  }
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

export class Net {
  constructor(base, account) {
    this.root = `${base}/widget/${account}`;
    this.base = base;
    this.session = null;
    this.skew = 0; // the server's clock minus ours, in milliseconds
  }

  now() {
    return Date.now() + this.skew;
  }

  query(purpose, text, more = {}) {
    const { v, u, w, key } = this.session;
    return `?${new URLSearchParams({ v, u, w, ...more, s: hmac(key, `${purpose}\n${text}`) })}`;
  }

  async post(path, text, options = {}) {
    const answer = await fetch(this.root + path, {
      method: "POST", body: text, mode: "cors", credentials: "omit", cache: "no-store", referrerPolicy: "origin",
      headers: { "content-type": "text/plain;charset=UTF-8" }, ...options,
    });
    const content = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refused(answer.status, content, Number(answer.headers.get("retry-after")));
    return content;
  }

  /** A session (new, renewed, or a signed-in user's), the timeline and who is there. Solves the puzzle if there is one. */
  async hello(said) {
    const text = JSON.stringify(said);
    try {
      const answer = await this.post(`/hello${this.session ? this.query("hello", text) : ""}`, text);
      this.skew = answer.now - Date.now();
      if (answer.session) this.session = answer.session;
      else if (!answer.known) this.session = null;
      return answer;
    } catch (error) {
      if (error.word !== "puzzle" || said.puzzle) throw error;
      return this.hello({ ...said, puzzle: error.why, answer: await solve(error.why) });
    }
  }

  deliver(item) {
    const text = JSON.stringify(item);
    return this.post(`/deliver${this.query("deliver", text)}`, text, { keepalive: text.length < 30000 });
  }

  /** A link by which this dialogue goes on over another channel. */
  goOn(to, lang) {
    const text = JSON.stringify({ to, lang });
    const t = String(Math.round(this.now()));
    return this.post(`/continue${this.query("continue", `${t}\n${text}`, { t })}`, text);
  }

  /** Sends a file; `onProgress` gets 0 to 1. Gives its reference and address. `abort()` is on the promise. */
  upload(file, size, onProgress) {
    const request = new XMLHttpRequest();
    const t = String(Math.round(this.now()));
    const name = file.name || "file";
    const more = { t, name, size: file.size, width: size.width, height: size.height };
    request.open("POST", `${this.root}/upload${this.query("upload", `${t}\n${name}\n${file.size}`, more)}`);
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    const done = new Promise((resolve, reject) => {
      request.upload.onprogress = (event) => onProgress(event.loaded / (event.total || 1));
      request.onerror = request.onabort = () => reject(new TypeError("network"));
      request.onload = () => {
        let content = {};
        try { content = JSON.parse(request.responseText); } catch { /* no answer of ours */ }
        if (request.status === 201) resolve({ ref: content.ref, url: this.base + content.url });
        else reject(new Refused(request.status, content));
      };
    });
    request.send(file);
    done.abort = () => request.abort();
    return done;
  }

  stream(lang) {
    const t = String(Math.round(this.now()));
    return new EventSource(`${this.root}/stream${this.query("stream", t, { t, lang })}`);
  }
}
