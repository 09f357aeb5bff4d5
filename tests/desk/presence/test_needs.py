"""Which conversations need a skill."""

import pytest

from oase.desk.presence import takes
from oase.kernel.ids import new_id
from oase.staff import Skill, SkillKind


@pytest.mark.parametrize(
    ("kind", "name", "code", "needed"),
    [
        ("language", "Türkisch", "tr", True), ("language", "Deutsch", "de", False), ("channel", "WhatsApp", "whatsapp", True),
        ("channel", "E-Mail", "email", False), ("product", "Cargo", "lastenrad", True), ("product", "LASTENRAD", "", True),
        ("own", "Rahmenbau", "", False), ("own", "Rahmenbau", "rahmen", False),
    ],
)  # fmt: skip
def test_a_conversation_needs_what_its_language_channel_and_tags_ask_for(
    kind: SkillKind, name: str, code: str, needed: bool
) -> None:
    skill = Skill(id=new_id(), kind=kind, name=name, code=code)
    assert takes(skill, channel="whatsapp", tags=["Lastenrad", "Lob"], language="tr") is needed


def test_an_unknown_language_needs_nobody_in_particular() -> None:
    skill = Skill(id=new_id(), kind="language", name="Türkisch", code="tr")
    assert not takes(skill, channel="whatsapp", tags=[], language="")
