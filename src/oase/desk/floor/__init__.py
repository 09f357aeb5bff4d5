"""The floor: what a team lead sees of the whole desk at one look, and does about it.

lines, offers, presence, what nobody can do --floor_of (a constant number of queries)--> Floor --> page, wallboard, API
lead --give--> conversations.assign      --whisper--> a note that only one agent reads, once
"""

from oase.desk.floor.actions import close_wall, give, open_wall, read_whisper, whisper
from oase.desk.floor.errors import UnknownWall
from oase.desk.floor.queries import floor_of, kinds, wall_of, walls, whispers_to
from oase.desk.floor.rules import RISK
from oase.desk.floor.types import Colleague, Floor, Given, Mate, Queue, Totals, Unreached, Wall, WallHolder, Whisper

__all__ = [
    "RISK",
    "Colleague",
    "Floor",
    "Given",
    "Mate",
    "Queue",
    "Totals",
    "UnknownWall",
    "Unreached",
    "Wall",
    "WallHolder",
    "Whisper",
    "close_wall",
    "floor_of",
    "give",
    "kinds",
    "open_wall",
    "read_whisper",
    "wall_of",
    "walls",
    "whisper",
    "whispers_to",
]
