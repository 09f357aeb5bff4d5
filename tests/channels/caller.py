"""An adapter at work over HTTP, without the core: its calls are performed, its deliveries are parsed, as the core would do it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from oase.channels import StoredAccount
from oase.channels.contract import (
    Account,
    Adapter,
    Address,
    Again,
    Call,
    Checked,
    Event,
    File,
    FromReply,
    Media,
    NoReply,
    Outbound,
    Outcome,
    Polled,
    Refused,
    Renewed,
    Reply,
)
from oase.conversations import perform
from oase.conversations.delivery.wire import deliver
from oase.kernel.http import Outside


class Caller:
    """One account of one channel; `cursor` is kept from round to round. `now` is what `poll` is told."""

    def __init__(self, adapter: Adapter, account: Account, outside: Outside, now: Callable[[], datetime]) -> None:
        self.adapter, self.account, self.cursor = adapter, account, dict[str, Any]()
        self._outside, self.now = outside, now
        self.waits: list[float] = []

    async def perform(self, call: Call) -> Reply | NoReply:
        """One call over HTTP."""
        return await perform(self._outside, self._stored, call)

    @property
    def _stored(self) -> StoredAccount:
        """The account as the core has it."""
        return StoredAccount(
            workspace_id=UUID(int=1),
            id=UUID(int=2),
            channel=self.adapter.manifest.id,
            name="Test",
            enabled=True,
            state="up",
            state_why="",
            state_since=self.now(),
            account=self.account,
            manifest=self.adapter.manifest,
        )

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
        found = await self._steps(lambda replies: self.adapter.poll(self.account, cursor, self.now(), replies))
        assert isinstance(found, Polled | Again | Refused)
        return found

    async def say(self, outbound: Outbound) -> Outcome:
        """Sends it; what became of it."""
        return await deliver(self._outside, self._stored, outbound)

    async def renew(self) -> Renewed | Again | Refused:
        """Fetches the next access token; what it gave is kept."""
        found = await self._steps(lambda replies: self.adapter.renew(self.account, replies))
        assert isinstance(found, Renewed | Again | Refused)
        if isinstance(found, Renewed):
            fresh = {name: (secret,) for name, secret in found.secrets.items()}
            self.account = replace(self.account, secrets={**self.account.secrets, **fresh})
        return found

    async def subscribe(self) -> Checked:
        """Tells the provider where to deliver."""
        found = await self._steps(lambda replies: self.adapter.subscribe(self.account, replies))
        assert isinstance(found, Checked)
        return found

    async def whois(self, address: str) -> Address:
        """Who somebody is."""
        found = await self._steps(lambda replies: self.adapter.whois(address, self.account, replies))
        assert isinstance(found, Address), found
        return found

    async def fetch(self, media: Media) -> File | Again | Refused:
        """A file of a customer, with its bytes."""
        found = await self._steps(lambda replies: self.adapter.fetch(media, self.account, replies))
        assert isinstance(found, File | Again | Refused)
        return found

    async def _steps(self, step: Callable[[Sequence[Reply | NoReply]], object]) -> object:
        replies: list[Reply | NoReply] = []
        while isinstance(due := step(replies), Call):
            replies.append(await self.perform(due))
        return due


def _filled(value: Any, replies: Sequence[Reply]) -> Any:
    """What a call says, with the values of earlier replies."""
    if isinstance(value, FromReply):
        return json.loads(replies[value.call].body)[value.key]
    return {key: _filled(inner, replies) for key, inner in value.items()} if isinstance(value, dict) else value
