"""The app's deliveries are those of all visitors of our own server."""

from typing import ClassVar

from oase.channels.adapters.app.manifest import MANIFEST
from oase.channels.contract import Manifest
from oase.channels.families.visiting import Visiting


class App(Visiting):
    """The adapter of the company's own app."""

    manifest: ClassVar[Manifest] = MANIFEST
