/* Push messages on this device: asked for by the customer, registered again at each start, forgotten when switched off. */

const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export class Push {
  constructor(net, worker, key, lang) { Object.assign(this, { net, worker, key, lang }); }

  /** "unable", "denied", "off", "on" */
  async state() {
    if (!able || !this.key) return "unable";
    if (Notification.permission === "denied") return "denied";
    return Notification.permission === "granted" && this.net.read("device") ? "on" : "off";
  }

  async registration() {
    await navigator.serviceWorker.register(this.worker, { updateViaCache: "none" });
    return navigator.serviceWorker.ready;
  }

  /** Where it was wished before: the address may have changed meanwhile. */
  async keepUp() {
    if (await this.state() === "on") await this.register().catch(() => {});
  }

  async switchOn() {
    if (await Notification.requestPermission() !== "granted") return false;
    await this.register();
    return true;
  }

  async register() {
    const { pushManager } = await this.registration();
    const known = await pushManager.getSubscription();
    const subscription = known || await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.key });
    const { endpoint, keys } = subscription.toJSON();
    const { id } = await this.net.ask("PUT", "devices", { kind: "webpush", endpoint, keys, lang: this.lang });
    this.net.write("device", id);
  }

  async switchOff() {
    const id = this.net.read("device");
    this.net.write("device", "");
    if (id) await this.net.ask("DELETE", `devices/${id}`).catch(() => {});
    await (await (await this.registration()).pushManager.getSubscription())?.unsubscribe();
  }
}
