"""What webmentions are, as data. Limits are our own: the Recommendation has none but those that protect who reads a page."""

from oase.channels.adapters.webmention.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Public, Setting, Words

SETTINGS = (
    Setting(
        name="pages",
        kind="lines",
        label=Words("Your pages", "Ihre Seiten"),
        help=Words(
            "Each on a line, such as https://www.example.com or https://www.example.com/blog. Mentions of whatever lies below are taken.",
            "Je Zeile eine, etwa https://www.example.com oder https://www.example.com/blog. Angenommen werden Erwähnungen von allem,"
            " was darunter liegt.",
        ),
    ),
)

_LIMITS = Limits(
    text_length=20_000,
    caption_length=20_000,
    files={
        Capability.IMAGE: FileRule(types=("image/jpeg", "image/png", "image/gif", "image/webp"), size_bytes=25_000_000),
        Capability.DOCUMENT: FileRule(size_bytes=25_000_000),
    },
    attachments_per_message=10,
)

PUBLIC = Public(
    name=Words("Websites that mention us", "Websites, die uns erwähnen"),
    icon="world-share",
    readers=Words("everybody who finds the page with your answer", "alle, die die Seite mit Ihrer Antwort finden"),
    capabilities=frozenset({Capability.TEXT, Capability.IMAGE, Capability.DOCUMENT, Capability.REPLY}),
    incoming=frozenset(
        {Capability.TEXT, Capability.HTML, Capability.IMAGE, Capability.REPLY, Capability.EDIT, Capability.DELETE}
    ),
    limits=_LIMITS,
    hosted=True,
    pace="mail",
)

MANIFEST = Manifest(
    id="webmention",
    name=Words("Webmention", "Webmention"),
    icon="world-share",
    color="#5b5bd6",
    identity="website",
    pace="mail",
    wire="http",
    webhook=True,
    points=True,
    by_status=True,
    safe_to_repeat=True,
    capabilities=frozenset(),
    limits=Limits(text_length=_LIMITS.text_length),
    settings=SETTINGS,
    guide=GUIDE,
    public=PUBLIC,
)
