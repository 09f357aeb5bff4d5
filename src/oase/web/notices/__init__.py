"""Notifications: how I want to be told (a page of my profile), this browser as one of mine, and what open pages ask.

/profile/notifications            the page; its form, its trial
/notifications/browser            this browser is added or taken away (from pages and from the service worker)
/notifications/waiting, /<id>     the number in the title; one notification in words
/inbox-worker.js                  the service worker: one address for ever, looked at anew whenever the browser likes
"""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from oase.desk import (
    KINDS,
    MAIL_AFTER,
    MAIL_EVERY,
    WAYS,
    Wishes,
    add_browser,
    browsers_of,
    change_wishes,
    check_wishes,
    notification_of,
    remove_browser,
    try_browsers,
    waiting_for,
    wishes_of,
)
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.kernel.webpush import Subscription, Vapid
from oase.web.assets import Assets
from oase.web.devices import device
from oase.web.forms import Form, many, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of, render, toast
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
PAGE: Final = "/profile/notifications"
_OWN: Final = {"permission": Permission.CONVERSATION_READ}
_MOST_BYTES: Final = 8_000


def _form(wishes: Wishes) -> Form:
    ways = {f"{kind}-{way}": way in wishes.of(kind) for kind in KINDS for way in WAYS}
    return Form(values={**msgspec.structs.asdict(wishes), **ways})


async def _page(
    request: AnyRequest, services: Services, viewer: Viewer, *, form: Form | None = None, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        wishes = await wishes_of(work, viewer.agent_id)
        browsers = await browsers_of(work, viewer.agent_id)
    reader = reader_of(request)
    return render(
        request,
        "notices/page.html",
        status=status,
        form=form or _form(wishes),
        browsers=[(one, reader.text(device(one.user_agent))) for one in browsers],
        mails=bool(services.settings.smtp_url),
        mail_after=[(n, reader.ngettext("%(n)s minute", "%(n)s minutes", n)) for n in MAIL_AFTER],
        mail_every=[(n, reader.ngettext("%(n)s hour", "%(n)s hours", n // 60)) for n in MAIL_EVERY],
        key=Vapid(services.safe, services.settings).public,
        now=services.clock.now(),
    )


@get(PAGE, opt=_OWN, include_in_schema=False)
async def show_notifications(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """How I am told."""
    return await _page(request, services, viewer)


@post(PAGE, opt=_OWN, include_in_schema=False)
async def save_notifications(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """What I want to be told, in which way, and when not."""
    form = await texts(request)
    try:
        wishes = check_wishes(
            {kind: await many(request, kind) for kind in KINDS},
            quiet_from=form.get("quiet_from", ""),
            quiet_until=form.get("quiet_until", ""),
            quiet_weekend="quiet_weekend" in form,
            mail_after_minutes=_number(form.get("mail_after_minutes", "")),
            mail_every_minutes=_number(form.get("mail_every_minutes", "")),
        )
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await change_wishes(work, viewer.agent_id, wishes)
    except Invalid as error:
        ways = {f"{kind}-{way}": way in await many(request, kind) for kind in KINDS for way in WAYS}
        return await _page(request, services, viewer, form=wrong({**form, **ways}, error), status=422)
    return Redirect(PAGE, status_code=303)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@post("/profile/notifications/test", opt=_OWN, include_in_schema=False)
async def try_out(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Sends something to every browser of mine, and says what came of it."""
    reader = reader_of(request)
    answers = await try_browsers(
        services.database,
        services.outside,
        services.safe,
        Vapid(services.safe, services.settings),
        viewer.workspace_id,
        viewer.agent_id,
        reader,
    )
    failed = next((one for one in answers if not one.arrived), None)
    if not answers:
        said = toast(reader.gettext("No browser is switched on yet."), kind="error")
    elif failed is None:
        said = toast(reader.ngettext("Sent. It should appear in a moment.", "Sent to %(n)s browsers.", len(answers)))
    elif failed.gone:
        said = toast(reader.gettext("One browser does not exist any more and was taken away."), kind="error")
    else:
        said = toast(reader.gettext("The push service did not take it: %(why)s", why=failed.why), kind="error")
    return Response(None, status_code=204, headers=said)


@post("/profile/notifications/browsers/{browser_id:uuid}/remove", opt=_OWN, include_in_schema=False)
async def remove_one(services: GivenServices, viewer: GivenViewer, browser_id: FromPath[UUID]) -> Response[Any]:
    """A browser of mine is not told any more."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_browser(work, viewer.agent_id, browser=browser_id)
    return Redirect(PAGE, status_code=303)


class _Keys(msgspec.Struct, frozen=True):
    p256dh: str
    auth: str


class _Browser(msgspec.Struct, frozen=True):
    """A PushSubscription as browsers write it (Push API, section 8)."""

    endpoint: str
    keys: _Keys


@post("/notifications/browser", opt=_OWN, include_in_schema=False)
async def add_this(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """This browser is told from now on."""
    try:
        given = msgspec.json.decode((await request.body())[:_MOST_BYTES], type=_Browser)
    except msgspec.DecodeError:
        raise Invalid(message("The browser gave keys that cannot be used."), field="keys") from None
    subscription = Subscription(endpoint=given.endpoint, p256dh=given.keys.p256dh, auth=given.keys.auth)
    agent = request.headers.get("user-agent", "")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await add_browser(work, services.safe, viewer.agent_id, viewer.session_id, subscription, user_agent=agent)
    return Response(None, status_code=204)


@post("/notifications/browser/remove", opt=_OWN, include_in_schema=False)
async def remove_this(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """This browser is not told any more."""
    endpoint = (await texts(request)).get("endpoint", "")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_browser(work, viewer.agent_id, endpoint=endpoint)
    return Response(None, status_code=204)


@get("/notifications/waiting", opt=_OWN, include_in_schema=False)
async def count_waiting(services: GivenServices, viewer: GivenViewer) -> dict[str, int]:
    """How many conversations wait for me."""
    async with services.database.work(viewer.workspace_id) as work:
        return {"waiting": await waiting_for(work, viewer.agent_id)}


@get("/notifications/{notification_id:uuid}", opt=_OWN, include_in_schema=False)
async def show_one(services: GivenServices, viewer: GivenViewer, notification_id: FromPath[UUID]) -> dict[str, Any]:
    """One notification of mine, in words."""
    async with services.database.work(viewer.workspace_id) as work:
        shown = await notification_of(work, viewer.agent_id, notification_id)
    return dict(msgspec.to_builtins(shown))


@get("/inbox-worker.js", opt={"public": True, "quiet": True}, sync_to_thread=False, include_in_schema=False)
def worker(request: AnyRequest) -> Response[bytes]:
    """The service worker. Its address never changes, so that browsers find the newest one under it."""
    assets: Assets = request.app.state.assets
    found = assets.get("js/inbox-worker.js")
    return Response(found.plain if found else b"", media_type="text/javascript", headers={"cache-control": "no-cache"})


handlers: Final = [
    show_notifications, save_notifications, try_out, remove_one, add_this, remove_this, count_waiting, show_one, worker,
]  # fmt: skip
