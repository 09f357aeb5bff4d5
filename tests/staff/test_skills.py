"""Skills are named, given with a level, and deleted."""

import pytest

from oase import staff
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id
from oase.staff import NameTaken, UnknownAgent, UnknownSkill

from .conftest import Company


async def test_skills_are_listed_by_kind_and_name_and_held_with_levels(company: Company) -> None:
    async with company.work() as work:
        ebikes = await staff.save_skill(work, kind="product", name="E-Räder", code="e-rad")
        turkish = await staff.save_skill(work, kind="language", name="Türkisch", code=" TR ")
        assert await staff.list_skills(work) == [turkish, ebikes] and turkish.code == "tr"
        await staff.set_skills(work, company.ayse, {turkish.id: 5, ebikes.id: 2})
        await staff.set_skills(work, company.joerg, {ebikes.id: 4})
        assert await staff.skills_held(work) == {company.ayse: {turkish.id: 5, ebikes.id: 2}, company.joerg: {ebikes.id: 4}}
        await staff.set_skills(work, company.ayse, {turkish.id: 5})
        assert await staff.skills_of(work, company.ayse) == {turkish.id: 5}


async def test_a_changed_skill_stays_of_its_kind(company: Company) -> None:
    async with company.work() as work:
        skill = await staff.save_skill(work, kind="language", name="Türkisch", code="tr")
        again = await staff.save_skill(work, kind="own", name="Türkçe", code="tr", skill_id=skill.id)
        assert again.kind == "language" and await staff.list_skills(work) == [again]


async def test_what_cannot_be_is_refused(company: Company) -> None:
    async with company.work() as work:
        skill = await staff.save_skill(work, kind="language", name="Türkisch", code="tr")
        for levels in ({skill.id: 0}, {skill.id: 6}):
            with pytest.raises(Invalid):
                await staff.set_skills(work, company.ayse, levels)
        with pytest.raises(UnknownSkill):
            await staff.set_skills(work, company.ayse, {new_id(): 3})
        with pytest.raises(UnknownAgent):
            await staff.set_skills(work, new_id(), {skill.id: 3})
        with pytest.raises(UnknownSkill):
            await staff.delete_skill(work, new_id())
        with pytest.raises(Invalid):
            await staff.save_skill(work, kind="language", name="Irgendwas")
        with pytest.raises(Invalid):
            await staff.save_skill(work, kind="magic", name="Irgendwas")  # type: ignore[arg-type]


async def test_two_skills_do_not_share_a_name_or_what_asks_for_them(company: Company) -> None:
    for name, code in (("Türkisch", "az"), ("Türkçe", "tr")):
        with pytest.raises(NameTaken):
            async with company.work() as work:
                await staff.save_skill(work, kind="language", name="Türkisch", code="tr")
                await staff.save_skill(work, kind="language", name=name, code=code)
