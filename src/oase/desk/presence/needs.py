"""Which conversations need a skill: decided by what they are, never by hand."""

from collections.abc import Collection
from typing import Final

from oase.conversations import facts_of, last_words, waiting_ids
from oase.conversations.conditions import Facts
from oase.desk.language import language_of
from oase.kernel.db import UnitOfWork
from oase.staff import Skill

_LOOKED_AT: Final = 2_000


def takes(skill: Skill, *, channel: str, tags: Collection[str], language: str) -> bool:
    """Whether a conversation needs the skill: by its channel, by a tag that is called like it or like its code, or by the language in
    which the customer writes ("": not known)."""
    if skill.kind == "language":
        return bool(language) and skill.code == language
    if skill.kind == "channel":
        return skill.code == channel
    return not {skill.name.casefold(), skill.code.casefold()}.isdisjoint(tag.casefold() for tag in tags)


async def needing(work: UnitOfWork, skill: Skill) -> list[Facts]:
    """What waits for somebody with the skill, the oldest first. Three queries; of the first 2,000 unsolved conversations."""
    known = await facts_of(work, await waiting_ids(work, None, _LOOKED_AT))
    waiting = [one for one in known.values() if one.state == "open" and one.waiting_since is not None]
    words = await last_words(work, [one.id for one in waiting]) if skill.kind == "language" else {}

    def language(one: Facts) -> str:
        return (language_of(words[one.id].text) if one.id in words else "") or one.person_language

    found = [one for one in waiting if takes(skill, channel=one.channel, tags=one.tags, language=language(one))]
    return sorted(found, key=lambda one: (one.waiting_since or one.created_at, one.id))
