"""The shapes of the Messenger platform's webhooks, as far as we read them; Instagram's direct messages have the same.

Items are kept raw until their turn, so that one that cannot be read costs no other. Ids may come as numbers.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events (read 2026-11)
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks (read 2026-11)
"""

from msgspec import Raw, Struct

Id = str | int
Number = float | int | str


class Payload(Struct):
    """A whole delivery."""

    object: str
    entry: list[Raw]


class Entry(Struct):
    """What happened on one page or Instagram account. `standby`: while another application answers the customer."""

    id: Id = ""
    time: Number | None = None
    messaging: list[Raw] = []
    standby: list[Raw] = []
    changes: list[Raw] = []


class Change(Struct):
    """One change; `field` is the subscription it belongs to."""

    field: str
    value: Raw = Raw(b"{}")


class Party(Struct, frozen=True):
    """A person (page-scoped or Instagram-scoped id), our page, or somebody known only by our website's reference."""

    id: Id = ""
    user_ref: Id = ""


class Coordinates(Struct):
    """A place on the map."""

    lat: Number
    long: Number


class Element(Struct):
    """One card of a template: a product, a link."""

    id: Id = ""
    title: str | None = None
    subtitle: str | None = None
    url: str | None = None
    item_url: str | None = None


class Product(Struct):
    """Products that the customer asks about."""

    elements: list[Element] = []


class Content(Struct):
    """What an attachment holds, by its type."""

    url: str | None = None
    title: str | None = None
    text: str | None = None
    sticker_id: Id | None = None
    coordinates: Coordinates | None = None
    template_type: str | None = None
    elements: list[Element] = []
    generic: Product | None = None
    product: Product | None = None


class Attachment(Struct):
    """A file, a share, a place, a template. Links of shares stand beside the payload or in it."""

    type: str = ""
    payload: Content | None = None
    title: str | None = None
    url: str | None = None


class QuickReply(Struct):
    """A quick reply was tapped."""

    payload: str = ""


class Story(Struct):
    """A story of ours that is answered (Instagram)."""

    id: Id = ""
    url: str | None = None


class ReplyTo(Struct):
    """What a message answers."""

    mid: str | None = None
    story: Story | None = None


class Message(Struct):
    """A message, or one of ours (`is_echo`). `metadata` is what we gave along when we sent it."""

    mid: str
    text: str | None = None
    attachments: list[Attachment] = []
    quick_reply: QuickReply | None = None
    reply_to: ReplyTo | None = None
    referral: Raw = Raw(b"")
    is_echo: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    app_id: Id | None = None
    metadata: str | None = None


class Postback(Struct):
    """A button was pressed: of a template, of the menu, *Get Started*, an ice breaker."""

    title: str | None = None
    payload: str | None = None
    mid: str | None = None
    referral: Raw = Raw(b"")


class Referral(Struct):
    """How somebody came into the dialogue: by a link (`ref`), an advertisement, a product."""

    ref: str | None = None
    source: str | None = None
    type: str | None = None


class Reaction(Struct):
    """A reaction to a message, or its withdrawal. `reaction` names it, `emoji` shows it."""

    mid: str
    action: str = "react"
    emoji: str | None = None
    reaction: str | None = None


class Read(Struct):
    """Everything until `watermark` was read (Messenger), or everything until message `mid` (Instagram)."""

    watermark: Number | None = None
    mid: str | None = None


class Delivery(Struct):
    """These messages were delivered, and everything until `watermark`."""

    watermark: Number | None = None
    mids: list[str] = []


class Edit(Struct):
    """A message has a new text."""

    mid: str
    text: str = ""


class Optin(Struct):
    """Somebody agreed to get messages: on our website (`ref`) or in the dialogue."""

    ref: str | None = None
    type: str | None = None
    title: str | None = None


class Handover(Struct):
    """Another application answers this customer now, or no longer does."""

    previous_owner_app_id: Id | None = None
    new_owner_app_id: Id | None = None
    requested_owner_app_id: Id | None = None


class Policy(Struct):
    """Meta takes steps against our page."""

    action: str = ""
    reason: str | None = None


class Item(Struct):
    """One item of `messaging` or `standby`. One of the kinds is set."""

    sender: Party = Party()
    recipient: Party = Party()
    timestamp: Number | None = None
    message: Message | None = None
    message_edit: Edit | None = None
    postback: Postback | None = None
    referral: Raw = Raw(b"")
    reaction: Reaction | None = None
    read: Read | None = None
    delivery: Delivery | None = None
    optin: Optin | None = None
    optout: Optin | None = None
    pass_thread_control: Handover | None = None
    take_thread_control: Handover | None = None
    request_thread_control: Handover | None = None
    app_roles: dict[str, list[str]] | None = None
    policy_enforcement: Policy | None = None
