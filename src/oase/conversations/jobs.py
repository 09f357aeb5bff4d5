"""Jobs of conversations: small news for customers that may arrive a moment later, or not at all."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from oase.channels import AccountBook
from oase.channels.contract import Envelope, MarkRead, ShowTyping
from oase.conversations.delivery.wire import deliver
from oase.kernel.clock import Clock
from oase.kernel.http import Outside
from oase.kernel.ids import new_id
from oase.kernel.jobs import Blueprint

jobs: Final = Blueprint()
_STALE: Final = timedelta(seconds=30)  # who typed half a minute ago types no more


class Services(Protocol):
    """What these jobs need of their process."""

    book: AccountBook
    outside: Outside
    clock: Clock


@jobs.task(name="tell_customer", pass_context=True, retry=RetryStrategy(max_attempts=2, wait=5))
async def tell_customer(
    context: JobContext,
    *,
    account_id: str,
    recipient: str,
    external_id: str,
    news: Literal["read", "typing"],
    at: float,
    tokens: Mapping[str, str] = {},
) -> None:
    """Tells the provider that a message was read, or that somebody types an answer to it."""
    services: Services = context.additional_context["services"]
    account = await services.book.get(UUID(account_id))
    now = services.clock.now()
    if account is None or (news == "typing" and now.timestamp() - at > _STALE.total_seconds()):
        return
    envelope = Envelope(id=str(new_id()), to=recipient, reply_to=external_id, tokens=tokens, at=now)
    outbound: Any = MarkRead(envelope=envelope) if news == "read" else ShowTyping(envelope=envelope)
    await deliver(services.outside, account, outbound)
