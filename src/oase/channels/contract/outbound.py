"""What goes out: what is to be said, the calls that say it, what became of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from oase.channels.contract.inbound import Act
from oase.kernel.secrets import Secret


class File(Struct, frozen=True, kw_only=True):
    """A file with its bytes; `content` is empty while a message is only planned, and `stated_bytes` gives its size."""

    name: str
    type: str
    content: bytes
    inline: bool = False
    content_id: str = ""
    stated_bytes: int = 0
    link: str = ""  # where the provider fetches it, for kinds that go so (`FileRule.by_link`)

    @property
    def size_bytes(self) -> int:
        """How large it is."""
        return len(self.content) or self.stated_bytes


class Choice(Struct, frozen=True, kw_only=True):
    """One thing to choose: a button or a row of a list."""

    id: str
    title: str
    description: str = ""


class Envelope(Struct, frozen=True, kw_only=True):
    """To whom, in which thread, by whom: what every outgoing message has."""

    id: str  # our message id: stable over retries
    to: str
    to_name: str = ""
    copy_to: tuple[str, ...] = ()
    from_name: str = ""  # the agent's or the company's name
    token: str = ""  # the conversation's token (plus-address, subject)
    subject: str = ""
    reply_to: str = ""  # external id of the message answered
    tokens: Mapping[str, str] = {}  # those that came with it (`Received.tokens`)
    references: tuple[str, ...] = ()  # external ids of the thread, oldest first
    thread: str = ""  # external id of the public thread in which everybody will read it; empty: to `to` alone
    about: str = ""  # a private answer to this public message (its external id), the first one to its author
    link: str = ""  # the page of ours on which everybody reads it, where the channel has none of its own (`Public.hosted`)
    at: datetime


class Say(Struct, frozen=True, kw_only=True, tag="say"):
    """Text, files, choices. The core has already degraded it to what the manifest can carry."""

    envelope: Envelope
    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    choices: tuple[Choice, ...] = ()
    choices_label: str = ""  # of the button that opens a list
    quoted: str = ""  # the message answered, for channels that carry it below (mail)
    quoted_author: str = ""  # who wrote it
    quoted_at: datetime | None = None  # and when, in the time zone to show it in; without it no line "On … wrote:" is made
    signature: str = ""
    automatic: bool = False  # said by the system, not by a person (Auto-Submitted)


class Position(Struct, frozen=True, kw_only=True, tag="position"):
    """A place on the map, WGS 84."""

    envelope: Envelope
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Card(Struct, frozen=True, kw_only=True, tag="card"):
    """Contact cards, each as a mapping with name, phones, emails, organisation."""

    envelope: Envelope
    contacts: tuple[Mapping[str, Any], ...]


class UseTemplate(Struct, frozen=True, kw_only=True, tag="template"):
    """A template approved by the provider, with its parameters in order by component ("header", "body", "button.0")."""

    envelope: Envelope
    name: str
    language: str
    parameters: Mapping[str, tuple[str, ...]] = {}


class React(Struct, frozen=True, kw_only=True, tag="react"):
    """Our reaction to the message `envelope.reply_to`; empty takes it back. `before`: the one that may be there from us."""

    envelope: Envelope
    emoji: str
    before: str = ""


class MarkRead(Struct, frozen=True, kw_only=True, tag="mark_read"):
    """Tell the customer that `envelope.reply_to` was read."""

    envelope: Envelope


class ShowTyping(Struct, frozen=True, kw_only=True, tag="show_typing"):
    """Show the customer that somebody types an answer to `envelope.reply_to`."""

    envelope: Envelope


class Moderate(Struct, frozen=True, kw_only=True, tag="moderate"):
    """Does something about the public message `envelope.reply_to` in `envelope.thread`."""

    envelope: Envelope
    act: Act


Outbound = Say | Position | Card | UseTemplate | React | Moderate | MarkRead | ShowTyping


class FromReply(Struct, frozen=True, kw_only=True):
    """Stands inside a call's `json`, or in `fill`, for a value of an earlier reply (an uploaded file's id), of call number `call`.

    `key` is the name of the value in what `Adapter.values` reads in that reply; dots lead inside ("data.id", "posts.0.cid").
    """

    call: int
    key: str


class Part(Struct, frozen=True, kw_only=True):
    """One part of a multipart/form-data body."""

    name: str
    content: bytes
    filename: str = ""
    type: str = "text/plain"


class Call(Struct, frozen=True, kw_only=True):
    """One request to the provider, as data. Exactly one of json, form, parts, body, or none of them.

    Secrets may stand in `headers`, anywhere inside `json`, in `form`, and in `secrets`, whose values take the places of `{name}` in `url`.
    They are put in when the request leaves, and not before.
    """

    method: str
    url: str
    fill: Mapping[str, FromReply] = {}  # of the address: "id" for https://api.example.com/media/{id}, quoted; or the whole of it
    secrets: Mapping[str, Secret] = {}  # of the address: "token" for https://api.example.com/bot{token}/send; already quoted
    headers: Mapping[str, str | Secret] = {}
    json: Any = None
    form: Mapping[str, str | Secret] = {}  # as application/x-www-form-urlencoded
    parts: tuple[Part, ...] = ()
    body: bytes = b""
    timeout: timedelta = timedelta(seconds=20)
    download: bool = False  # of `fetch`: the answer is the file itself, which goes into our storage as it comes
    redirects: int = 0  # so many are followed; the answer is then that of the last address
    limit_bytes: int = 10_000_000  # of the answer; a longer one is not read to its end
    options: Mapping[str, Any] = {}  # for wires of the adapter's own: envelope sender, …


class Reply(Struct, frozen=True, kw_only=True):
    """What the provider answered. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    stored_bytes: int = 0  # of a download: what lies in our storage instead of `body`
    url: str = ""  # where it came from after redirects, where some were followed

    @property
    def size_bytes(self) -> int:
        """How much was answered."""
        return len(self.body) or self.stored_bytes


class NoReply(Struct, frozen=True, kw_only=True):
    """No answer. `sent` says whether the request may have reached the provider."""

    sent: bool
    why: str
    hopeless: bool = False  # by our own rules (a private network, an answer larger than allowed): asked again it is the same


class Accepted(Struct, frozen=True, kw_only=True):
    """The provider has taken it, under this id."""

    external_id: str
    state: Literal["sent", "delivered"] = "sent"
    note: str = ""  # what was not taken although the message was: an address in copy, with the provider's words


class Again(Struct, frozen=True, kw_only=True):
    """Not now: try again, not before `after`. `account`: the whole account must wait, not only this message."""

    why: str
    after: timedelta = timedelta(0)
    account: bool = False


class Refused(Struct, frozen=True, kw_only=True):
    """Never: the provider's words. `sign_in`: it refuses our credentials, so the account keeps its queue and waits."""

    why: str
    code: str = ""
    sign_in: bool = False


class Unclear(Struct, frozen=True, kw_only=True):
    """We cannot tell whether the provider took it; shown as such, resolved by a receipt or a person."""

    why: str


Outcome = Accepted | Again | Refused | Unclear


class Template(Struct, frozen=True, kw_only=True):
    """A template known to the provider. `parameters` counts the placeholders by component."""

    name: str
    language: str
    category: str = ""
    status: str = "approved"
    body: str = ""
    header: str = ""
    footer: str = ""
    buttons: tuple[str, ...] = ()
    parameters: Mapping[str, int] = {}


class Checked(Struct, frozen=True, kw_only=True):
    """What the test of an account found: `summary` for people ("+49 30 … · Muster GmbH"), or why it failed and what to do."""

    ok: bool
    summary: str
    facts: Mapping[str, str] = {}  # kept with the account when it is saved: a number, a user name, an id that calls need
    expires_at: datetime | None = None  # when the credentials end; administrators are told two weeks ahead


class Renewed(Struct, frozen=True, kw_only=True):
    """What renewing gave: tokens by name, kept beside the account's secrets until one of those changes, and how long they last."""

    secrets: Mapping[str, Secret]
    lasts: timedelta


class Answer(Struct, frozen=True, kw_only=True):
    """What to answer to the provider at once (a handshake)."""

    status: int
    body: bytes = b""
    type: str = "text/plain; charset=utf-8"
