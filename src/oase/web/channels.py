"""The channels that are installed, as pages show them."""

from collections.abc import Mapping

from oase.channels.contract import Manifest
from oase.channels.registry import all_adapters


def manifests() -> Mapping[str, Manifest]:
    """The manifest of every installed channel by its id."""
    return {channel: adapter.manifest for channel, adapter in all_adapters().items()}


def colors() -> bytes:
    """A style sheet with the colour of every channel: pages may not carry styles of their own."""
    rules = [f".channel-{channel}{{--channel:{manifest.color}}}" for channel, manifest in manifests().items()]
    return "\n".join([*rules, ""]).encode()
