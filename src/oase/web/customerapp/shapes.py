"""What goes over the wire: requests and answers of the app's API, from which its description is made."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Id = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{8,64}$", description="made by the app, 8 to 64 letters and digits; the same when it tries again"
    ),
]


class NewSession(Struct, frozen=True, kw_only=True):
    """Who comes. Without `user` an anonymous customer."""

    user: Annotated[
        str, Meta(max_length=8_000, description="a JWT of the company's own server, HS256: sub, exp, name, email, phone")
    ] = ""
    puzzle: Annotated[str, Meta(max_length=200, description="of an answer 428, when very many customers come at once")] = ""
    answer: Annotated[str, Meta(max_length=20, description="the puzzle's solution")] = ""


class Session(Struct, frozen=True, kw_only=True):
    """A session. The token goes along with every further request: `Authorization: Bearer …`."""

    token: str
    expires_at: str
    signed_in: bool
    name: str = ""


class Limits(Struct, frozen=True, kw_only=True):
    """What a message may hold."""

    text_length: int
    files: bool
    file_size_bytes: int
    files_per_message: int


class About(Struct, frozen=True, kw_only=True):
    """What an app shows of the company, and whether somebody is there."""

    company: str
    color: str
    greeting: dict[str, str]
    open: bool
    limits: Limits
    push: bool
    push_key: str
    wait: Annotated[
        str, Meta(description="how long an answer takes now; empty: nothing is known", examples=["Replies within 7 minutes"])
    ]
    said: Annotated[str, Meta(description="the same for whoever has written", examples=["You will have our answer by 2:20 PM."])]
    by: Annotated[str, Meta(description="the moment by which nine of ten have their answer; empty: not known")]
    hours: Annotated[str, Meta(description="while nobody answers: when somebody does again, as a line")]
    opens_at: Annotated[str, Meta(description="the opening before which no answer comes; empty: the desk is open")]


class File(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of a message. The address lasts one to two weeks; a newer one comes with the message."""

    url: str
    name: str
    type: str
    size_bytes: int
    width: int = 0
    height: int = 0


class Choice(Struct, frozen=True, kw_only=True):
    """A quick reply that is offered."""

    id: str
    title: str


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """One message. `client` is the app's own id of a message that the customer sent."""

    id: str
    at: str
    from_: Literal["us", "visitor", "system"]
    text: str = ""
    name: str = ""
    avatar: str = ""
    files: list[File] = []
    choices: list[Choice] = []
    state: Literal["", "sent", "read"] = ""
    client: str = ""


class Page(Struct, frozen=True, kw_only=True):
    """Messages, oldest first. `before` asks for the page before them; empty: there is none."""

    messages: list[Message]
    before: str = ""


class Conversation(Struct, frozen=True, kw_only=True):
    """One conversation."""

    id: str
    state: Literal["open", "closed"]
    began_at: str
    last_at: str
    last_text: str
    unread: int


class Conversations(Struct, frozen=True, kw_only=True):
    """The newest conversations first."""

    conversations: list[Conversation]


class Picked(Struct, frozen=True, kw_only=True):
    """The quick reply that was chosen; `message` is ours that offered it."""

    id: Annotated[str, Meta(max_length=300)]
    title: Annotated[str, Meta(max_length=300)]
    message: Annotated[str, Meta(max_length=300)] = ""


class NewMessage(Struct, frozen=True, kw_only=True):
    """What the customer says."""

    id: Id
    text: Annotated[str, Meta(max_length=10_000)] = ""
    files: Annotated[list[Annotated[str, Meta(max_length=3_000)]], Meta(max_length=10, description="references of uploads")] = []
    choice: Picked | None = None
    lang: Annotated[str, Meta(max_length=35)] = ""
    waited: Annotated[float, Meta(ge=0, description="seconds between typing and sending, when the phone had no network")] = 0.0


class Taken(Struct, frozen=True, kw_only=True):
    """It is kept for good."""

    id: str
    at: str


class Uploaded(Struct, frozen=True, kw_only=True):
    """A file that a message may name by `ref`, within 30 days."""

    ref: str
    url: str


class Typing(Struct, frozen=True, kw_only=True):
    """The customer types, or no longer."""

    on: bool


class Read(Struct, frozen=True, kw_only=True):
    """The customer has everything up to our message `message`. An app that is open confirms "delivered" at once, else a push goes out."""

    message: Annotated[str, Meta(min_length=1, max_length=100)]
    state: Literal["delivered", "read"] = "read"


class Unread(Struct, frozen=True, kw_only=True):
    """How many answers the customer has not read."""

    unread: int


class WebPushKeys(Struct, frozen=True, kw_only=True):
    """As `PushSubscription.toJSON()` gives them."""

    p256dh: Annotated[str, Meta(max_length=200)]
    auth: Annotated[str, Meta(max_length=100)]


class WebPush(Struct, frozen=True, kw_only=True, tag="webpush", tag_field="kind"):
    """A browser, or an app made of web pages."""

    endpoint: Annotated[str, Meta(max_length=2_000)]
    keys: WebPushKeys
    lang: Annotated[str, Meta(max_length=35)] = "en"


class Fcm(Struct, frozen=True, kw_only=True, tag="fcm", tag_field="kind"):
    """An app on Android or iOS, by its registration token of Firebase Cloud Messaging."""

    token: Annotated[str, Meta(max_length=4_000)]
    lang: Annotated[str, Meta(max_length=35)] = "en"


class Apns(Struct, frozen=True, kw_only=True, tag="apns", tag_field="kind"):
    """An app on iPhone, iPad or Mac, by its device token of Apple's push service, in hexadecimal: without Firebase."""

    token: Annotated[str, Meta(max_length=400)]
    lang: Annotated[str, Meta(max_length=35)] = "en"


NewDevice = WebPush | Fcm | Apns


class Registered(Struct, frozen=True, kw_only=True):
    """A device that is told of answers while the app is closed."""

    id: str


class Problem(Struct, frozen=True, kw_only=True):
    """Why not: a word for the program, a sentence for its developer."""

    error: str
    why: str = ""
