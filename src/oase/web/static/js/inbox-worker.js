// The service worker of the inbox: shows what push services bring, and leads to the conversation. It answers no requests, so a
// page is never older than its server, and a newer worker takes over at once. Scope /inbox; its own address is /inbox-worker.js.
const ICON = "/assets/current/img/notification.png"; // whatever the version: the newest

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const pages = async () => (await self.clients.matchAll({ type: "window", includeUncontrolled: true }))
  .filter((page) => new URL(page.url).pathname.startsWith("/inbox"));

self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data?.json() ?? {}; } catch { /* from an older or newer server: something happened all the same */ }
  event.waitUntil(show(told));
});

async function show(told) {
  const mustShow = told.path?.startsWith("/profile") || /Version\/.+Safari/.test(navigator.userAgent); // Safari takes silence amiss
  if (!mustShow && (await pages()).some((page) => page.visibilityState === "visible" && page.focused)) return; // the page says it
  const tag = told.conversation ?? "oase";
  const known = await self.registration.getNotifications({ tag });
  if (known.some((one) => one.data?.id && one.data.id === told.id)) return; // brought twice
  await self.registration.showNotification(told.title ?? "Oase", {
    body: told.body ?? "", tag, renotify: true, icon: ICON, data: { id: told.id, kind: told.kind, conversation: told.conversation, path: told.path ?? "/inbox" },
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data ?? {}));
});

async function open({ conversation, path = "/inbox" }) {
  const [page] = path.startsWith("/inbox") ? await pages() : [];
  if (!page) { await self.clients.openWindow(path); return; }
  page.postMessage({ open: conversation, path });
  try { await page.focus(); } catch { /* only after a click of a person */ }
}

// the push service changed the address: the browser is told under the new one
self.addEventListener("pushsubscriptionchange", (event) => {
  const again = async () => {
    const fresh = event.newSubscription ?? await self.registration.pushManager.subscribe(event.oldSubscription.options);
    await fetch("/notifications/browser", { method: "POST", body: JSON.stringify(fresh) });
  };
  event.waitUntil(again());
});
