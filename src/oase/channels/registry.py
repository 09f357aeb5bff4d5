"""Finds the adapters that are installed, by the entry point group `oase.channels`.

A third party's adapter is a package with such an entry point; its module or object gives one `Adapter`.
"""

from functools import cache
from importlib.metadata import entry_points

from oase.channels.contract import Adapter
from oase.kernel.errors import NotFound


@cache
def adapters() -> dict[str, Adapter]:
    """All installed adapters by the id of their channel, in the order of their ids."""
    found: dict[str, Adapter] = {}
    for point in sorted(entry_points(group="oase.channels"), key=lambda point: point.name):
        adapter = point.load()
        if not isinstance(adapter, Adapter):
            raise TypeError(f"The entry point {point.value} gives no oase.channels Adapter.")
        if adapter.manifest.id != point.name:
            raise TypeError(f"The adapter behind {point.value} calls itself {adapter.manifest.id!r}, not {point.name!r}.")
        found[point.name] = adapter
    return found


def adapter(channel: str) -> Adapter:
    """The adapter of a channel; raises NotFound with the channel's id."""
    try:
        return adapters()[channel]
    except KeyError:
        raise NotFound(f"There is no channel called {channel!r} in this installation.") from None
