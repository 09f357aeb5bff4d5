"""The widget's deliveries are those of all visitors of our own server."""

from typing import ClassVar

from oase.channels.adapters.webchat.manifest import MANIFEST
from oase.channels.contract import Manifest
from oase.channels.families.visiting import Visiting


class WebChat(Visiting):
    """The adapter of the widget."""

    manifest: ClassVar[Manifest] = MANIFEST
