"""What a feed is, as data."""

from oase.channels.adapters.feeds.guide import GUIDE
from oase.channels.contract import Capability, Limits, Manifest, Public, Setting, Words

SETTINGS = (
    Setting(
        name="url",
        kind="url",
        label=Words("Address of the feed", "Adresse des Feeds"),
        help=Words(
            "RSS, Atom or JSON Feed, for example https://www.example.com/blog/feed/.",
            "RSS, Atom oder JSON Feed, zum Beispiel https://www.example.com/blog/feed/.",
        ),
    ),
    Setting(
        name="comments",
        kind="boolean",
        required=False,
        default=True,
        label=Words("Comments as well", "Auch Kommentare"),
        help=Words(
            "Follows the comment feeds that the articles name (WordPress does so).",
            "Verfolgt die Kommentar-Feeds, die bei den Artikeln genannt sind (so bei WordPress).",
        ),
    ),
    Setting(
        name="minutes",
        kind="number",
        required=False,
        default=10,
        label=Words("Ask every … minutes", "Alle … Minuten fragen"),
        help=Words(
            "A feed that asks to be left alone longer (ttl, Retry-After) is left alone longer.",
            "Ein Feed, der um mehr Ruhe bittet (ttl, Retry-After), bekommt sie.",
        ),
    ),
)

_LIMITS = Limits(text_length=100_000)

PUBLIC = Public(
    name=Words("Blog", "Blog"),
    icon="rss",
    readers=Words("everybody who reads the feed's site", "alle, die die Seite des Feeds lesen"),
    capabilities=frozenset(),
    incoming=frozenset({Capability.TEXT, Capability.HTML, Capability.SUBJECT, Capability.REPLY, Capability.EDIT}),
    limits=_LIMITS,
    pace="mail",
)

MANIFEST = Manifest(
    id="feeds",
    name=Words("Feed", "Feed"),
    icon="rss",
    color="#ee802f",
    identity="feed_author",
    pace="mail",
    wire="http",
    capabilities=frozenset(),
    limits=_LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    public=PUBLIC,
    polls=True,
)
