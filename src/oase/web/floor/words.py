"""What the floor says: states, paces, what is missing."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from oase.desk.floor import Unreached
from oase.kernel.i18n import Message, Translator, message

PACES: Final[Mapping[str, Message]] = {
    "live": message("Live"),
    "messaging": message("Messenger"),
    "mail": message("Mail"),
}
PACE_ICONS: Final[Mapping[str, str]] = {"live": "message-circle", "messaging": "messages", "mail": "mail"}
REASONS: Final[Mapping[str, Message]] = {"no_answer": message("did not answer an offer")}
"""Reasons that the desk itself gives."""


def missing(one: Unreached, reader: Translator, teams: Mapping[UUID, str], names: Mapping[UUID, str]) -> str:
    """What nobody on duty has, in a sentence; `names` are those of skills."""
    team = teams.get(one.team_id, "") if one.team_id else ""
    if one.skills:
        marks = "“%s”" if reader.language == "en" else "„%s“"
        skills = reader.listed([marks % name for name in sorted(names.get(skill, "?") for skill in one.skills)])
        if team:
            return reader.text(message("Nobody of %(team)s who is on duty can do %(skills)s.", team=team, skills=skills))
        return reader.text(message("Nobody on duty can do %(skills)s.", skills=skills))
    if team and not one.anybody:
        return reader.text(message("Nobody of %(team)s is on duty.", team=team))
    return reader.text(message("Nobody is on duty."))
