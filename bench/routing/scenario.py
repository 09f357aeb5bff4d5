"""Scenarios: what a week brings, as files. Those of the folder are run by name."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.routing.world import Worker, World, roster

_FOLDER = Path(__file__).parent / "scenarios"
NAMES = ["base", *sorted(one.stem for one in _FOLDER.glob("*.toml") if one.stem != "base")]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world, and at which loads it is lived in."""

    name: str
    says: str
    loads: tuple[float, ...]
    world: World

    def at(self, load: float) -> World:
        """The world at a load."""
        return replace(self.world, load=load)

    def workers(self) -> list[Worker]:
        """Who works in it."""
        return roster(self.world.size, self.world.speakers)


def scenario(name: str) -> Scenario:
    """A scenario of the folder; a field that no world has is an error."""
    given: dict[str, Any] = tomllib.loads((_FOLDER / f"{name}.toml").read_text())
    return Scenario(name, given["says"], tuple(given.get("loads", [0.95])), World(**given.get("world", {})))
