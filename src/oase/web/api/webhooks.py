"""Webhooks: made, changed, tested; their log, and sending again."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.kernel import webhooks
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.kernel.webhooks import Webhook as StoredWebhook
from oase.kernel.webhooks import WebhookDelivery as StoredDelivery
from oase.web.api.conversations import Cursor, IdempotencyKey, Limit
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, before_of, carried_out, page_by_id
from oase.web.api.shapes import shown
from oase.web.given import GivenServices
from oase.web.published import EVENT_TYPES

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.WEBHOOK_WRITE, "api": True}
Url = Annotated[str, Meta(min_length=8, max_length=2000, examples=["https://example.com/hooks/oase"])]
Events = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=60)]],
    Meta(max_length=100, description="Types, or families as `conversation.*`; none: all.", examples=[["message.received"]]),
]


class Webhook(Struct, frozen=True, kw_only=True):
    """Where a program is told what happened."""

    id: UUID
    url: str
    description: str
    events: list[str]
    enabled: bool
    disabled_why: Annotated[str, Meta(description="Why Oase switched it off.")]
    failing_since: datetime | None
    rotated_at: Annotated[datetime | None, Meta(description="When the secret was changed; both sign for a day.")]
    created_at: datetime


class NewWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook to be made."""

    url: Url
    events: Events = []
    description: Annotated[str, Meta(max_length=500)] = ""


class WebhookChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    url: Url | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class WebhookWithSecret(Struct, frozen=True, kw_only=True):
    """A webhook and its secret, which is shown this once."""

    webhook: Webhook
    secret: Annotated[str, Meta(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]


class WebhookDelivery(Struct, frozen=True, kw_only=True):
    """One event on its way, and what became of it."""

    id: UUID
    webhook_id: UUID
    event_id: Annotated[str, Meta(description="The header webhook-id; the same at every attempt.")]
    type: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    next_at: datetime
    created_at: datetime
    ended_at: datetime | None
    status: Annotated[int | None, Meta(description="HTTP status of the last answer.")]
    why: Annotated[str, Meta(description="What the last answer, or the lack of one, said.")]
    milliseconds: int | None
    payload: dict[str, Any]


class TestSent(Struct, frozen=True, kw_only=True):
    """An event that means nothing is on its way."""

    event_id: str


class EventTypes(Struct, frozen=True, kw_only=True):
    """All types of events."""

    data: list[str]


def public(stored: StoredWebhook) -> Webhook:
    """A webhook as the API shows it."""
    return shown(Webhook, stored)


def _delivery(stored: StoredDelivery) -> WebhookDelivery:
    return shown(WebhookDelivery, stored, payload=msgspec.json.decode(stored.body))


@get("/webhooks", opt=_WRITE, summary="List webhooks", tags=["Webhooks"])
async def list_all(services: GivenServices, caller: GivenCaller) -> Page[Webhook]:
    """The newest first."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[public(one) for one in await webhooks.list_webhooks(work)])


@get("/webhook-events", opt=_WRITE, summary="List types of events", tags=["Webhooks"])
async def list_types() -> EventTypes:
    """What webhooks and streams can tell."""
    return EventTypes(data=list(EVENT_TYPES))


@post("/webhooks", opt=_WRITE, summary="Make a webhook", tags=["Webhooks"])
async def create(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewWebhook],
    idempotency_key: IdempotencyKey = None,
) -> Response[WebhookWithSecret]:
    """Deliveries follow Standard Webhooks: headers webhook-id, webhook-timestamp, webhook-signature. Keep the secret."""
    if idempotency_key is not None:
        raise Invalid(message("A secret is shown once only: this request cannot be repeated."), field="Idempotency-Key")
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        made, secret = await webhooks.create_webhook(
            work, services.safe, url=data.url, events=data.events, known=EVENT_TYPES, description=data.description
        )
    answer = WebhookWithSecret(webhook=public(made), secret=secret.reveal())
    return Response(answer, status_code=201, headers={"location": f"/api/v1/webhooks/{made.id}"})


@get("/webhooks/{webhook_id:uuid}", opt=_WRITE, summary="Read a webhook", tags=["Webhooks"])
async def read(services: GivenServices, caller: GivenCaller, webhook_id: FromPath[UUID]) -> Webhook:
    """How it is."""
    async with services.database.work(caller.workspace_id) as work:
        return public(await webhooks.find_webhook(work, webhook_id))


@patch("/webhooks/{webhook_id:uuid}", opt=_WRITE, summary="Change a webhook", tags=["Webhooks"])
async def change(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    webhook_id: FromPath[UUID],
    data: JSONBody[WebhookChanges],
    idempotency_key: IdempotencyKey = None,
) -> Webhook:
    """Switching it on again sends what still waits."""
    changes = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}

    async def act(work: UnitOfWork) -> Webhook:
        return public(await webhooks.change_webhook(work, webhook_id, changes, known=EVENT_TYPES))

    return await carried_out(request, services, caller, act, Webhook)


@delete("/webhooks/{webhook_id:uuid}", opt=_WRITE, summary="Delete a webhook", tags=["Webhooks"])
async def remove(services: GivenServices, caller: GivenCaller, webhook_id: FromPath[UUID]) -> None:
    """With its log; what still waits is not sent."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await webhooks.delete_webhook(work, webhook_id)


@post("/webhooks/{webhook_id:uuid}/rotate-secret", opt=_WRITE, status_code=200, summary="Change the secret", tags=["Webhooks"])
async def rotate(services: GivenServices, caller: GivenCaller, webhook_id: FromPath[UUID]) -> WebhookWithSecret:
    """For 24 hours deliveries carry two signatures, of the new and of the old secret."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        secret = await webhooks.rotate_secret(work, services.safe, webhook_id)
        return WebhookWithSecret(webhook=public(await webhooks.find_webhook(work, webhook_id)), secret=secret.reveal())


@post("/webhooks/{webhook_id:uuid}/test", opt=_WRITE, status_code=202, summary="Send a test event", tags=["Webhooks"])
async def test(services: GivenServices, caller: GivenCaller, webhook_id: FromPath[UUID]) -> TestSent:
    """`webhook.test`; the log says what became of it."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        return TestSent(event_id=await webhooks.send_test(work, webhook_id))


@get("/webhooks/{webhook_id:uuid}/deliveries", opt=_WRITE, summary="Read the log", tags=["Webhooks"])
async def log(
    services: GivenServices,
    caller: GivenCaller,
    webhook_id: FromPath[UUID],
    wanted: Annotated[
        Literal["waiting", "delivered", "failed"] | None, QueryParameter(name="state", description="Only these.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[WebhookDelivery]:
    """The newest first; kept for 30 days."""
    async with services.database.work(caller.workspace_id) as work:
        await webhooks.find_webhook(work, webhook_id)
        rows = await webhooks.list_deliveries(work, webhook_id, state=wanted or "", before=before_of(cursor), limit=limit + 1)
    return page_by_id([_delivery(row) for row in rows], limit)


@post(
    "/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/replay", opt=_WRITE, status_code=202, tags=["Webhooks"],
    summary="Send an event again",
)  # fmt: skip
async def replay(
    services: GivenServices, caller: GivenCaller, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]
) -> TestSent:
    """Under the same webhook-id."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await webhooks.replay_delivery(work, webhook_id, delivery_id)
        found = await webhooks.list_deliveries(work, webhook_id, before=UUID(int=delivery_id.int + 1), limit=1)
    return TestSent(event_id=found[0].event_id)


handlers: Final = [list_all, list_types, create, read, change, remove, rotate, test, log, replay]
