"""Channels as the inbox shows them: from their manifests, never by name."""

from functools import lru_cache
from typing import Final

from oase.kernel.i18n import Language, Translator
from oase.web.channels import manifests
from oase.web.inbox.views import Mark

_KIND_ICONS: Final = {"email": "mail", "phone": "phone", "visitor": "message-circle"}


def mark(channel: str, reader: Translator, *, public: bool = False) -> Mark:
    """Colour, icon and name of a channel, or of its public side; a plain one for a channel that is not installed any more."""
    return _mark(channel, reader.language, public)


@lru_cache(maxsize=400)
def _mark(channel: str, language: Language, public: bool) -> Mark:
    manifest = manifests().get(channel)
    if manifest is None:
        return Mark(id=channel, icon="plug", name=channel)
    side = manifest.side(public)
    return Mark(id=channel, icon=side.icon, name=side.name.de if language == "de" else side.name.en)


def address_icon(kind: str) -> str:
    """The icon of a kind of address."""
    return _KIND_ICONS.get(kind, "at")
