"""Moves one outbound over the wire: render, perform call by call, interpret. Only this knows HTTP and adapters.

outbound --render--> calls --(values of earlier replies put in)--> Outside or the adapter's own wire --interpret--> outcome
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from oase.channels import StoredAccount, adapter
from oase.channels.contract import (
    Accepted,
    Again,
    Call,
    CannotSay,
    FromReply,
    NoReply,
    Outbound,
    Outcome,
    Refused,
    Reply,
    Unclear,
)
from oase.kernel.http import (
    Answer,
    AnswerTooLarge,
    ConnectionNotMade,
    FormPart,
    NoAnswer,
    OutgoingRequest,
    Outside,
    RequestRefused,
)
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_PATIENCE_SECONDS: Final = 60.0  # with a provider that still works on a file; then the whole message is tried again later
_LEAST_WAIT_SECONDS: Final = 0.5
Keep = Callable[[AsyncIterator[bytes]], Awaitable[int]]
Read = Callable[[FromReply], Any]


async def deliver(outside: Outside, account: StoredAccount, outbound: Outbound) -> Outcome:
    """Says it. Never raises for what the provider does; whatever cannot be told apart is Unclear."""
    channel = adapter(account.channel)
    if account.manifest.wire == "local":
        return Accepted(external_id=outbound.envelope.id)
    try:
        calls = channel.render(outbound, account.account)
    except CannotSay as error:
        return Refused(why=str(error), code=error.capability)
    replies: list[Reply] = []
    outcome: Outcome = Refused(why=message("There was nothing to send."))

    def read(place: FromReply) -> Any:
        return _value(place, channel.values(calls[place.call], replies[place.call]))

    for number, call in enumerate(calls):
        last = number == len(calls) - 1
        reply, outcome = await _asked(outside, account, _filled(call, read), patient=not last and call.method == "GET")
        if not isinstance(outcome, Accepted) or isinstance(reply, NoReply):
            # a file that may or may not have been uploaded has reached nobody: it can be tried again
            return Again(why=outcome.why) if isinstance(outcome, Unclear) and not last else outcome
        replies.append(reply)
    return outcome


async def _asked(outside: Outside, account: StoredAccount, call: Call, *, patient: bool) -> tuple[Reply | NoReply, Outcome]:
    """One call and what its reply means. A question on the way (is the file ready?) is asked again while the answer is *later*."""
    waited = 0.0
    while True:
        reply = await perform(outside, account, call)
        outcome = adapter(account.channel).interpret(call, reply)
        later = isinstance(outcome, Again) and isinstance(reply, Reply) and reply.status < 300
        seconds = max(outcome.after.total_seconds(), _LEAST_WAIT_SECONDS) if isinstance(outcome, Again) else 0.0
        if not (patient and later and waited + seconds <= _PATIENCE_SECONDS):
            return reply, outcome
        await asyncio.sleep(seconds)
        waited += seconds


async def perform(outside: Outside, account: StoredAccount, call: Call) -> Reply | NoReply:
    """One call over HTTP, or over the adapter's own wire. Answers longer than the call allows are not read to their end."""
    if account.manifest.wire == "own":
        return await adapter(account.channel).perform(call, account.account)
    try:
        response = await outside.send(_request(call, call.limit_bytes))
    except ConnectionNotMade as error:
        return NoReply(sent=False, why=str(error), hopeless=isinstance(error, RequestRefused))
    except NoAnswer as error:
        return NoReply(sent=True, why=str(error), hopeless=isinstance(error, AnswerTooLarge))
    url = response.url if call.redirects else ""
    return Reply(status=response.status, headers=response.headers, body=response.body, url=url)


async def download(outside: Outside, call: Call, keep: Keep, *, limit_bytes: int) -> Reply | NoReply:
    """A call whose answer is a file: `keep` gets its pieces as they come. Raises AnswerTooLarge, and what `keep` raises."""
    broken: list[NoAnswer] = []

    async def pieces(answer: Answer) -> AsyncIterator[bytes]:
        try:
            async for chunk in answer.chunks():
                yield chunk
        except NoAnswer as error:  # whoever stores the pieces may wrap it in an error of its own
            broken.append(error)
            raise

    try:
        async with outside.stream(_request(call, limit_bytes)) as answer:
            if answer.status != 200:
                body = b"".join([chunk async for chunk in answer.chunks()])
                return Reply(status=answer.status, headers=answer.headers, body=body)
            return Reply(status=200, headers=answer.headers, stored_bytes=await keep(pieces(answer)))
    except ConnectionNotMade as error:
        return NoReply(sent=False, why=str(error))
    except Exception as error:
        failure = broken[0] if broken else error
        if isinstance(failure, AnswerTooLarge) or not isinstance(failure, NoAnswer):
            raise failure from None
        return NoReply(sent=True, why=str(failure))


def _request(call: Call, limit_bytes: int) -> OutgoingRequest:
    headers = {**call.headers, "Content-Type": "application/x-www-form-urlencoded"} if call.form else call.headers
    return OutgoingRequest(
        method=call.method,
        url=_address(call),
        headers=headers,
        json=_revealed(call.json),
        parts=tuple(FormPart(name=p.name, content=p.content, filename=p.filename, type=p.type) for p in call.parts),
        body=_form(call.form) if call.form else call.body,
        timeout=call.timeout,
        redirects=call.redirects,
        limit_bytes=limit_bytes,
    )


def _address(call: Call) -> str | Secret:
    """The call's address, with its secrets in their places."""
    if not call.secrets:
        return call.url
    url = call.url
    for name, secret in call.secrets.items():
        url = url.replace(f"{{{name}}}", secret.reveal())
    return Secret(url)


def _revealed(value: Any) -> Any:
    """JSON with its secrets in the clear: the last step before it leaves."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: _revealed(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_revealed(one) for one in value]
    return value


def _form(fields: Mapping[str, str | Secret]) -> bytes:
    return urlencode({key: one.reveal() if isinstance(one, Secret) else one for key, one in fields.items()}).encode()


def _filled(call: Call, read: Read) -> Call:
    """The call with the values that earlier replies gave, in place of `FromReply`. Raises LookupError where one is not there."""
    url = call.url
    for name, value in call.fill.items():
        found = str(read(value))
        url = found if url == f"{{{name}}}" else url.replace(f"{{{name}}}", quote(found, safe=""))
    return msgspec.structs.replace(call, url=url, fill={}, json=_fill(call.json, read))


def _value(place: FromReply, value: Any) -> Any:
    for key in place.key.split("."):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def _fill(value: Any, read: Read) -> Any:
    if isinstance(value, FromReply):
        return read(value)
    if isinstance(value, Mapping):
        return {key: _fill(one, read) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fill(one, read) for one in value]
    return value
