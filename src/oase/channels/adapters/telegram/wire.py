"""The shapes of Telegram's updates, as far as we read them; what is not named here is ignored.

https://core.telegram.org/bots/api#getting-updates (Bot API 10.1, read 2026-08)
"""

from msgspec import Struct, field


class User(Struct):
    """A person, or a bot."""

    id: int
    first_name: str = ""
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False


class Chat(Struct):
    """Where something is said: "private", "group", "supergroup" or "channel"."""

    id: int
    type: str = "private"
    title: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Entity(Struct):
    """What a part of a text is. `offset` and `length` count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user: User | None = None


class File(Struct):
    """A file of any kind, and one size of a photo."""

    file_id: str
    width: int = 0
    height: int = 0
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int | None = None
    is_animated: bool = False  # of a sticker: Lottie
    is_video: bool = False  # of a sticker: WEBM
    emoji: str | None = None  # of a sticker
    title: str | None = None  # of a piece of music
    performer: str | None = None


class Location(Struct):
    """A place; with `live_period` (seconds) one that moves."""

    latitude: float
    longitude: float
    live_period: int | None = None


class Venue(Struct):
    """A place with a name."""

    location: Location
    title: str = ""
    address: str = ""


class Contact(Struct):
    """A contact card. `user_id` is the card owner's id on Telegram, where it has one."""

    phone_number: str
    first_name: str = ""
    last_name: str | None = None
    user_id: int | None = None
    vcard: str | None = None


class Option(Struct):
    """One answer of a poll, or one task of a checklist."""

    text: str = ""


class Poll(Struct):
    """A poll."""

    question: str
    options: list[Option] = []


class Checklist(Struct):
    """A list of tasks."""

    title: str = ""
    tasks: list[Option] = []


class Dice(Struct):
    """An emoji with a random value."""

    emoji: str
    value: int


class Game(Struct):
    """A game."""

    title: str = ""


class Quote(Struct):
    """The part of a message that is answered."""

    text: str = ""


class Origin(Struct):
    """Who wrote a forwarded message first."""

    type: str = ""
    sender_user: User | None = None
    sender_user_name: str | None = None
    sender_chat: Chat | None = None
    chat: Chat | None = None


class Button(Struct):
    """A button below a message."""

    text: str = ""
    callback_data: str | None = None


class Keyboard(Struct):
    """The buttons below a message."""

    inline_keyboard: list[list[Button]] = []


class WebAppData(Struct):
    """What a web app sent."""

    data: str = ""
    button_text: str = ""


class Answered(Struct):
    """The message that is answered, as far as it counts."""

    message_id: int
    from_: User | None = field(default=None, name="from")


class Message(Struct):
    """One message. `date` 0 stands for one that is no longer accessible."""

    message_id: int
    chat: Chat
    date: int = 0
    edit_date: int | None = None
    from_: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None
    sender_business_bot: User | None = None
    business_connection_id: str | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    media_group_id: str | None = None
    reply_to_message: Answered | None = None
    external_reply: dict[str, object] | None = None
    quote: Quote | None = None
    forward_origin: Origin | None = None
    via_bot: User | None = None
    text: str | None = None
    entities: list[Entity] = []
    caption: str | None = None
    caption_entities: list[Entity] = []
    photo: list[File] | None = None
    live_photo: File | None = None
    animation: File | None = None
    audio: File | None = None
    document: File | None = None
    sticker: File | None = None
    video: File | None = None
    video_note: File | None = None
    voice: File | None = None
    contact: Contact | None = None
    dice: Dice | None = None
    game: Game | None = None
    poll: Poll | None = None
    checklist: Checklist | None = None
    venue: Venue | None = None
    location: Location | None = None
    rich_message: dict[str, object] | None = None
    web_app_data: WebAppData | None = None
    reply_markup: Keyboard | None = None


class Callback(Struct):
    """A button below a message of ours was pressed."""

    id: str
    from_: User = field(name="from")
    message: Message | None = None
    data: str | None = None


class ReactionType(Struct):
    """A reaction: an emoji, a custom emoji, or a paid star."""

    type: str
    emoji: str | None = None


class Reaction(Struct):
    """Somebody changed their reaction to a message."""

    chat: Chat
    message_id: int
    date: int
    user: User | None = None
    actor_chat: Chat | None = None
    new_reaction: list[ReactionType] = []


class Member(Struct):
    """What our bot is in a chat."""

    status: str


class Membership(Struct):
    """Our bot was blocked, unblocked, added, removed or given other rights."""

    chat: Chat
    from_: User = field(name="from")
    date: int
    old_chat_member: Member
    new_chat_member: Member


class Connection(Struct):
    """A Telegram Business account was connected to our bot, or disconnected."""

    id: str
    user: User
    date: int
    is_enabled: bool


class DeletedMessages(Struct):
    """Messages of a connected business account are gone."""

    business_connection_id: str
    chat: Chat
    message_ids: list[int]


class Update(Struct):
    """What every delivery has; beside it stands exactly one of the kinds."""

    update_id: int
