"""Finds the adapters that are installed, by the entry point group `oase.channels`.

A third party's adapter is a package with such an entry point, which leads to one `Adapter`.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from oase.channels.contract import Adapter
from oase.kernel.errors import NotFound


@cache
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group="oase.channels"), key=lambda point: point.name)}


@cache
def _load(channel: str) -> Adapter:
    point = _points()[channel]
    adapter = point.load()
    if not isinstance(adapter, Adapter):
        raise TypeError(f"The entry point {point.value} gives no oase.channels Adapter.")
    if adapter.manifest.id != channel:
        raise TypeError(f"The adapter behind {point.value} calls itself {adapter.manifest.id!r}, not {channel!r}.")
    return adapter


def adapter(channel: str) -> Adapter:
    """The adapter of a channel; raises NotFound with the channel's id."""
    if channel not in _points():
        raise NotFound(f"There is no channel called {channel!r} in this installation.")
    return _load(channel)


def installed(channel: str) -> bool:
    """Whether a channel is there; a third party's may have been taken out again, its accounts stay."""
    return channel in _points()


def all_adapters() -> dict[str, Adapter]:
    """All installed adapters by the id of their channel, in the order of their ids."""
    return {channel: _load(channel) for channel in _points()}
