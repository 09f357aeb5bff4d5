"""Agents are invited, changed, given roles, deactivated; teams and roles of a workspace's own."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from oase import staff
from oase.kernel.errors import Conflict, Forbidden, Invalid
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Secret
from oase.staff import (
    Invitation,
    LastAdministrator,
    LinkRefused,
    Mail,
    NameTaken,
    Preferences,
    Profile,
    SignInRefused,
    UnknownAgent,
    UnknownRole,
    UnknownTeam,
)

from .conftest import EVERYTHING, IDLE, PASSWORD, URL, Company, rights
from .test_passwords import token_in


async def invite(company: Company, *, role: str = "agent", name: str = "Björn Ångström", email: str = "") -> tuple[UUID, Mail]:
    roles = (await company.role(role),)
    async with company.work() as work:
        given = Invitation(name=name, email=email or company.email("bjoern"), language="de", roles=roles)
        return await staff.invite(work, given, held=EVERYTHING, url=URL)


async def accept(company: Company, mail: Mail, password: Secret = PASSWORD) -> staff.NewSession:
    token = token_in(mail, staff.INVITATION_PATH)
    return await staff.accept_invitation(company.database, token=token, name="Björn Å.", password=password, visit=company.visit)


# invitations


async def test_an_invited_agent_chooses_a_password_and_is_in(company: Company) -> None:
    agent_id, mail = await invite(company)
    assert (mail.to, mail.subject) == (company.email("bjoern"), "Ihre Einladung zu „Müller & Söhne“")
    assert "Zoë Schäfer lädt Sie ein, in „Müller & Söhne“ mitzuarbeiten." in mail.text
    viewer = await company.who(await accept(company, mail))
    assert viewer is not None
    assert (viewer.agent_id, viewer.name, viewer.role) == (agent_id, "Björn Å.", "agent")
    async with company.work() as work:
        assert (await staff.find_agent(work, agent_id)).state == "active"


async def test_an_invited_agent_cannot_sign_in_before(company: Company) -> None:
    await invite(company)
    with pytest.raises(SignInRefused):
        await company.sign_in("bjoern", Secret(""))


async def test_an_invitation_works_once_and_for_a_week(company: Company) -> None:
    _, mail = await invite(company)
    await accept(company, mail)
    with pytest.raises(LinkRefused):
        await accept(company, mail)
    _, late = await invite(company, email=company.email("spaet"))
    company.clock.advance(timedelta(days=7))
    with pytest.raises(LinkRefused):
        await accept(company, late)


async def test_a_new_invitation_replaces_the_earlier_one(company: Company) -> None:
    agent_id, first = await invite(company)
    async with company.work() as work:
        with pytest.raises(Forbidden):
            await staff.invite_again(work, agent_id, held=frozenset({Permission.STAFF_WRITE}), url=URL)
        second = await staff.invite_again(work, agent_id, held=EVERYTHING, url=URL)
    with pytest.raises(LinkRefused):
        await accept(company, first)
    await accept(company, second)
    async with company.work() as work:
        with pytest.raises(Conflict, match="has already joined"):
            await staff.invite_again(work, agent_id, held=EVERYTHING, url=URL)


async def test_an_address_is_used_once_in_a_workspace(company: Company) -> None:
    with pytest.raises(NameTaken, match="already in use"):
        await invite(company, email=company.email("zoe").upper())


async def test_nobody_invites_somebody_with_more_rights(company: Company) -> None:
    administrator = await company.role("administrator")
    async with company.work(company.joerg) as work:
        given = Invitation(name="Eve", email="eve@example.com", language="en", roles=(administrator,))
        with pytest.raises(Forbidden):
            await staff.invite(work, given, held=rights("team_lead") | {Permission.STAFF_WRITE}, url=URL)


async def test_an_invitation_to_an_unknown_role_is_refused(company: Company) -> None:
    async with company.work() as work:
        with pytest.raises(UnknownRole):
            await staff.invite(
                work, Invitation(name="E", email="e@e.example", language="en", roles=(new_id(),)), held=EVERYTHING, url=URL
            )


# changes


async def test_agents_change_what_they_say_about_themselves(company: Company) -> None:
    async with company.work() as work:
        await staff.change_profile(
            work, company.zoe, Profile(name=" Zoë  S. ", language="en", time_zone="Asia/Tokyo", signature="Grüße\nZoë\n")
        )
        await staff.change_preferences(work, company.zoe, Preferences(theme="dark", density="compact"))
        agent = await staff.find_agent(work, company.zoe)
    assert (agent.name, agent.language, agent.time_zone, agent.signature) == ("Zoë S.", "en", "Asia/Tokyo", "Grüße\nZoë")
    viewer = await company.who(await company.sign_in())
    assert viewer is not None
    assert (viewer.language, viewer.time_zone, viewer.preferences.theme, viewer.preferences.density) == (
        "en",
        "Asia/Tokyo",
        "dark",
        "compact",
    )


@pytest.mark.parametrize("profile", [Profile(name="\u202e"), Profile(time_zone="Mond/Mare")])
async def test_what_cannot_be_used_is_refused(company: Company, profile: Profile) -> None:
    async with company.work() as work:
        with pytest.raises(Invalid):
            await staff.change_profile(work, company.zoe, profile)


async def test_unknown_agents_are_said_to_be(company: Company) -> None:
    async with company.work() as work:
        with pytest.raises(UnknownAgent):
            await staff.find_agent(work, new_id())
        with pytest.raises(UnknownAgent):
            await staff.change_profile(work, new_id(), Profile(name="X"))
        with pytest.raises(UnknownAgent):
            await staff.change_profile(work, new_id(), Profile())


async def test_preferences_of_another_version_count_as_not_set(company: Company) -> None:
    async with company.work() as work:
        await work.run('UPDATE agent SET preferences = \'{"theme": "sepia"}\' WHERE workspace_id = %(workspace_id)s')
        assert (await staff.find_agent(work, company.zoe)).preferences == Preferences()


async def test_a_changed_address_is_the_one_to_sign_in_with(company: Company) -> None:
    async with company.work() as work:
        await staff.change_email(work, company.ayse, company.email("Ayse.Yilmaz"), held=EVERYTHING)
    assert (await company.sign_in("ayse.yilmaz")).agent_id == company.ayse


async def test_nobody_gets_at_the_account_of_somebody_with_more_rights(company: Company) -> None:
    held = rights("team_lead") | {Permission.STAFF_WRITE}
    async with company.work(company.joerg) as work:
        for act in (
            staff.change_email(work, company.zoe, "joerg@evil.example", held=held),
            staff.set_roles(work, company.zoe, [], held=held),
            staff.deactivate(work, company.zoe, held=held),
            staff.reset_second_factor(work, company.zoe, held=held),
        ):
            with pytest.raises(Forbidden):
                await act


async def test_roles_are_replaced(company: Company) -> None:
    lead = await company.role("team_lead")
    session = await company.sign_in("ayse")
    async with company.work() as work:
        await staff.set_roles(work, company.ayse, [lead], held=EVERYTHING)
    viewer = await company.who(session)
    assert viewer is not None
    assert (viewer.role, viewer.permissions) == ("team_lead", rights("team_lead"))


async def test_the_rights_of_several_roles_add_up(company: Company) -> None:
    async with company.work() as work:
        own = await staff.save_role(
            work, name="Prüfer", permissions=[Permission.AUDIT_READ, Permission.JOURNAL_READ], held=EVERYTHING
        )
    async with company.work() as work:
        await staff.set_roles(work, company.ayse, [await company.role("agent"), own], held=EVERYTHING)
    viewer = await company.who(await company.sign_in("ayse"))
    assert viewer is not None
    assert viewer.permissions == rights("agent") | {Permission.AUDIT_READ, Permission.JOURNAL_READ}


async def test_an_agent_keeps_at_least_one_role(company: Company) -> None:
    async with company.work() as work:
        with pytest.raises(Invalid, match="at least one role"):
            await staff.set_roles(work, company.ayse, [], held=EVERYTHING)


async def test_the_last_administrator_stays(company: Company) -> None:
    agent = await company.role("agent")
    async with company.work() as work:
        with pytest.raises(LastAdministrator):
            await staff.set_roles(work, company.zoe, [agent], held=EVERYTHING)
        with pytest.raises(LastAdministrator):
            await staff.deactivate(work, company.zoe, held=EVERYTHING)


async def test_of_two_administrators_who_leave_at_once_one_stays(company: Company) -> None:
    administrator, agent = await company.role("administrator"), await company.role("agent")
    async with company.work() as work:
        await staff.set_roles(work, company.joerg, [administrator], held=EVERYTHING)

    async def leave(agent_id: UUID) -> None:
        async with company.work() as work:
            await staff.set_roles(work, agent_id, [agent], held=EVERYTHING)

    outcomes = await asyncio.gather(leave(company.zoe), leave(company.joerg), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastAdministrator", "NoneType"]


async def test_a_deactivated_agent_is_not_listed_and_comes_back(company: Company) -> None:
    async with company.work() as work:
        await staff.deactivate(work, company.ayse, held=EVERYTHING)
        await staff.deactivate(work, company.ayse, held=EVERYTHING)
        assert [agent.name for agent in await staff.list_agents(work)] == ["Jörg Öztürk", "Zoë Schäfer"]
        assert len(await staff.list_agents(work, also_deactivated=True)) == 3
        await staff.reactivate(work, company.ayse, held=EVERYTHING)
    assert (await company.sign_in("ayse")).agent_id == company.ayse
    assert (await company.acts()).count("agent.deactivated") == 1


async def test_one_who_never_joined_comes_back_as_invited(company: Company) -> None:
    agent_id, mail = await invite(company)
    async with company.work() as work:
        await staff.deactivate(work, agent_id, held=EVERYTHING)
        await staff.reactivate(work, agent_id, held=EVERYTHING)
        assert (await staff.find_agent(work, agent_id)).state == "invited"
    with pytest.raises(LinkRefused):
        await accept(company, mail)


async def test_a_withdrawn_invitation_lets_nobody_in(company: Company) -> None:
    agent_id, mail = await invite(company)
    async with company.work() as work:
        await staff.withdraw_invitation(work, agent_id, held=EVERYTHING)
        with pytest.raises(Conflict, match="has already joined"):
            await staff.withdraw_invitation(work, company.ayse, held=EVERYTHING)
    with pytest.raises(LinkRefused):
        await accept(company, mail)


async def test_open_pages_of_an_ended_session_are_told(company: Company) -> None:
    session = await company.sign_in("ayse")
    async with company.work() as work:
        await staff.deactivate(work, company.ayse, held=EVERYTHING)
    async with company.work() as work:
        told = await work.tuples("SELECT key FROM live_event WHERE workspace_id = %(workspace_id)s AND topic = 'session'")
    assert told == [(session.session_id,)]


# roles of a workspace's own


async def test_the_four_roles_that_every_workspace_begins_with(company: Company) -> None:
    async with company.work() as work:
        roles = await staff.list_roles(work)
    assert [(role.key, role.permissions == rights(role.key)) for role in roles] == [
        ("administrator", True),
        ("team_lead", True),
        ("agent", True),
        ("viewer", True),
    ]


async def test_built_in_roles_cannot_be_changed(company: Company) -> None:
    viewer = await company.role("viewer")
    async with company.work() as work:
        with pytest.raises(Conflict):
            await staff.save_role(work, name="X", permissions=EVERYTHING, held=EVERYTHING, role_id=viewer)
        with pytest.raises(Conflict):
            await staff.delete_role(work, viewer, held=EVERYTHING)


async def test_nobody_makes_a_role_with_more_rights(company: Company) -> None:
    async with company.work() as work:
        with pytest.raises(Forbidden):
            await staff.save_role(work, name="Alles", permissions=EVERYTHING, held=rights("team_lead"))
        powerful = await staff.save_role(work, name="Alles", permissions=EVERYTHING, held=EVERYTHING)
        with pytest.raises(Forbidden):
            await staff.save_role(work, name="Alles", permissions=[], held=rights("team_lead"), role_id=powerful)


async def test_a_deleted_role_gives_nothing_any_more(company: Company) -> None:
    async with company.work() as work:
        own = await staff.save_role(work, name="Prüfer", permissions=[Permission.AUDIT_READ], held=EVERYTHING)
        await staff.set_roles(work, company.ayse, [own], held=EVERYTHING)
    session = await company.sign_in("ayse")
    async with company.work() as work:
        await staff.delete_role(work, own, held=EVERYTHING)
    viewer = await company.who(session)
    assert viewer is not None
    assert viewer.permissions == frozenset()


async def test_two_roles_do_not_have_one_name(company: Company) -> None:
    async with company.work() as work:
        with pytest.raises(NameTaken):
            await staff.save_role(work, name="Viewer", permissions=[], held=EVERYTHING)


# teams


async def test_teams_have_members_and_leads(company: Company) -> None:
    async with company.work() as work:
        team = await staff.save_team(
            work, name="Rückfragen", members=[company.zoe, company.ayse, new_id()], leads=[company.zoe, company.joerg]
        )
        (saved,) = await staff.list_teams(work)
        assert (saved.id, set(saved.members), saved.leads) == (team, {company.zoe, company.ayse}, (company.zoe,))
        assert (await staff.find_agent(work, company.ayse)).teams == (team,)
        await staff.save_team(work, name="Rückgaben", members=[company.joerg], team_id=team)
        (saved,) = await staff.list_teams(work)
        assert (saved.name, saved.members) == ("Rückgaben", (company.joerg,))


async def test_teams_are_deleted_and_their_members_stay(company: Company) -> None:
    async with company.work() as work:
        team = await staff.save_team(work, name="Kurz", members=[company.zoe])
        await staff.delete_team(work, team)
        assert await staff.list_teams(work) == []
        assert (await staff.find_agent(work, company.zoe)).teams == ()
        with pytest.raises(UnknownTeam):
            await staff.delete_team(work, team)
        with pytest.raises(UnknownTeam):
            await staff.save_team(work, name="Weg", members=[], team_id=team)


async def test_an_invited_agent_is_put_into_teams(company: Company) -> None:
    roles = (await company.role("agent"),)
    async with company.work() as work:
        team = await staff.save_team(work, name="Versand", members=[])
        given = Invitation(name="Ida", email=company.email("ida"), language="de", roles=roles, teams=(team, new_id()))
        agent_id, _ = await staff.invite(work, given, held=EVERYTHING, url=URL)
        assert (await staff.find_agent(work, agent_id)).teams == (team,)


# the workspace


async def test_a_workspace_changes_and_keeps_its_other_settings(company: Company) -> None:
    async with company.work() as work:
        await staff.change_workspace(work, name="Müller", language="en", time_zone="UTC", settings={"undo_seconds": 5})
        await staff.change_workspace(work, name="Müller KG", language="de", time_zone="Europe/Berlin", settings={"theme": "sand"})
        workspace = await staff.find_workspace(work)
    assert workspace is not None
    assert (workspace.name, workspace.settings) == ("Müller KG", {"undo_seconds": 5, "theme": "sand"})


async def test_one_workspace_sees_nothing_of_another(company: Company) -> None:
    async with company.database.work(new_id()) as work:
        assert await staff.find_workspace(work) is None
        assert await staff.list_agents(work) == []
        for table in (
            "workspace",
            "agent",
            "role",
            "agent_role",
            "team",
            "team_member",
            "agent_link",
            "agent_session",
            "api_token",
        ):
            assert await work.value(f"SELECT count(*) FROM {table}") == 0, table
    assert await staff.who(company.database, (await company.sign_in()).token, idle=IDLE) is not None
