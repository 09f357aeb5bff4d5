"""The settings of a page's channels: its Messenger and comments, and those of the Instagram account that is linked to it."""

from typing import Final

from oase.channels.contract import Setting, Words
from oase.channels.families.meta.graph import GRAPH_ADDRESS

PAGE_SETTINGS: Final = (
    Setting(
        name="app_id",
        label=Words("App ID", "App-ID"),
        help=Words(
            "Meta for Developers, your app, App settings, Basic.",
            "Meta for Developers, Ihre App, App-Einstellungen, Allgemeines.",
        ),
    ),
    Setting(
        name="app_secret",
        kind="secret",
        label=Words("App secret", "App-Geheimcode"),
        help=Words(
            "On the same page. With it Oase checks that a delivery comes from Meta, and registers the webhook.",
            "Auf derselben Seite. Damit prüft Oase, ob Lieferungen von Meta kommen, und meldet den Webhook an.",
        ),
    ),
    Setting(
        name="access_token",
        kind="secret",
        label=Words("Page access token", "Seiten-Zugriffsschlüssel"),
        help=Words(
            "Of the page, made with a system user's token so that it does not expire: step 4 of the guide.",
            "Der Seite, mit dem Schlüssel eines Systembenutzers erzeugt, damit er nicht abläuft: Schritt 4 der Anleitung.",
        ),
    ),
    Setting(
        name="verify_token",
        kind="secret",
        generated=True,
        label=Words("Verify token", "Bestätigungstoken"),
        help=Words(
            "Oase hands it to Meta by itself. You need it only if you enter the webhook by hand.",
            "Oase gibt ihn von selbst an Meta. Sie brauchen ihn nur, wenn Sie den Webhook von Hand eintragen.",
        ),
    ),
    Setting(
        name="human_agent",
        kind="boolean",
        required=False,
        default=False,
        label=Words("People answer within seven days", "Menschen antworten innerhalb von sieben Tagen"),
        help=Words(
            "Switch it on once Meta has granted the feature Human Agent to your app: people may then answer for seven days after "
            "the customer's last message instead of 24 hours. Automatic answers keep to 24 hours.",
            "Einschalten, sobald Meta Ihrer App die Funktion Human Agent gewährt hat: Menschen dürfen dann sieben Tage statt 24 "
            "Stunden nach der letzten Nachricht des Kunden antworten. Für automatische Antworten bleibt es bei 24 Stunden.",
        ),
    ),
    GRAPH_ADDRESS,
)
"""What both need beside the ids: the application, the page's token, how long people may answer."""
