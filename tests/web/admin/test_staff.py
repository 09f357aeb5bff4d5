"""Agents, roles, teams, tokens, webhooks, audit log: their forms, and what they refuse."""

from tests.web.admin.conftest import Company

PAGES = (
    "channels", "journal", "agents", "agents/new", "roles", "roles/new", "teams", "teams/new", "tokens", "tokens/new", "webhooks",
    "webhooks/new", "workspace", "audit", "tags", "tags/new", "snippets", "snippets/new", "fields", "fields/new",
)  # fmt: skip


async def role_id(company: Company, key: str) -> str:
    found = await company.rows("SELECT id FROM role WHERE workspace_id = %(workspace_id)s AND key = %(key)s", key=key)
    return str(found[0]["id"])


async def test_every_page_opens_for_the_administrator_and_none_for_an_agent(company: Company) -> None:
    for path in PAGES:
        assert (await company.get(f"/admin/{path}")).status == 200, path
        assert (await company.get(f"/admin/{path}", role="agent")).status == 403, path
    assert (await company.get("/admin", role="agent")).status == 403
    assert (await company.get("/admin")).to == "/admin/channels"


async def test_without_a_mail_server_the_link_of_an_invitation_is_shown(company: Company) -> None:
    role = await role_id(company, "agent")
    form = {"name": "Zoë van den Berg", "email": f"zoe@{company.workspace_id.hex}.example", "language": "de", "roles": role}
    page = await company.post("/admin/agents/new", form)
    assert "/invitation/" in page.text
    link = page.text.partition(f"{company.services.settings.url}/invitation/")[2].partition('"')[0]
    assert (await company.get(f"/invitation/{link}")).status == 200
    assert "agent.invited" in await company.acts()
    again = await company.post("/admin/agents/new", form)
    assert again.status == 422
    assert "Zoë van den Berg" in again.text


async def test_an_invitation_needs_a_role_and_an_address(company: Company) -> None:
    page = await company.post("/admin/agents/new", {"name": "Zoë", "email": "no address"})
    assert page.status == 422
    assert "Please choose at least one role." in page.words


async def test_roles_teams_and_address_of_an_agent_change_together(company: Company) -> None:
    await company.post("/admin/teams/new", {"name": "Werkstatt", "description": "Reparaturen"})
    team = (await company.rows("SELECT id FROM team WHERE workspace_id = %(workspace_id)s"))[0]["id"]
    agent, lead = company.agents["agent"], await role_id(company, "team_lead")
    email = f"ben.neu@{company.workspace_id.hex}.example"
    form = {"name": "Ben Ö.", "email": email, "roles": lead, "teams": str(team)}
    assert (await company.post(f"/admin/agents/{agent}", form)).status == 303
    page = await company.get(f"/admin/agents/{agent}")
    assert email in page.text
    assert f'name="teams" value="{team}" checked' in page.text
    assert (await company.get("/admin/journal", role="agent")).status == 200


async def test_the_last_administrator_stays(company: Company) -> None:
    me = company.agents["administrator"]
    page = await company.post(f"/admin/agents/{me}/deactivate", {"confirm": "Änne Köhler"})
    assert page.status == 422
    assert "last administrator" in page.words


async def test_a_deactivated_agent_is_out_at_once_and_can_come_back(company: Company) -> None:
    agent = company.agents["agent"]
    assert (await company.post(f"/admin/agents/{agent}/deactivate", {"confirm": "somebody"})).status == 422
    assert (await company.post(f"/admin/agents/{agent}/deactivate", {"confirm": "Ben Öztürk"})).status == 303
    assert (await company.get("/inbox/open", role="agent")).to.startswith("/signin")
    assert (await company.post(f"/admin/agents/{agent}/reactivate")).status == 303
    assert (await company.rows("SELECT state FROM agent WHERE id = %(id)s", id=agent)) == [{"state": "active"}]


async def test_a_role_of_ones_own(company: Company) -> None:
    form = [("name", "Aushilfe"), ("permissions", "conversation.read"), ("permissions", "conversation.reply")]
    saved = await company.post("/admin/roles/new", form)
    path = saved.to.partition("?")[0]
    assert 'value="conversation.reply" checked' in (await company.get(path)).text
    assert (await company.post(path + "/delete", {"confirm": "Aushilfe"})).status == 303
    built_in = await role_id(company, "viewer")
    assert (await company.post(f"/admin/roles/{built_in}", form)).status == 422


async def test_a_token_is_shown_once_and_ends(company: Company) -> None:
    form = [("name", "Kasse"), ("permissions", "conversation.read"), ("expires_at", "2031-12-31")]
    page = await company.post("/admin/tokens/new", form)
    text = page.text.partition('id="token" value="')[2].partition('"')[0]
    assert text.startswith("oase_")
    listed = await company.get("/admin/tokens")
    assert text not in listed.text
    assert "Kasse" in listed.words
    token = (await company.rows("SELECT id FROM api_token WHERE workspace_id = %(workspace_id)s"))[0]["id"]
    assert (await company.post(f"/admin/tokens/{token}/revoke", {"confirm": "Kasse"})).status == 303
    assert await company.rows("SELECT id FROM api_token WHERE workspace_id = %(workspace_id)s") == []


async def test_a_token_without_rights_or_with_an_end_in_the_past_is_refused_at_its_field(company: Company) -> None:
    page = await company.post("/admin/tokens/new", [("name", "Kasse")])
    assert 'id="permissions-wrong"' in page.text
    past = [("name", "Kasse"), ("permissions", "conversation.read"), ("expires_at", "2020-01-01")]
    assert 'id="expires_at-wrong"' in (await company.post("/admin/tokens/new", past)).text


async def test_a_webhook_is_made_changed_and_deleted(company: Company) -> None:
    form = [("url", "https://hooks.example.com/oase"), ("events", "conversation.*"), ("description", "Lager")]
    page = await company.post("/admin/webhooks/new", form)
    assert "shown only this once" in page.words
    path = "/admin/webhooks/" + page.text.partition('action="/admin/webhooks/')[2].partition("/test")[0]
    assert "whsec_" not in (await company.get(path)).text
    assert (await company.post(path, [("url", "ftp://nowhere"), ("events", "conversation.*")])).status == 422
    assert (await company.post(path + "/test")).status == 303
    assert (await company.post(path + "/delete", {"confirm": "https://hooks.example.com/oase"})).status == 303


async def test_the_audit_log_speaks_in_sentences_and_filters(company: Company) -> None:
    await company.post("/admin/tags/new", {"name": "Reklamation", "color": "#b91c1c"})
    page = await company.get("/admin/audit")
    assert "Änne Köhler made the tag “Reklamation”." in page.words
    assert "Reklamation" in (await company.get(f"/admin/audit?subject=tag&actor={company.agents['administrator']}")).words
    assert "Reklamation" not in (await company.get("/admin/audit?subject=account")).words
    assert (await company.get("/admin/audit?since=x&until=y&before=z&actor=w&subject=v")).status == 200


async def test_the_workspace_keeps_what_was_typed_when_it_cannot_be_used(company: Company) -> None:
    page = await company.post("/admin/workspace", {"name": "Neue Firma", "language": "de", "time_zone": "Mars/Olympus"})
    assert page.status == 422
    assert 'value="Neue Firma"' in page.text
    assert (await company.post("/admin/workspace", {"name": "Neue Firma", "language": "de", "time_zone": "UTC"})).status == 303


async def test_the_audit_log_names_roles_and_teams_that_are_gone(company: Company) -> None:
    await company.post("/admin/roles/new", [("name", "Kasse"), ("permissions", "conversation.read")])
    (role,) = await company.rows("SELECT id FROM role WHERE workspace_id = %(workspace_id)s AND name = 'Kasse'")
    email = f"agent@{company.workspace_id.hex}.example"
    given = [("name", "Ben Öztürk"), ("email", email), ("roles", str(role["id"]))]
    assert (await company.post(f"/admin/agents/{company.agents['agent']}", given)).status == 303
    await company.post(f"/admin/roles/{role['id']}/delete", {"confirm": "Kasse"})
    await company.post("/admin/teams/new", {"name": "Rückläufer 📦"})
    (team,) = await company.rows("SELECT id FROM team WHERE workspace_id = %(workspace_id)s")
    await company.post(f"/admin/teams/{team['id']}/delete", {"confirm": "Rückläufer 📦"})
    page = await company.get("/admin/audit")
    assert "Änne Köhler deleted the role “Kasse”." in page.words
    assert "Änne Köhler deleted the team “Rückläufer 📦”." in page.words
    (change,) = await company.rows(
        "SELECT data FROM audit_entry WHERE workspace_id = %(workspace_id)s AND act = 'agent.roles_changed'"
    )
    assert change["data"] == {"before": ["agent"], "after": ["Kasse"]}
