"""What the simulated WhatsApp knows: settings, business numbers, customers, messages, media, templates."""

from collections import deque
from datetime import datetime
from typing import Any

import msgspec

from oase.kernel.errors import OaseError

Json = dict[str, Any]


class Refused(OaseError):
    """Graph refuses a request; carries everything its error body needs (page "Error codes", 15 May 2026)."""

    def __init__(self, status: int, code: int, title: str, details: str = "", *, subcode: int | None = None) -> None:
        super().__init__(details or title)
        self.status = status
        self.code = code
        self.title = title
        self.details = details
        self.subcode = subcode


class WhatsAppSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the simulated app is registered, and how quickly things happen.

    `public_url` is the address below which the sandbox answers, without a slash at its end, for example
    `http://127.0.0.1:8420/sandbox`: media addresses are built from it.
    """

    public_url: str = "http://127.0.0.1:8420/sandbox"
    app_id: str = "670843887433847"
    app_name: str = "Oase"
    app_secret: str = "sandbox-app-secret"  # noqa: S105 - a simulator's well-known value
    verify_token: str = "sandbox-verify-token"  # noqa: S105
    access_token: str = "EAAsandbox"  # noqa: S105
    throughput_per_second: int = 80
    pair_limit: bool = True
    media_address_seconds: float = 300.0
    status_delay_seconds: float = 0.05
    retry_first_seconds: float = 0.25
    retry_cap_seconds: float = 10.0
    webhook_timeout_seconds: float = 10.0
    webhook_connections: int = 16
    keep_messages: int = 50_000
    keep_accepted: int = 200_000
    keep_media_bytes: int = 512 * 1024 * 1024


class Number(msgspec.Struct, kw_only=True):
    """A business phone number. `webhook_url` is where its webhooks go (an override of the app's callback)."""

    id: str
    account_id: str
    display: str
    name: str
    throughput_per_second: int
    webhook_url: str = ""
    verify_token: str = ""
    subscribed: bool = True
    profile: Json = msgspec.field(default_factory=dict)

    @property
    def digits(self) -> str:
        """The number without its plus sign and spaces."""
        return "".join(sign for sign in self.display if sign.isdigit())


class Customer(msgspec.Struct, kw_only=True):
    """A person with WhatsApp. `user_id` is the business-scoped user id (BSUID), `username` an optional handle.

    `hides_number`: has a username and never wrote with the number, so webhooks carry no `wa_id`.
    """

    wa_id: str
    name: str
    user_id: str
    username: str = ""
    hides_number: bool = False
    online: bool = True
    reads_at_once: bool = False
    read_receipts: bool = True
    blocked: set[str] = msgspec.field(default_factory=set)


class Message(msgspec.Struct, kw_only=True):
    """One message between a customer and a business number.

    `status` only for those of the business; `taken_by_business` (the webhook was answered with 200) and `read_by_business`
    only for those of the customer.
    """

    id: str
    number_id: str
    wa_id: str
    from_business: bool
    kind: str
    content: Json
    time: datetime
    context_id: str = ""
    status: str = ""
    error: Json | None = None
    opaque: str = ""
    category: str = "service"
    forwarded: bool = False
    edited: bool = False
    revoked: bool = False
    taken_by_business: bool = False
    read_by_business: bool = False
    reactions: dict[str, str] = msgspec.field(default_factory=dict)


class Media(msgspec.Struct, kw_only=True):
    """A stored file. `sha256` in hexadecimal."""

    id: str
    data: bytes
    mime_type: str
    filename: str
    sha256: str
    number_id: str
    time: datetime


class Template(msgspec.Struct, kw_only=True):
    """A message template of a business account, in one language."""

    id: str
    account_id: str
    name: str
    language: str
    category: str
    components: list[Json]
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"


class Accepted(msgspec.Struct, kw_only=True, frozen=True):
    """One request that the simulator took: what a test counts. `place` rises by one each time."""

    place: int
    id: str
    number_id: str
    to: str
    kind: str
    text: str
    opaque: str
    time: datetime


class Chat(msgspec.Struct, kw_only=True):
    """What one customer and one business number have said, and until when the business may answer freely."""

    messages: deque[Message] = msgspec.field(default_factory=lambda: deque(maxlen=2_000))
    last_from_customer: datetime | None = None
    typing_until: datetime | None = None
    unread: int = 0
