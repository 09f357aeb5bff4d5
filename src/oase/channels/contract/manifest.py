"""What a channel is, as data: capabilities, limits, settings; and one configured account of it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct, structs

from oase.channels.contract.inbound import Act
from oase.kernel.secrets import Secret


class Words(Struct, frozen=True):
    """A text in the interface's languages."""

    en: str
    de: str


class Capability(StrEnum):
    """What a channel can carry. Shown to agents and in the docs' feature matrix; tested against `render` and `parse`."""

    TEXT = "text"
    HTML = "html"
    SUBJECT = "subject"
    COPY = "copy"  # cc
    IMAGE = "image"
    AUDIO = "audio"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    BUTTONS = "buttons"
    LIST = "list"
    TEMPLATE = "template"
    REPLY = "reply"  # answers one given message
    REACTION = "reaction"
    EDIT = "edit"
    DELETE = "delete"
    TYPING = "typing"  # we can show that we type
    MARK_READ = "mark_read"  # we can tell that we have read
    RECEIPTS = "receipts"  # we are told what became of what we sent
    ELSEWHERE = "elsewhere"  # we hear what our side says with another program (incoming only)


Pace = Literal["live", "messaging", "mail"]
"""How fast customers expect an answer by nature of the channel; chooses the default promise."""


OptIn = Literal["", "reason", "consent"]
"""Before we write to somebody first: nothing is asked; their consent or another lawful reason; nothing but their consent."""


Begins = Literal["freely", "template", "never"]
"""How we may open a dialogue: with any words, with an approved template only, not at all."""


Condition = tuple[str, ...]
"""The name of another setting, and the values of it of which one must be there."""


def holds(condition: Condition | None, values: Mapping[str, Any]) -> bool:
    """Whether the other setting has one of the values."""
    if condition is None:
        return True
    other = values.get(condition[0], "")
    return (str(other).lower() if isinstance(other, bool) else str(other or "")) in condition[1:]


class FileRule(Struct, frozen=True, kw_only=True):
    """What files of one kind may be. `types` are MIME types, `image/*` allowed; empty = all."""

    types: tuple[str, ...] = ()
    size_bytes: int
    caption: bool = True  # False: no text beside such a file, whatever `caption_length` says
    by_link: bool = False  # the provider fetches it from us: `File.link` says where

    def allows(self, type: str, size_bytes: int) -> bool:
        """Whether a file of this MIME type (its parameters count where a rule names them) and size may go."""
        plain = type.partition(";")[0].strip().lower()
        exact = type.replace(" ", "").lower()
        matches = not self.types or any(
            rule in (plain, exact) or (rule.endswith("/*") and plain.startswith(rule[:-1])) for rule in self.types
        )
        return matches and 0 < size_bytes <= self.size_bytes


class LongerWindow(Struct, frozen=True, kw_only=True):
    """A longer time for answers, where an account's setting has the value (a provider grants it to some applications only)."""

    only_if: Condition
    window: timedelta


Counted = Literal["characters", "graphemes", "weights"]
"""How a text is measured: code points; what a reader sees as one character; or letters of alphabets as one, all other signs as two,
and each web address as 23 (X's way)."""


class Limits(Struct, frozen=True, kw_only=True):
    """What the provider allows, as data: the core degrades by it, the composer shows it."""

    text_length: int  # of one message, as `counted`
    counted: Counted = "characters"
    length_from: str = (
        ""  # a setting or a fact of the account: a number in it takes the place of `text_length` (a server's own, a plan)
    )
    text_bytes: int = 0  # the same in bytes of UTF-8, where the provider counts so; 0 = characters count
    caption_length: int = 0  # text beside a file; 0 = files carry no text
    files: Mapping[Capability, FileRule] = {}
    attachments_per_message: int = 1
    files_size_bytes: int = 0  # of all files of one message together; 0 = no limit known
    buttons: int = 0
    button_length: int = 20
    list_rows: int = 0
    row_length: int = 24
    row_description_length: int = 72
    choices_text_length: int = 0  # text beside buttons or a list; 0 = as text_length
    reply_window: timedelta | None = None  # after the customer's last message; then templates only
    longer_window: LongerWindow | None = None  # of accounts that may answer later
    messages_per_second: float = 0.0  # of one account; 0 = no limit known
    pair_interval: timedelta | None = None  # between two messages to the same person, sustained
    pair_burst: int = 1  # messages to one person that may go before pair_interval counts

    def of(self, account: "Account") -> "Limits":
        """The limits as they are for this account (`length_from`)."""
        number = str(account.settings.get(self.length_from) or account.facts.get(self.length_from) or "")
        if not (self.length_from and number.isascii() and number.isdigit() and int(number[:9]) > 0):
            return self
        length = int(number[:9])
        caption = min(self.caption_length, length) if self.caption_length < self.text_length else length
        return structs.replace(self, text_length=length, caption_length=caption)

    def window(self, settings: Mapping[str, Any]) -> timedelta | None:
        """How long after the customer's last message an account with these settings may answer freely; None = always."""
        longer = self.longer_window
        return longer.window if longer is not None and holds(longer.only_if, settings) else self.reply_window

    def carrier(self, type: str, size_bytes: int) -> Capability | None:
        """As what a file goes: the first kind, in the order of `files`, that allows its type and size; None = not at all."""
        return next((kind for kind, rule in self.files.items() if rule.allows(type, size_bytes)), None)


class Public(Struct, frozen=True, kw_only=True):
    """The public side of a channel: who answers there is read by everybody."""

    name: Words  # of the place: "Facebook Page"
    icon: str  # Tabler icon name
    readers: Words  # who will read it: "everybody who visits the page"
    capabilities: frozenset[Capability]  # of a public answer
    incoming: frozenset[Capability]  # kinds that people say in public
    limits: Limits
    acts: frozenset[Act] = frozenset()
    private_reply: bool = False  # the author of a public message can be answered in private, on this channel
    private_reply_window: timedelta | None = None  # after that message
    hosted: bool = False  # our answers stand on pages of our own, which `Envelope.link` names: the place itself has no room
    pace: Pace = "messaging"


class Side(Struct, frozen=True, kw_only=True):
    """What counts for one dialogue of a channel: its private side, or its public one."""

    name: Words
    icon: str
    capabilities: frozenset[Capability]
    limits: Limits
    pace: Pace


class Consent(Struct, frozen=True, kw_only=True):
    """Signing in at a provider in the browser, as data (OAuth 2, authorization code with PKCE). It fills a secret's setting.

    In addresses and scopes, `{name}` stands for another setting, `{name|value}` for a value where that one is empty.
    """

    label: Words  # of the button: "Sign in with Google"
    authorize: str  # where the browser goes
    exchange: str  # where tokens are given out
    scopes: str
    client_id: str  # the settings that hold what the provider gave for our application
    client_secret: str
    parameters: Mapping[str, str] = {}  # of the browser's way, beyond the standard's
    hints: tuple[str, ...] = ()  # settings that say who is to sign in; the first that is filled in
    basic: bool = False  # the client proves itself by HTTP Basic (RFC 6749, 2.3.1), not inside the form
    issuer: str = ""  # how the provider calls itself in its answer (RFC 9207)
    only_if: Condition | None = None
    guide: Words = Words("", "")  # markdown: what to create at the provider


class Setting(Struct, frozen=True, kw_only=True):
    """One field of an account's set-up page.

    `kind` "secret" is kept sealed and given to the adapter as a list (rotation); "rows" is a list of mappings, one value for
    each of `columns`; "account" is the id of another account of the workspace, of one of the channels in `choices`; "accounts" is
    a list of such ids, of any channel that invites (`Manifest.invites`).
    """

    name: str
    label: Words
    help: Words = Words("", "")
    kind: Literal[
        "text", "secret", "email", "url", "number", "boolean", "choice", "long_text", "lines", "rows", "account", "accounts"
    ] = "text"
    required: bool = True
    default: Any = None
    choices: tuple[tuple[str, Words], ...] = ()
    group: Words | None = None  # heading above this field
    only_if: Condition | None = None
    and_if: Condition | None = None  # a second one that must hold as well
    columns: tuple["Setting", ...] = ()  # of kind "rows"
    generated: bool = False  # made by Oase, shown for copying (a verify token, for example)
    aims: bool = False  # decides where secrets are sent (a server's name), as kind "url" does by itself
    stays: bool = False  # a secret that is never sent: it only verifies what arrives
    consents: tuple[Consent, ...] = ()  # a secret that signing in at the provider gives; which one, its `only_if` says

    def applies(self, values: Mapping[str, Any]) -> bool:
        """Whether it is to be filled in, by what another field says."""
        return holds(self.only_if, values) and holds(self.and_if, values)


class Manifest(Struct, frozen=True, kw_only=True):
    """What a channel is, as data."""

    id: str  # "whatsapp": in addresses, the database, the entry point
    name: Words
    icon: str  # Tabler icon name
    color: str  # "#25d366", of the channel's mark
    identity: str  # kind of address: "phone", "email", "visitor"
    pace: Pace
    wire: Literal["http", "own", "local"]  # own: the adapter performs; local: our own pages show it
    webhook: bool = False
    listens: bool = False
    serves: bool = False  # has a server of its own for all its accounts
    signature: str = ""  # name of the scheme, for the docs
    signs_body: bool = True  # False: the scheme proves who delivers (a token in a header), not what
    capabilities: frozenset[Capability]
    incoming: frozenset[Capability] = frozenset()  # kinds that can arrive, where they differ from `capabilities`
    limits: Limits
    settings: tuple[Setting, ...] = ()
    guide: Words = Words("", "")  # markdown: what to create at the provider, step by step
    customer_starts: bool = True  # only the customer can open the dialogue, apart from templates
    opt_in: OptIn = ""  # what must be there before we write first
    confirms_wishes: bool = False  # we say that a STOP or START was heard; otherwise the provider does
    safe_to_repeat: bool = False  # the provider recognises a repeated send by our id
    threads: Literal["person", "subject"] = "person"  # "subject": a person may hold several conversations (mail)
    public: Public | None = None
    names: bool = False  # deliveries tell an address without a name: `whois` asks for it, once for each new address
    renews: bool = False  # calls need an access token that ends soon: `renew` fetches the next one
    polls: bool = False  # what arrives is asked for (`poll`), instead of or beside a webhook
    polls_if: Condition | None = None  # only where a setting says so
    subscribes: bool = False  # the webhook's address is told to the provider by `subscribe`, not by a person
    invites: bool = False  # `invite` gives an address that opens a dialogue with us and brings a code along
    points: bool = False  # a delivery says only where something stands: `follow` fetches it, and what it gives is parsed
    by_status: bool = False  # a reply's status alone says what became of a message, whatever stands in its body

    def of(self, account: "Account") -> "Manifest":
        """The manifest with the limits that this account has."""
        limits, public = self.limits.of(account), self.public
        if public is not None and public.limits.length_from:
            public = structs.replace(public, limits=public.limits.of(account))
        return self if limits is self.limits and public is self.public else structs.replace(self, limits=limits, public=public)

    @property
    def begins(self) -> Begins:
        """How we may open a dialogue with somebody who has not written to us."""
        if not self.customer_starts:
            return "freely" if Capability.TEXT in self.capabilities else "never"
        return "template" if Capability.TEMPLATE in self.capabilities else "never"

    def side(self, public: bool) -> Side:
        """The side on which a dialogue is held; a channel without a public one has its own for both."""
        at = self.public if public and self.public is not None else self
        pace = at.pace
        return Side(name=at.name, icon=at.icon, capabilities=at.capabilities, limits=at.limits, pace=pace)


class Account(Struct, frozen=True, kw_only=True):
    """One configured connection of a channel, as adapters see it."""

    id: str
    channel: str
    name: str = ""
    settings: Mapping[str, Any] = {}
    secrets: Mapping[str, tuple[Secret, ...]] = {}  # newest first; any of them verifies, the first is used to send
    webhook_url: str = ""  # where the provider's deliveries for this account arrive, as the world reaches it
    facts: Mapping[str, str] = {}  # what the last good test found (`Checked.facts`)

    def secret(self, name: str) -> Secret:
        """The newest secret of that name; an empty one if there is none."""
        found = self.secrets.get(name, ())
        return found[0] if found else Secret("")
