"""What WordPress is, as data. A comment holds 65,525 bytes (wp_get_comment_fields_max_lengths, WordPress 6.1)."""

from oase.channels.adapters.wordpress.guide import GUIDE
from oase.channels.contract import Capability, Limits, Manifest, Public, Setting, Words

SETTINGS = (
    Setting(
        name="url",
        kind="url",
        label=Words("Address of the blog", "Adresse des Blogs"),
        help=Words(
            "As visitors see its start page, for example https://www.example.com/blog/.",
            "Wie Besucher die Startseite sehen, zum Beispiel https://www.example.com/blog/.",
        ),
    ),
    Setting(
        name="user",
        label=Words("User name", "Benutzername"),
        help=Words(
            "Of a user with the role Editor; answers appear under its display name.",
            "Eines Benutzers mit der Rolle Redakteur; Antworten erscheinen unter seinem öffentlichen Namen.",
        ),
    ),
    Setting(
        name="password",
        kind="secret",
        label=Words("Application password", "Anwendungspasswort"),
        help=Words(
            "24 letters and digits from the user's profile in WordPress, not the password of the sign-in.",
            "24 Buchstaben und Ziffern aus dem Profil des Benutzers in WordPress, nicht das Passwort der Anmeldung.",
        ),
    ),
    Setting(
        name="spam",
        kind="boolean",
        required=False,
        default=False,
        label=Words("Spam as well", "Auch Spam"),
        help=Words(
            "Takes in what WordPress or Akismet has sorted out; usually nobody wants that.",
            "Nimmt auf, was WordPress oder Akismet aussortiert haben; meistens will das niemand.",
        ),
    ),
)

_LIMITS = Limits(text_length=10_000)

PUBLIC = Public(
    name=Words("WordPress comments", "WordPress-Kommentare"),
    icon="brand-wordpress",
    readers=Words("everybody who reads the article", "alle, die den Artikel lesen"),
    capabilities=frozenset({Capability.TEXT, Capability.REPLY}),
    incoming=frozenset({Capability.TEXT, Capability.HTML, Capability.REPLY, Capability.EDIT, Capability.ELSEWHERE}),
    limits=_LIMITS,
    acts=frozenset({"hide", "show", "delete"}),
    pace="mail",
)

MANIFEST = Manifest(
    id="wordpress",
    name=Words("WordPress", "WordPress"),
    icon="brand-wordpress",
    color="#21759b",
    identity="commenter",
    pace="mail",
    wire="http",
    capabilities=frozenset(),
    limits=_LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    public=PUBLIC,
    polls=True,
)
