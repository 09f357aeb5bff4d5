/* What a browser keeps for one account, and how several tabs of it stay in step. */

/** localStorage, or memory where the browser forbids it: then it lasts as long as the page. */
export class Store {
  constructor(account) {
    this.prefix = `oase:${account}:`;
    this.memory = {};
    try {
      this.place = window.localStorage;
      this.place.getItem(this.prefix);
    } catch {
      this.place = null;
    }
  }

  get(name) {
    try {
      const text = this.place ? this.place.getItem(this.prefix + name) : this.memory[name];
      return text == null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  set(name, value) {
    const text = JSON.stringify(value);
    this.memory[name] = text;
    try {
      this.place?.setItem(this.prefix + name, text);
    } catch {
      this.place = null; // full or forbidden: go on in memory
    }
  }

  remove(name) {
    delete this.memory[name];
    try {
      this.place?.removeItem(this.prefix + name);
    } catch { /* nothing to remove */ }
  }

  /** Values whose names begin so, by name. */
  all(beginning) {
    const names = this.place
      ? Object.keys(this.place).filter((name) => name.startsWith(this.prefix)).map((name) => name.slice(this.prefix.length))
      : Object.keys(this.memory);
    return names.filter((name) => name.startsWith(beginning)).sort().map((name) => this.get(name)).filter(Boolean);
  }
}

/** Messages between the tabs of one site, and the one tab that holds the stream. */
export class Tabs {
  constructor(account, onMessage) {
    this.name = `oase:${account}`;
    this.leads = false;
    this.heard = 0;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(this.name) : null;
    if (this.channel)
      this.channel.onmessage = ({ data }) => {
        if (data === "ping") { if (this.leads) this.channel.postMessage("pong"); }
        else if (data === "pong") this.heard = Date.now();
        else onMessage(data);
      };
  }

  tell(message) {
    this.channel?.postMessage(message);
  }

  /** Calls `lead` in one tab at a time, `follow` when it no longer is that tab. Without locks every tab leads. */
  elect(lead, follow) {
    this.lead = () => { this.leads = true; lead(); };
    this.follow = () => { this.leads = false; follow(); };
    if (!navigator.locks || !this.channel) return this.lead();
    this.wait({});
    // A tab in the background of a phone keeps its lock while it sleeps: whoever is seen and hears nothing takes it.
    document.addEventListener("visibilitychange", () => this.check());
  }

  async wait(options) {
    try {
      await navigator.locks.request(`${this.name}:stream`, options, () => {
        this.lead();
        return new Promise(() => {}); // for as long as this tab lives
      });
    } catch {
      if (this.leads) this.follow();
      this.wait({});
    }
  }

  check() {
    if (document.visibilityState !== "visible" || this.leads) return;
    const asked = Date.now();
    this.channel.postMessage("ping");
    setTimeout(() => {
      if (!this.leads && this.heard < asked && document.visibilityState === "visible") this.wait({ steal: true });
    }, 700);
  }

  /** Runs `act` alone among the tabs, where the browser can tell. */
  alone(what, act) {
    return navigator.locks ? navigator.locks.request(`${this.name}:${what}`, act) : act();
  }
}
