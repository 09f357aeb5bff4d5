"""All tables of all slices together: imported by migrations and tests only."""

from importlib import import_module

from sqlalchemy import MetaData

from oase.kernel.schema import metadata

_OWNERS = ("kernel", "staff", "channels", "people", "conversations", "desk", "desk.automations", "insights", "web.api")


def all_tables() -> MetaData:
    """The metadata with every slice's tables loaded."""
    for owner in _OWNERS:
        try:
            import_module(f"oase.{owner}.tables")
        except ModuleNotFoundError as error:
            if not f"oase.{owner}.tables".startswith(error.name or "?"):
                raise
    return metadata
