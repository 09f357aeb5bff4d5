"""What the widget and the app send: one JSON object per delivery, told apart by `type`. Lengths are limits against abuse."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Text = Annotated[str, Meta(max_length=10_000)]
Short = Annotated[str, Meta(max_length=300)]
Link = Annotated[str, Meta(max_length=2_000)]
Reference = Annotated[str, Meta(max_length=3_000)]


class Contact(Struct, frozen=True, kw_only=True):
    """What the visitor wrote about himself before or during the chat; nobody vouches for it."""

    name: Short = ""
    email: Short = ""
    fields: Annotated[dict[Short, Short], Meta(max_length=20)] = {}
    consent: Annotated[str, Meta(max_length=2_000)] = ""  # the text that was ticked


class Page(Struct, frozen=True, kw_only=True):
    """Where the visitor was when he wrote."""

    url: Link = ""
    title: Short = ""
    referrer: Link = ""


class Chosen(Struct, frozen=True, kw_only=True):
    """A quick reply that was clicked; `message` is ours that offered it."""

    id: Short
    title: Short
    message: Short = ""


class Message(Struct, frozen=True, kw_only=True, tag="message"):
    """Something said: text, files, or a choice."""

    id: Id
    text: Text = ""
    files: Annotated[list[Reference], Meta(max_length=10)] = []
    choice: Chosen | None = None
    contact: Contact | None = None
    page: Page = Page()
    lang: Annotated[str, Meta(max_length=35)] = ""
    waited: float = 0.0  # seconds between typing and sending, when the network was gone


class Writes(Struct, frozen=True, kw_only=True, tag="typing"):
    """The visitor types or has stopped; `n` makes each delivery its own."""

    on: bool
    n: int = 0


class Seen(Struct, frozen=True, kw_only=True, tag="seen"):
    """The visitor has everything up to our message `message`."""

    message: Annotated[str, Meta(min_length=1, max_length=100)]
    state: Literal["delivered", "read"] = "read"
    n: int = 0


class Leaves(Struct, frozen=True, kw_only=True, tag="contact"):
    """The visitor leaves an address, so that the answer can come by mail."""

    id: Id
    contact: Contact
    lang: Annotated[str, Meta(max_length=35)] = ""


class Identifies(Struct, frozen=True, kw_only=True, tag="identify"):
    """A signed-in user was the anonymous visitor `v` before; `s` is that session's signature over the new visitor's id."""

    v: Annotated[str, Meta(max_length=23)]
    u: int
    s: Annotated[str, Meta(max_length=64)]
    n: int = 0


Delivery = Message | Writes | Seen | Leaves | Identifies
