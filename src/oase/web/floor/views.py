"""What the templates of the floor are given beside it: names, marks of channels, words."""

from typing import Any, Final

from oase.conversations import lines
from oase.desk.floor import Floor
from oase.desk.presence import STATE_NAMES
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator
from oase.staff import list_skills
from oase.web.directory import Staff
from oase.web.floor.words import PACE_ICONS, PACES, REASONS, missing
from oase.web.inbox.marks import mark
from oase.web.moments import wait_text

TROUBLES_SHOWN: Final = 4
PLACES: Final = ("online", "busy", "break", "away")


async def shown(work: UnitOfWork, floor: Floor, reader: Translator, staff: Staff) -> dict[str, Any]:
    """The arguments of `floor/body.html` and `floor/board.html`. One query where nobody can do something, none otherwise."""
    skills = {one.id: one.name for one in await list_skills(work)} if floor.unreached else {}
    teams = staff.team_names

    def mark_of(one: lines.InLine) -> Any:
        return mark(one.channel, reader, public=one.public)

    def reason_of(reason: str) -> str:
        return reader.text(REASONS.get(reason, reason))

    return {
        "floor": floor,
        "worst": sorted(floor.queues, key=lambda one: (-one.over, -one.soon, -one.count)),
        "by_room": sorted(floor.crew, key=lambda one: (PLACES.index(one.state), one.load)),
        "now": floor.at,
        "agents": staff.agent_names,
        "teams": teams,
        "mark_of": mark_of,
        "reason_of": reason_of,
        "wait": lambda since: wait_text(reader, since, floor.at),
        "troubles": [(missing(one, reader, teams, skills), one) for one in floor.unreached[:TROUBLES_SHOWN]],
        "more_troubles": sum(one.count for one in floor.unreached[TROUBLES_SHOWN:]),
        "out_of_reach": sum(one.count for one in floor.unreached),
        "states": {name: reader.text(text) for name, text in STATE_NAMES.items()},
        "paces": {name: reader.text(text) for name, text in PACES.items()},
        "pace_icons": PACE_ICONS,
    }
