"""The administrator decides what of the response times is public; leads see all of it."""

from datetime import timedelta

from oase.kernel.ids import new_id

from .conftest import Company


async def _measured(company: Company, count: int = 3) -> None:
    now = company.services.clock.now()
    async with company.services.database.work(company.workspace_id) as work:
        await work.run(
            "INSERT INTO wait (workspace_id, id, conversation_id, channel, public, kind, asked_at, due_at, ended_at, outcome,"
            " working_seconds) SELECT %(workspace_id)s, gen_random_uuid(), gen_random_uuid(), 'form', false, 'first', %(at)s,"
            " %(at)s + interval '1 hour', %(at)s + interval '8 minutes', 'answered', 480 FROM generate_series(1, %(count)s)",
            {"at": now - timedelta(days=1), "count": count},
        )


async def test_it_is_switched_on_for_chosen_channels_seen_before_and_switched_off(company: Company) -> None:
    await company.connect("form", "Kontakt", company="Muster GmbH")
    slug = (await company.rows("SELECT slug FROM workspace WHERE id = %(workspace_id)s"))[0]["slug"]
    assert (await company.get(f"/response-times/{slug}")).status == 404
    preview = await company.get("/admin/response-times/preview")
    assert "How soon we answer" in preview.words
    assert "Contact form" in preview.words
    assert (await company.post("/admin/response-times", {"on": "yes"})).status == 422
    assert (await company.post("/admin/response-times", {"on": "yes", "channels": "form", "front": "yes"})).status == 303
    page = await company.get("/admin/response-times")
    assert f"/response-times/{slug}/badge.js" in page.text
    assert (await company.get(f"/response-times/{slug}")).status == 200
    assert "Kontakt" in (await company.get(f"/portal/{slug}")).words
    await company.post("/admin/response-times", {"channels": "form"})
    assert (await company.get(f"/response-times/{slug}")).status == 404
    assert (await company.acts()).count("setting.changed") == 2
    assert "changed what of the response times is public" in (await company.get("/admin/audit")).words


async def test_leads_read_the_report_and_agents_do_not(company: Company) -> None:
    assert "Nobody has asked anything yet" in (await company.get("/reports/response-times")).words
    await _measured(company)
    page = await company.get("/reports/response-times?days=7", role="team_lead")
    assert "Contact form" in page.words
    assert "100% of 3" in page.words
    assert "8 minutes" in page.words
    assert "No team" in page.words
    assert (await company.get("/reports/response-times", role="agent")).status == 403
    assert (await company.get("/reports/response-times.csv", role="agent")).status == 403


async def test_the_report_says_which_promises_were_kept(company: Company) -> None:
    now = company.services.clock.now()
    account_id = await company.connect("form", "Kontakt", company="Muster GmbH")
    async with company.services.database.work(company.workspace_id) as work:
        person, talk = new_id(), new_id()
        await work.run(
            "INSERT INTO person (workspace_id, id, name, created_at, updated_at)"
            " VALUES (%(workspace_id)s, %(id)s, 'Jana', %(now)s, %(now)s)",
            {"id": person, "now": now},
        )
        await work.run(
            "INSERT INTO conversation (workspace_id, id, number, person_id, account_id, channel, state, last_at, token, created_at)"
            " VALUES (%(workspace_id)s, %(id)s, nextval('conversation_number'), %(person)s, %(account)s, 'form', 'solved', %(now)s,"
            " %(token)s, %(now)s)",
            {"id": talk, "person": person, "account": account_id, "now": now, "token": talk.hex},
        )
        for number, outcome in enumerate(["kept", "kept", "broken", "withdrawn"]):
            await work.run(
                "INSERT INTO promise (workspace_id, id, conversation_id, kind, number, since, made_at, due_at, target, made_of,"
                " settled_at, outcome) VALUES (%(workspace_id)s, %(id)s, %(talk)s, 'first', 1, %(at)s, %(at)s, %(at)s, interval '1 hour',"
                " '{}', %(now)s, %(outcome)s)",
                {"id": new_id(), "talk": talk, "at": now - timedelta(days=1, minutes=number), "now": now, "outcome": outcome},
            )
    await _measured(company)
    assert "First answer 2 1 66% of 3" in (await company.get("/reports/response-times")).words


async def test_the_table_for_spreadsheets_has_no_formulas(company: Company) -> None:
    await _measured(company)
    table = await company.get("/reports/response-times.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    lines = table.text.lstrip("\ufeff").splitlines()
    assert lines[0].startswith("days,by,name,asked")
    assert "7,channel,Contact form,3,3,0,0,3,3,3,3,3,3,480,480" in lines
