"""An adapter at work over HTTP, without the core: its calls are performed, its deliveries are parsed, as the core would do it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import asdict, replace

from oase.channels.contract import (
    Accepted,
    Account,
    Adapter,
    Again,
    Call,
    Checked,
    Event,
    NoReply,
    Outbound,
    Outcome,
    Polled,
    Refused,
    Reply,
    Unclear,
)
from oase.kernel.http import ConnectionNotMade, FormPart, NoAnswer, OutgoingRequest, Outside


class Caller:
    """One account of one channel; `cursor` is kept from round to round. `now` is what `poll` is told."""

    def __init__(self, adapter: Adapter, account: Account, outside: Outside, now: Callable[[], datetime]) -> None:
        self.adapter, self.account, self.cursor = adapter, account, dict[str, Any]()
        self._outside, self._now = outside, now
        self.waits: list[float] = []

    async def perform(self, call: Call) -> Reply | NoReply:
        """One call over HTTP."""
        request = OutgoingRequest(
            method=call.method,
            url=call.url,
            headers=call.headers,
            json=call.json,
            parts=tuple(FormPart(**asdict(part)) for part in call.parts),
        )
        try:
            answer = await self._outside.send(request)
        except ConnectionNotMade as error:
            return NoReply(sent=False, why=str(error))
        except NoAnswer as error:
            return NoReply(sent=True, why=str(error))
        return Reply(status=answer.status, headers=answer.headers, body=answer.body)

    async def check(self) -> Checked:
        """Tests the account; what a good test finds is kept."""
        found = await self._steps(lambda replies: self.adapter.check(self.account, replies))
        assert isinstance(found, Checked)
        self.account = replace(self.account, facts=found.facts) if found.ok else self.account
        return found

    async def round(self) -> Sequence[Event]:
        """One round of asking; raises AssertionError where the provider puts it off or refuses."""
        found = await self.poll()
        assert isinstance(found, Polled), found
        events = [event for raw in found.raws for event in self.adapter.parse(raw, self.account)]
        self.cursor = json.loads(json.dumps(found.cursor))
        return events

    async def poll(self) -> Polled | Again | Refused:
        """One round of asking, which keeps nothing."""
        cursor: Mapping[str, Any] = self.cursor
        found = await self._steps(lambda replies: self.adapter.poll(self.account, cursor, self._now(), replies))
        assert isinstance(found, Polled | Again | Refused)
        return found

    async def say(self, outbound: Outbound) -> Outcome:
        """Sends it; what became of it."""
        outcome: Outcome = Unclear(why="nothing was rendered")
        for call in self.adapter.render(outbound, self.account):
            outcome = self.adapter.interpret(call, await self.perform(call))
            if not isinstance(outcome, Accepted):
                break
        return outcome

    async def _steps(self, step: Callable[[Sequence[Reply | NoReply]], object]) -> object:
        replies: list[Reply | NoReply] = []
        while isinstance(due := step(replies), Call):
            replies.append(await self.perform(due))
        return due
