"""Which files a channel carries, as what writes to it shows it. Pure."""

from typing import Final

from msgspec import Struct

from oase.channels.contract import Capability, Manifest

_KINDS: Final = (Capability.DOCUMENT, Capability.IMAGE, Capability.VIDEO, Capability.AUDIO)
_AT_MOST: Final = 10


class Carried(Struct, frozen=True):
    """How many files at once, of which types (empty: any), and how large at most (0: as large as ours may be)."""

    files: int
    accepts: str
    size_bytes: int


def carried_by(manifest: Manifest) -> Carried:
    """What a channel carries; several go one after the other, or as links in the text."""
    limits, capabilities = manifest.limits, manifest.capabilities
    rules = [limits.files[kind] for kind in _KINDS if kind in limits.files]
    some = any(kind in capabilities for kind in _KINDS) or Capability.TEXT in capabilities
    types = sorted({kind for rule in rules for kind in rule.types})
    return Carried(
        _AT_MOST if some else 0,
        ",".join(types) if all(rule.types for rule in rules) else "",
        max((rule.size_bytes for rule in rules), default=0),
    )
