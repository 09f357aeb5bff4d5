// What is being written, by conversation: in this page at once, on the server soon after. Composers come and go (a pane is loaded
// anew, another conversation is opened); their words stay here until the server is known to have them.
//   composer --write--> Draft --POST, one after the other--> server      new composer <--newer-- Draft, where its pane came too early
const KEEP_AFTER = 800;
const AGAIN_AFTER = 5000;
const drafts = new Map(); // address of the conversation -> Draft

export function draftOf(path) {
  if (!drafts.has(path)) drafts.set(path, new Draft(path));
  return drafts.get(path);
}

class Draft {
  constructor(path) {
    this.path = path;
    this.key = crypto.randomUUID(); // of the next message: a repeated request makes one message, whichever composer repeats it
    this.content = null; // { fields, files, quoted }, as it was written last in this page
    this.unheard = false; // the server may not have it
    this.heardAt = 0;
    this.askedAt = 0;
    this.running = Promise.resolve();
    this.told = () => {};
  }

  /** A pane is asked for: what the server hears from now on may not stand in it. */
  asked() { this.askedAt = performance.now(); }

  /** What a composer begins with, if its pane does not say it; null otherwise. */
  newer() { return this.content && (this.unheard || this.heardAt >= this.askedAt) ? this.content : null; }

  write(content) {
    this.content = content;
    this.unheard = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), KEEP_AFTER);
  }

  /** Tells the server, after what it is being told already. */
  keep() {
    clearTimeout(this.timer);
    this.running = this.running.then(() => this.unheard && this.post());
    return this.running;
  }

  async post() {
    const content = this.content;
    try {
      const response = await fetch(`${this.path}/draft`, { method: "POST", body: new URLSearchParams(content.fields), keepalive: true });
      if (!response.ok) throw new Error(response.statusText);
      if (content !== this.content) return; // written on meanwhile
      this.unheard = false;
      this.heardAt = performance.now();
      this.told(true);
    } catch {
      this.told(false);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.keep(), AGAIN_AFTER);
    }
  }

  /** The message has left: nothing is begun any more. */
  sent(content) {
    clearTimeout(this.timer);
    this.key = crypto.randomUUID();
    this.content = content;
    this.unheard = false;
    this.heardAt = performance.now();
  }

  /** The page ends: nobody is left to hear the answer. */
  beacon() { if (this.unheard) navigator.sendBeacon(`${this.path}/draft`, new URLSearchParams(this.content.fields)); }
}

addEventListener("pagehide", () => { for (const draft of drafts.values()) draft.beacon(); });
