"""Push messages into a real browser: the test plays its maker's push service, which tests do not reach."""

import json
from typing import Any

from playwright.async_api import CDPSession, Page

from oase.kernel.webpush import Subscription

from .ground import Installation, until

# Chromium subscribes at a service of its maker, which tests do not reach; so the browser is told here what that service would say.
SUBSCRIBES = """
(() => {
  const given = %s;
  const made = { endpoint: given.endpoint, options: {}, toJSON: () => given,
                 unsubscribe: async () => { localStorage.removeItem("subscribed"); return true; } };
  PushManager.prototype.subscribe = async function ({ applicationServerKey }) {
    localStorage.setItem("subscribed", applicationServerKey);
    return made;
  };
  PushManager.prototype.getSubscription = async () => (localStorage.getItem("subscribed") ? made : null);
})();
"""


async def with_push(page: Page, oase: Installation, subscription: Subscription) -> None:
    """This browser may show notices, and subscribes where the test says."""
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    await page.context.grant_permissions(["notifications"], origin=oase.url)
    await page.context.add_init_script(SUBSCRIBES % json.dumps({"endpoint": subscription.endpoint, "keys": keys}))


async def worker_of(page: Page, scope_end: str) -> tuple[CDPSession, str]:
    """The registration of a service worker, by the end of its scope, as the browser's own tools know it."""
    session = await page.context.new_cdp_session(page)
    known: dict[str, str] = {}

    def note(event: dict[str, Any]) -> None:
        known.update({one["scopeURL"]: one["registrationId"] for one in event["registrations"]})

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    await session.send("ServiceWorker.enable")

    async def registration() -> str:
        return next((one for scope, one in known.items() if scope.endswith(scope_end)), "")

    return session, str(await until(registration, "the service worker is registered"))


async def shown(page: Page, scope: str) -> list[dict[str, str]]:
    """The notices that the browser shows."""
    found: list[dict[str, str]] = await page.evaluate(
        "async (scope) => (await (await navigator.serviceWorker.getRegistration(scope)).getNotifications())"
        ".map((one) => ({ title: one.title, body: one.body, tag: one.tag }))",
        scope,
    )
    return found
