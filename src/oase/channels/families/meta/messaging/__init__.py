"""The Messenger platform, which carries Messenger and Instagram's direct messages; pages and their accounts.

in: `reading` (-> `content`) of one item · out: `writing`, `replies`, `errors` · `files` (download) · `settings`, `setup`
"""

from oase.channels.families.meta.messaging.content import media_of
from oase.channels.families.meta.messaging.delivery import ReadChange, read_delivery
from oase.channels.families.meta.messaging.errors import meaning_of
from oase.channels.families.meta.messaging.files import fetch
from oase.channels.families.meta.messaging.people import whois
from oase.channels.families.meta.messaging.place import Place, app_id, person, program
from oase.channels.families.meta.messaging.reading import Scene, messaging_events
from oase.channels.families.meta.messaging.replies import accepted, harmless_twice, is_act
from oase.channels.families.meta.messaging.settings import PAGE_SETTINGS
from oase.channels.families.meta.messaging.setup import Found, Setup
from oase.channels.families.meta.messaging.writing import Writer, page, recipient

__all__ = [
    "PAGE_SETTINGS",
    "Found",
    "Place",
    "ReadChange",
    "Scene",
    "Setup",
    "Writer",
    "accepted",
    "app_id",
    "fetch",
    "harmless_twice",
    "is_act",
    "meaning_of",
    "media_of",
    "messaging_events",
    "page",
    "person",
    "program",
    "read_delivery",
    "recipient",
    "whois",
]
