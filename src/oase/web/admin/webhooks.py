"""Outgoing webhooks: where programs are told what happens, with the log of what was sent."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.kernel import webhooks
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.permissions import Permission
from oase.web.admin.frame import back, confirm, page
from oase.web.forms import Form, many, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.published import EVENT_TYPES
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.WEBHOOK_WRITE}


def _choices() -> list[str]:
    """Types of events by family, each family first as a whole, with what will be added to it later."""
    families = sorted({name.partition(".")[0] for name in EVENT_TYPES})
    return [one for family in families for one in (f"{family}.*", *sorted(t for t in EVENT_TYPES if t.startswith(f"{family}.")))]


@get("/admin/webhooks", opt=_WRITE, include_in_schema=False)
async def show_webhooks(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All webhooks and how they are."""
    async with services.database.work(viewer.workspace_id) as work:
        found = await webhooks.list_webhooks(work)
    return page(request, viewer, "webhooks.html", "webhooks", webhooks=found, now=services.clock.now())


@get("/admin/webhooks/new", opt=_WRITE, include_in_schema=False)
async def show_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """An empty webhook."""
    return await _page(request, services, viewer, None, Form(values={"events": []}))


async def _page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    webhook_id: UUID | None,
    form: Form | None,
    *,
    status: int = 200,
    secret: str = "",
) -> Response[Any]:
    webhook: webhooks.Webhook | None = None
    log: Sequence[webhooks.WebhookDelivery] = ()
    if webhook_id is not None:
        async with services.database.work(viewer.workspace_id) as work:
            webhook = await webhooks.find_webhook(work, webhook_id)
            log = await webhooks.list_deliveries(work, webhook_id, limit=50)
    if form is None and webhook is not None:
        form = Form(values={"url": webhook.url, "description": webhook.description, "events": webhook.events})
    return page(
        request,
        viewer,
        "webhook.html",
        "webhooks",
        status=status,
        webhook=webhook,
        log=log,
        form=form or Form(),
        secret=secret,
        types=[(name, name, "") for name in _choices()],
        now=services.clock.now(),
    )


@get("/admin/webhooks/{webhook_id:uuid}", opt=_WRITE, include_in_schema=False)
async def show_webhook(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, webhook_id: FromPath[UUID]
) -> Response[Any]:
    """One webhook with its log."""
    return await _page(request, services, viewer, webhook_id, None)


@post("/admin/webhooks/new", opt=_WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new webhook; its secret is shown this once."""
    form, events = await texts(request), await many(request, "events")
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            webhook, secret = await webhooks.create_webhook(
                work,
                services.safe,
                url=form.get("url", ""),
                events=events,
                known=EVENT_TYPES,
                description=form.get("description", ""),
            )
    except (Invalid, Conflict) as error:
        return await _page(request, services, viewer, None, wrong({**form, "events": events}, error), status=422)
    return await _page(request, services, viewer, webhook.id, None, secret=secret.reveal())


@post("/admin/webhooks/{webhook_id:uuid}", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, webhook_id: FromPath[UUID]) -> Response[Any]:
    """Changes address, description, events."""
    form, events = await texts(request), await many(request, "events")
    changes = {"url": form.get("url", ""), "description": form.get("description", "")[:500], "events": events}
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await webhooks.change_webhook(work, webhook_id, changes, known=EVENT_TYPES)
    except (Invalid, Conflict) as error:
        return await _page(request, services, viewer, webhook_id, wrong({**form, "events": events}, error), status=422)
    return back(f"/admin/webhooks/{webhook_id}", "saved")


@post("/admin/webhooks/{webhook_id:uuid}/switch", opt=_WRITE, include_in_schema=False)
async def switch(request: AnyRequest, services: GivenServices, viewer: GivenViewer, webhook_id: FromPath[UUID]) -> Response[Any]:
    """On or off."""
    enabled = (await texts(request)).get("enabled") == "yes"
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await webhooks.change_webhook(work, webhook_id, {"enabled": enabled}, known=EVENT_TYPES)
    return back(f"/admin/webhooks/{webhook_id}", "on" if enabled else "off")


@post("/admin/webhooks/{webhook_id:uuid}/secret", opt=_WRITE, include_in_schema=False)
async def renew_secret(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, webhook_id: FromPath[UUID]
) -> Response[Any]:
    """A new secret, shown this once; the old one counts for a day."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        secret = await webhooks.rotate_secret(work, services.safe, webhook_id)
    return await _page(request, services, viewer, webhook_id, None, secret=secret.reveal())


@post("/admin/webhooks/{webhook_id:uuid}/test", opt=_WRITE, include_in_schema=False)
async def test(services: GivenServices, viewer: GivenViewer, webhook_id: FromPath[UUID]) -> Response[Any]:
    """Sends an event that means nothing."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await webhooks.send_test(work, webhook_id)
    return back(f"/admin/webhooks/{webhook_id}", "sent")


@post("/admin/webhooks/{webhook_id:uuid}/replay/{delivery_id:uuid}", opt=_WRITE, include_in_schema=False)
async def replay(
    services: GivenServices, viewer: GivenViewer, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> Response[Any]:
    """Sends an event of the log once more."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await webhooks.replay_delivery(work, webhook_id, delivery_id)
    return back(f"/admin/webhooks/{webhook_id}", "sent")


@post("/admin/webhooks/{webhook_id:uuid}/delete", opt=_WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, webhook_id: FromPath[UUID]) -> Response[Any]:
    """Removes a webhook with its log, after its address was typed."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        confirm(form, (await webhooks.find_webhook(work, webhook_id)).url)
        await webhooks.delete_webhook(work, webhook_id)
    return back("/admin/webhooks", "deleted")


handlers: Final = [show_webhooks, show_new, show_webhook, create, save, switch, renew_secret, test, replay, delete]
