"""Where providers deliver: `/hooks/<channel>/<account>`.

    request --greet?--> handshake answered
            --verify--> 403 if forged
            --journal.accept--> durable --acknowledge--> 200        (503 if the database is away: the provider comes again)

Bare ASGI: this is the hottest path of the house. Nothing is parsed here; deliveries that arrive together share a commit.
"""

from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from litestar.types import Receive, Scope, Send

from oase.channels import AccountBook, StoredAccount, adapter
from oase.channels.contract import Answer, Forged, Raw
from oase.conversations import Journal
from oase.kernel.clock import Clock
from oase.kernel.errors import OaseError, Unavailable
from oase.kernel.metrics import counter

PREFIX: Final = "/hooks/"
_BODY_LIMIT: Final = 32 * 1024 * 1024
_LATER: Final = Answer(status=503, body=b"Not stored. Please deliver again.")
_deliveries = counter("hook_deliveries", "Deliveries of providers, by channel and how they ended.", ("channel", "result"))
log = structlog.get_logger()


class BodyTooLarge(OaseError):
    """More bytes than a delivery may have."""


class Hooks:
    """The intake of webhooks as an ASGI application."""

    def __init__(self, book: AccountBook, journal: Journal, clock: Clock) -> None:
        self._book = book
        self._journal = journal
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request of a provider."""
        channel, _, rest = scope["path"].removeprefix(PREFIX).partition("/")
        try:
            account = await self._account(channel, rest.strip("/"))
        except Unavailable:  # its account is not at hand, and the database is away
            await _answer(send, _LATER)
            return
        if account is None:
            await _answer(send, Answer(status=404, body=b"There is no such account here."))
            return
        try:
            raw = await self._raw(scope, receive)
            answer = await self._take(account, raw)
        except BodyTooLarge:
            answer = Answer(status=413, body=b"A delivery may have 32 MB at most.")
        _deliveries.labels(channel, str(answer.status)).inc()
        await _answer(send, answer)

    async def _account(self, channel: str, text: str) -> StoredAccount | None:
        try:
            account = await self._book.get(UUID(text))
        except ValueError:
            return None
        return account if account and account.enabled and account.channel == channel and account.manifest.webhook else None

    async def _take(self, account: StoredAccount, raw: Raw) -> Answer:
        channel = adapter(account.channel)
        if (greeting := channel.greet(raw, account.account)) is not None:
            return greeting
        if raw.method != "POST":
            return Answer(status=405, body=b"Deliveries come by POST.")
        try:
            channel.verify(raw, account.account)
        except Forged as error:
            log.warning("hooks.forged", account_id=str(account.id), channel=account.channel, why=str(error))
            return Answer(status=403, body=b"The signature does not belong to this account.")
        try:
            dedup, points = channel.dedup_key(raw), account.manifest.points
            await self._journal.accept(account.workspace_id, account.id, account.channel, raw, dedup=dedup, points=points)
        except Unavailable:
            return _LATER
        return channel.acknowledge(raw, account.account) or Answer(status=200, body=b"ok")

    async def _raw(self, scope: Scope, receive: Receive) -> Raw:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        return Raw(
            body=await _body(receive),
            headers=headers,
            query=query,
            method=scope["method"],  # type: ignore[typeddict-item]
            received_at=self._clock.now(),
        )


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")  # type: ignore[assignment]
    if not message.get("more_body"):
        return body
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyTooLarge("The sender went away in the middle of its delivery.")
        chunk: bytes = message.get("body", b"")  # type: ignore[assignment]
        size += len(chunk)
        if size > _BODY_LIMIT:
            raise BodyTooLarge("A delivery may have 32 MB at most.")
        chunks.append(chunk)
    return b"".join(chunks)


async def _answer(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.type.encode()), (b"content-length", str(len(answer.body)).encode())]
    if answer.status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
