"""The adapter: each function of the contract, in one line of its own file."""

from collections.abc import Sequence
from typing import ClassVar

from oase.channels.adapters.teams.checking import check
from oase.channels.adapters.teams.files import fetch
from oase.channels.adapters.teams.genuine import check_genuine
from oase.channels.adapters.teams.manifest import MANIFEST
from oase.channels.adapters.teams.reading import read
from oase.channels.adapters.teams.renewing import renew
from oase.channels.adapters.teams.replies import interpret
from oase.channels.adapters.teams.writing import write
from oase.channels.contract import (
    Account,
    Adapter,
    Again,
    Call,
    Checked,
    Event,
    File,
    Manifest,
    Media,
    NoReply,
    Outbound,
    Outcome,
    Raw,
    Refused,
    Renewed,
    Reply,
)


class Teams(Adapter):
    """Microsoft Teams by the Bot Connector, v3."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless Microsoft signed the delivery's token for our app."""
        check_genuine(raw, account)

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """What an activity means."""
        return read(raw, account)

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The call that says it."""
        return write(outbound, account, self.manifest)

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What the reply to one of our calls means."""
        return interpret(call, reply)

    def fetch(self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | File | Again | Refused:
        """The file's bytes."""
        return fetch(media, account, replies)

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """Whether Microsoft knows the app."""
        return check(account, replies)

    def renew(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Renewed | Again | Refused:
        """Our token and Microsoft's keys."""
        return renew(account, replies)
