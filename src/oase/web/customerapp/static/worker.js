// The service worker of the ready-made app: its page and modules without a network, and push messages.
const site = /*SITE*/ null;
const CACHE = `oase-app-${site.version}`;
const ROOT = `/app/${site.account}/`;
const PAGE = `${ROOT}start`;
const ICON = `${ROOT}icons/192.png`;
const BESIDE = [`${ROOT}look.css`, `${ROOT}icon.svg`, ICON, `${ROOT}manifest.webmanifest`];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...BESIDE, ...site.files])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = async () => Promise.all((await caches.keys()).filter((name) => name.startsWith("oase-app-") && name !== CACHE).map((name) => caches.delete(name)));
  event.waitUntil(old().then(() => self.clients.claim()));
});

// the API is never kept; pages and colours are fresh where there is a network; modules have addresses that change with them
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || pathname.startsWith(`${ROOT}v1/`)) return;
  if (pathname === PAGE || BESIDE.includes(pathname)) event.respondWith(fresh(event.request));
  else if (site.files.includes(pathname)) event.respondWith(caches.match(event.request).then((known) => known || fetch(event.request)));
});

async function fresh(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const known = await caches.match(request, { ignoreSearch: true });
    if (known) return known;
    throw error;
  }
}

self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data?.json() ?? {}; } catch { /* of another version: something happened all the same */ }
  event.waitUntil(show(told));
});

async function show({ title = "", body = "", conversation = "app" }) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some((page) => page.visibilityState === "visible" && new URL(page.url).pathname === PAGE)) return;
  await self.registration.showNotification(title, { body, tag: conversation, renotify: true, icon: ICON });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const open = async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = pages.find((one) => new URL(one.url).pathname === PAGE);
    if (page) await page.focus();
    else await self.clients.openWindow(PAGE);
  };
  event.waitUntil(open());
});
