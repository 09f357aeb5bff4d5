"""Handing messages over: one kept session for each account and event loop, several messages at once.

message -> its units -> each submitted, answered -> all taken: the last one's id · one refused: that code
throttled: the same unit again after a moment, as long as the call's time allows; the parts that were taken are not sent twice
from the moment when a unit has left, a broken connection means: we cannot tell
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from oase.channels.adapters.sms.configuration import Gate, gate, ids, one_form
from oase.channels.adapters.sms.errors import Down, NotBound, NotSetUp
from oase.channels.adapters.sms.session import Kind, Session
from oase.channels.contract import Account, Call, NoReply, Reply
from oase.channels.families.smpp import OK, Command, Pdu, frames, read_submitted
from oase.kernel.i18n import message

STAGE: Final = "stage"
"""Header of a reply: "settings", "bind" or "submit"."""
_IDLE_SECONDS: Final = 600.0
_THROTTLED: Final = (0x58, 0x14)
_PAUSES: Final = (0.5, 1.0, 2.0)

_Key = tuple[str, asyncio.AbstractEventLoop]


class _Kept(Struct):
    session: Session
    gate: Gate
    closing: asyncio.TimerHandle | None = None


class Submitter:
    """Sends for all accounts of this process."""

    def __init__(self) -> None:
        self._kept: dict[_Key, _Kept] = {}
        self._shared: dict[_Key, Session] = {}
        self._opening: dict[_Key, asyncio.Lock] = {}

    def share(self, account_id: str, session: Session | None) -> None:
        """A listener's session that may send too; None when it is over."""
        key = account_id, asyncio.get_running_loop()
        if session is None:
            self._shared.pop(key, None)
        else:
            self._shared[key] = session

    async def close(self) -> None:
        """Ends the kept sessions of this loop."""
        loop = asyncio.get_running_loop()
        for key in [key for key in self._kept if key[1] is loop]:
            kept = self._kept.pop(key)
            if kept.closing is not None:
                kept.closing.cancel()
            await kept.session.close()

    async def send(self, call: Call, account: Account) -> Reply | NoReply:
        """One message; never raises for what the operator or the network does."""
        try:
            async with asyncio.timeout(call.timeout.total_seconds()):
                session = await self._session(account)
        except (NotBound, NotSetUp, Down, TimeoutError) as error:
            return _without_session(error)
        answers = await asyncio.gather(*(_submit(session, pdu, call.timeout.total_seconds()) for pdu in frames(call.body)))
        return _whole(answers, account)

    async def try_bind(self, call: Call, account: Account) -> Reply | NoReply:
        """Binds as the call says and unbinds again."""
        kind: Kind = "receiver" if call.method == "BIND_RECEIVER" else "transmitter"
        try:
            session = await Session.open(gate(account), kind)
        except (NotBound, NotSetUp, Down) as error:
            return _without_session(error)
        await session.close()
        return Reply(status=OK, headers={STAGE: "bind"})

    async def _session(self, account: Account) -> Session:
        key = account.id, asyncio.get_running_loop()
        shared = self._shared.get(key)
        if shared is not None and not shared.ended.done():
            return shared
        async with self._opening.setdefault(key, asyncio.Lock()):
            entrance, kept = gate(account), self._kept.get(key)
            if kept is None or kept.session.ended.done() or kept.gate != entrance:
                await self._retire(key)
                kept = _Kept(await Session.open(entrance, "transmitter"), entrance)
                self._kept[key] = kept
            self._keep_open(key, kept)
            return kept.session

    def _keep_open(self, key: _Key, kept: _Kept) -> None:
        if kept.closing is not None:
            kept.closing.cancel()
        kept.closing = key[1].call_later(_IDLE_SECONDS, lambda: asyncio.ensure_future(self._retire(key)))

    async def _retire(self, key: _Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            if kept.closing is not None:
                kept.closing.cancel()
            await kept.session.close()


async def _submit(session: Session, pdu: Pdu, seconds: float) -> Pdu | Down:
    """One unit; again after a pause where the operator says that it is too fast."""
    until = asyncio.get_running_loop().time() + seconds
    pauses = iter(_PAUSES)
    while True:
        try:
            answer = await session.request(Command.SUBMIT_SM, pdu.body, seconds=seconds)
        except Down as error:
            return error
        pause = next(pauses, None) if answer.status in _THROTTLED else None
        if pause is None or asyncio.get_running_loop().time() + pause > until:
            return answer
        await asyncio.sleep(pause)


def _whole(answers: Sequence[Pdu | Down], account: Account) -> Reply | NoReply:
    """What the answers to all units mean together."""
    lost = [answer for answer in answers if isinstance(answer, Down)]
    if lost:
        taken = any(isinstance(answer, Pdu) and answer.status == OK for answer in answers)
        return NoReply(sent=taken or any(one.sent for one in lost), why=lost[0].words)
    told = [answer for answer in answers if isinstance(answer, Pdu)]
    bad = next((answer for answer in told if answer.status != OK), None)
    if bad is not None:
        return Reply(status=bad.status, headers={STAGE: "submit"})
    message_id = one_form(read_submitted(told[-1]).message_id, "answer", ids(account))
    return Reply(status=OK, headers={STAGE: "submit"}, body=message_id.encode())


def _without_session(error: Exception) -> Reply | NoReply:
    if isinstance(error, NotBound):
        return Reply(status=error.status, headers={STAGE: "bind"})
    if isinstance(error, NotSetUp):
        return Reply(status=0x0D, headers={STAGE: "settings"}, body=error.words.encode())
    return NoReply(sent=False, why=error.words if isinstance(error, Down) else message("The operator does not answer."))
