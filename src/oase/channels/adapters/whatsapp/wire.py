"""The shapes of WhatsApp's webhooks, as far as we read them; what is not named here is ignored.

Items are kept raw until their turn, so that one that cannot be read costs no other. Ids may come as numbers.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference (read 2026-08)
"""

from msgspec import Raw, Struct, field

Id = str | int
Number = float | int | str


class Payload(Struct):
    """A whole delivery."""

    object: str
    entry: list[Raw]


class Entry(Struct):
    """What happened in one WhatsApp Business account."""

    id: Id = ""
    time: Number | None = None
    changes: list[Raw] = []


class Change(Struct):
    """One change; `field` is the subscription it belongs to."""

    field: str
    value: Raw = Raw(b"{}")


class Metadata(Struct):
    """Which of our numbers it is about."""

    phone_number_id: Id = ""
    display_phone_number: str | None = None


class Value(Struct):
    """The value of a change of the field `messages`, and of others that concern one of our numbers.

    `message_echoes`: what our side wrote with the WhatsApp Business app or a linked device.
    """

    metadata: Metadata | None = None
    contacts: list[Raw] = []
    messages: list[Raw] = []
    message_echoes: list[Raw] = []
    statuses: list[Raw] = []
    errors: list[Raw] = []


class Profile(Struct):
    """What a person calls themselves."""

    name: str | None = None
    username: str | None = None


class Contact(Struct):
    """A person in a delivery. `user_id` is the business-scoped id (BSUID)."""

    profile: Profile | None = None
    wa_id: Id | None = None
    user_id: Id | None = None
    parent_user_id: Id | None = None


class ErrorData(Struct):
    """More about an error."""

    details: str | None = None


class Error(Struct):
    """An error inside a webhook."""

    code: int = 0
    title: str | None = None
    message: str | None = None
    error_data: ErrorData | None = None


class Text(Struct):
    """A text."""

    body: str


class File(Struct):
    """An image, video, audio, document or sticker. `animated` with stickers, `voice` with audio."""

    id: Id
    mime_type: str = "application/octet-stream"
    caption: str | None = None
    filename: str | None = None
    voice: bool = False
    animated: bool = False


class Location(Struct):
    """A place."""

    latitude: Number
    longitude: Number
    name: str | None = None
    address: str | None = None
    url: str | None = None


class Button(Struct):
    """A quick-reply button of a template was pressed."""

    text: str
    payload: str | None = None


class Chosen(Struct):
    """A reply button or a row of a list was chosen."""

    id: Id
    title: str = ""
    description: str | None = None


class Form(Struct):
    """A flow was filled in. `response_json` is JSON in a string."""

    name: str | None = None
    body: str | None = None
    response_json: str | None = None


class Interactive(Struct):
    """A reply to something interactive."""

    type: str = ""
    button_reply: Chosen | None = None
    list_reply: Chosen | None = None
    nfm_reply: Form | None = None


class Reaction(Struct):
    """A reaction; without emoji it is taken back."""

    message_id: str
    emoji: str | None = None


class Item(Struct):
    """One line of an order."""

    product_retailer_id: Id
    quantity: Number = 1
    item_price: Number | None = None
    currency: str | None = None


class Order(Struct):
    """An order from the catalogue."""

    product_items: list[Item]
    catalog_id: Id = ""
    text: str | None = None


class System(Struct):
    """Something about the person: a new number, a new BSUID, a new key."""

    type: str = ""
    body: str | None = None
    customer: Id | None = None
    wa_id: Id | None = None
    new_wa_id: Id | None = None
    user_id: Id | None = None
    previous_user_id: Id | None = None


class Product(Struct):
    """A product of the catalogue that is asked about."""

    catalog_id: Id = ""
    product_retailer_id: Id = ""


class Context(Struct):
    """What a message refers to."""

    id: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    referred_product: Product | None = None


class Changed(Struct):
    """An edit or a revocation: the message it is about, and for an edit its new content."""

    original_message_id: str
    message: Raw = Raw(b"")


class Message(Struct):
    """One message. Exactly one of the kinds is set, named by `type`."""

    id: str
    type: str = "unknown"
    timestamp: Number | None = None
    from_: Id | None = field(default=None, name="from")
    from_user_id: Id | None = None
    to: Id | None = None
    to_user_id: Id | None = None
    group_id: Id | None = None
    context: Context | None = None
    errors: list[Error] = []
    referral: dict[str, object] | None = None
    text: Text | None = None
    image: File | None = None
    audio: File | None = None
    video: File | None = None
    document: File | None = None
    sticker: File | None = None
    location: Location | None = None
    contacts: list[dict[str, object]] | None = None
    button: Button | None = None
    interactive: Interactive | None = None
    reaction: Reaction | None = None
    order: Order | None = None
    system: System | None = None
    edit: Changed | None = None
    revoke: Changed | None = None


class Inner(Message):
    """The message inside an edit, which has no id of its own."""

    id: str = ""


class Status(Struct):
    """What became of a message of ours."""

    id: str
    status: str
    timestamp: Number | None = None
    recipient_id: Id | None = None
    recipient_user_id: Id | None = None
    biz_opaque_callback_data: str | None = None
    errors: list[Error] = []
