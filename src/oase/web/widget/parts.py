"""What the widget's server side needs from the rest of the house; made once in `oase.main.wiring`, kept in `app.state.widget`.

The shapes here are the widget's protocol: the query behind `Desk.timeline` and the live events of topic "visitor" give them.
"""

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from oase.channels import StoredAccount
from oase.channels.contract import Raw
from oase.kernel.clock import Clock
from oase.kernel.i18n import Language
from oase.web.widget.abuse import Abuse
from oase.web.widget.puzzle import Puzzles


class VisitorFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of a message. `blob` is its key in our storage; visitors see a signed address instead."""

    blob: str
    name: str
    type: str
    size_bytes: int
    width: int = 0
    height: int = 0


class VisitorChoice(Struct, frozen=True, kw_only=True):
    """A quick reply."""

    id: str
    title: str


class VisitorMessage(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """One message as the visitor may see it: no notes, no internals.

    `client` is the widget's own id of a visitor's message (what follows the colon in its external id), so that the widget knows
    its own again. `state` is of the visitor's own messages: "sent" (we have it) or "read" (an agent has seen it).
    """

    id: str
    at: str  # ISO 8601
    from_: Literal["us", "visitor", "system"]
    text: str = ""
    name: str = ""
    avatar: str = ""  # address of a picture
    files: Sequence[VisitorFile] = ()
    choices: Sequence[VisitorChoice] = ()
    state: Literal["", "sent", "read"] = ""
    client: str = ""


class Face(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody of the team, as visitors may see them."""

    name: str
    avatar: str = ""


class Door(Struct, frozen=True, kw_only=True):
    """Another channel on which the visitor may go on."""

    id: str  # of its account
    name: str


class Presence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether somebody is there, in words for the visitor's language; empty where we do not know."""

    open: bool = True
    wait: str = ""  # for whoever may write: "Replies within 5 minutes"
    said: str = ""  # for whoever has written: "You will have our answer by 2:20 PM."
    by: str = ""  # the moment that this means, ISO 8601
    hours: str = ""  # while nobody is there: "We answer tomorrow from 8:00 AM."
    opens_at: str = ""  # while it is closed, or is until the answer comes
    faces: Sequence[Face] = ()
    elsewhere: Sequence[Door] = ()


class Accounts(Protocol):
    """Accounts by id, at hand."""

    async def get(self, account_id: UUID) -> StoredAccount | None:
        """The account, if it exists."""
        ...

    async def enabled(self) -> list[StoredAccount]:
        """All accounts that are switched on."""
        ...


class Journal(Protocol):
    """The one way in."""

    async def accept(self, workspace_id: UUID, account_id: UUID, channel: str, raw: Raw, *, dedup: bytes | None = None) -> None:
        """Returns when the delivery is durable; raises Unavailable."""
        ...


class Desk(Protocol):
    """What a visitor may know of the desk."""

    async def timeline(self, account: StoredAccount, visitor: str, *, limit: int) -> Sequence[VisitorMessage]:
        """The visitor's newest messages over all his conversations on this account, oldest first."""
        ...

    async def message(self, account: StoredAccount, visitor: str, message_id: str) -> VisitorMessage | None:
        """One message, if the visitor may see it: asked when a live event names it and the visitor is here."""
        ...

    async def presence(self, account: StoredAccount, language: str) -> Presence:
        """Whether somebody is there now."""
        ...

    async def expect_upload(self, account: StoredAccount, key: str, until: datetime) -> None:
        """A file is about to be stored under this key; if no message names it until then, it goes by itself."""
        ...

    async def invite(self, account: StoredAccount, visitor: str, to: str, language: Language) -> str:
        """A link by which the visitor goes on over another account; empty if there is nothing to go on with."""
        ...


class Blobs(Protocol):
    """Files in our storage; `oase.kernel.blobs.Blobs`."""

    async def put(self, key: str, content: bytes | AsyncIterable[bytes], type: str = ...) -> int:
        """Stores a file durably and gives its size in bytes."""
        ...

    def stream(self, key: str) -> AsyncIterator[bytes]:
        """The file's bytes in pieces; raises NotFound before the first."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The running parts behind the widget and the public form."""

    accounts: Accounts
    journal: Journal
    desk: Desk
    blobs: Blobs
    clock: Clock
    abuse: Abuse
    puzzles: Puzzles
    demo: bool = False  # whether the demonstration shop is shown


LivePayload = Mapping[str, Any]
