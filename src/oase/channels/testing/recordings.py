"""The files that a channel's tests consist of: deliveries with the events they mean, replies with their outcome, dialogues."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from oase.channels.contract import NoReply, Raw, Reply


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a file is from: seen on the wire, on a page of the provider's documentation, or made by hand after it."""

    kind: Literal["recorded", "documentation", "made"]
    where: str
    date: str  # 2026-08-11


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bytes, written in one of these ways. `json` stands for its compact UTF-8 form, `file` lies beside the recording."""

    json: Any = msgspec.UNSET
    text: str | None = None
    base64: str | None = None
    file: str | None = None

    def content(self, folder: Path) -> bytes:
        """The bytes themselves."""
        if self.json is not msgspec.UNSET:
            return json.dumps(self.json, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        if self.text is not None:
            return self.text.encode()
        if self.file is not None:
            return (folder / self.file).read_bytes()
        return base64.b64decode(self.base64 or "")


class Recording(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One delivery and the events that it means, as JSON. `name` is the file's."""

    about: str
    source: Source
    body: Body
    expected: list[dict[str, Any]] = []
    malformed: str = ""  # instead of events: why nothing can be read
    forged: str = ""  # instead of events: why it is not genuine, although it is signed
    key: str | None = None  # what `dedup_key` gives; hexadecimal if it is no text
    acknowledged: dict[str, Any] | None = None  # what `acknowledge` gives; None: 200 is enough
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    method: str = "POST"
    received_at: datetime = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    name: str = ""
    folder: str = ""

    def raw(self) -> Raw:
        """The delivery, not yet signed."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        content = self.body.content(Path(self.folder))
        return Raw(body=content, headers=headers, query=self.query, method=self.method, received_at=self.received_at)


class RecordedReply(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider's reply to one of our calls and what it means. `to` names the outbound specimen, `call` which of its calls."""

    about: str
    source: Source
    expected: dict[str, Any]
    to: str = "text"
    call: int = -1
    status: int | None = None  # None: no reply
    headers: dict[str, str] = {}
    body: Body = Body(text="")
    url: str = ""  # where it came from, after redirects
    sent: bool = False  # without a reply: whether the request may have arrived
    hopeless: bool = False  # without a reply: by our own rules
    name: str = ""
    folder: str = ""

    def reply(self) -> Reply | NoReply:
        """The reply as adapters get it."""
        if self.status is None:
            return NoReply(sent=self.sent, why="The connection broke.", hopeless=self.hopeless)
        return Reply(status=self.status, headers=self.headers, body=self.body.content(Path(self.folder)), url=self.url)


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a dialogue: the call that is due (part of its snapshot is enough), and what it is answered."""

    call: dict[str, Any]
    status: int | None = 200
    headers: dict[str, str] = {}
    body: Body = Body(text="")
    sent: bool = False
    hopeless: bool = False  # without a reply: by our own rules
    url: str = ""  # where it came from, after redirects


class Dialogue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function that works step by step (`check`, `fetch`, `poll`, …): its calls, their answers, its result."""

    about: str
    source: Source
    function: Literal["check", "fetch", "follow", "poll", "renew", "subscribe", "templates", "whois"]
    steps: list[Step]
    expected: Any
    media: dict[str, Any] | None = None  # of `fetch`
    address: str = ""  # of `whois`
    cursor: dict[str, Any] = {}  # of `poll`: where it goes on
    delivery: Body = Body(text="")  # of `follow`: the delivery that points
    now: datetime = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)  # of `poll` and `follow`
    name: str = ""
    folder: str = ""

    def replies(self) -> Sequence[Reply | NoReply]:
        """The answers in order."""
        folder = Path(self.folder)
        return [
            NoReply(sent=step.sent, why="The connection broke.", hopeless=step.hopeless)
            if step.status is None
            else Reply(status=step.status, headers=step.headers, body=step.body.content(folder), url=step.url)
            for step in self.steps
        ]


def load(folder: Path, kind: type["Recording"] | type["RecordedReply"] | type["Dialogue"]) -> list[Any]:
    """All files of a folder; raises AssertionError naming the file that is not of the form."""
    found = []
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            content: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            found.append(msgspec.convert({**content, "name": file.stem, "folder": str(folder)}, kind))
        except (ValueError, msgspec.ValidationError) as error:
            raise AssertionError(f"{file} is not a {kind.__name__.lower()}: {error}") from None
    return found
