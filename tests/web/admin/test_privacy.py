"""How long things are kept, what is known of a person, and that nothing of them is left once they are erased."""

import io
import json
import zipfile
from uuid import UUID

import pytest_asyncio
from tests.web.admin.conftest import Company

from oase.kernel.removal import remove_doomed
from oase.kernel.retention import sweep
from oase.main.schema import all_tables
from oase.staff import find_workspace

LENGTHS = {"conversations": "24", "journal": "90", "audit": "36", "webhooks": "30"}
NAME, ADDRESS, WORDS = "Jürgen Weiß-Özdemir", "juergen.weiss@example.com", "Zugspitzblick"
MAIL = f"""From: =?utf-8?Q?J=C3=BCrgen_Wei=C3=9F-=C3=96zdemir?= <{ADDRESS}>
To: support@muster.example
Subject: Kiste kam zerdr=?utf-8?B?w7xja3Q=?= an
Message-ID: <kiste-1@example.com>
Date: Mon, 23 Nov 2026 10:15:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=teil

--teil
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Guten Tag, die Kiste {WORDS} kam zerdrückt an 😕
--teil
Content-Type: image/png; name="Foto der Kiste.png"
Content-Disposition: attachment; filename="Foto der Kiste.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--teil--
""".replace("\n", "\r\n").encode()


@pytest_asyncio.fixture
async def person(company: Company) -> UUID:
    """Somebody who has written a mail with a picture, which lies among the files."""
    account = await company.connect("email", "Support", address="support@muster.example", incoming="receiver")
    await company.arrives(account, "email", MAIL)
    await company.services.blobs.put("files/kiste", b"the picture")
    await company.rows(
        "UPDATE attachment SET state = 'stored', blob_key = 'files/kiste' WHERE workspace_id = %(workspace_id)s RETURNING id"
    )
    (row,) = await company.rows("SELECT id FROM person WHERE workspace_id = %(workspace_id)s")
    return UUID(str(row["id"]))


async def count(company: Company, table: str) -> int:
    """How many rows of the company lie in a table."""
    return len(await company.rows(f"SELECT 1 FROM {table} WHERE workspace_id = %(workspace_id)s"))


async def turn(company: Company) -> None:
    """What the clockwork does from time to time."""
    services = company.services
    async with services.database.work(company.workspace_id) as work:
        workspace = await find_workspace(work)
    assert workspace is not None
    await sweep(services.database, company.workspace_id, services.rules, workspace.settings)
    await remove_doomed(services.database, services.blobs)


async def age(company: Company, state: str = "solved") -> None:
    """Everything was said three years ago."""
    await company.rows(
        "UPDATE conversation SET state = %(state)s, last_at = last_at - interval '3 years' WHERE workspace_id = %(workspace_id)s"
        " RETURNING id",
        state=state,
    )
    await company.rows(
        "UPDATE identity SET last_seen_at = last_seen_at - interval '3 years' WHERE workspace_id = %(workspace_id)s RETURNING id"
    )


async def choose(company: Company, **lengths: str) -> None:
    """Saves lengths, with the question in between."""
    given = {**LENGTHS, **lengths}
    asked = await company.post("/admin/retention", given)
    confirmed = asked.text.partition('name="confirmed" value="')[2].partition('"')[0]
    assert (await company.post("/admin/retention", {**given, "confirmed": confirmed})).status == 303


async def test_what_customers_said_is_kept_for_ever_until_somebody_chooses_otherwise(company: Company, person: UUID) -> None:
    await age(company)
    await turn(company)
    assert await count(company, "conversation") == 1


async def test_before_it_is_saved_the_page_says_what_would_be_deleted(company: Company, person: UUID) -> None:
    await age(company)
    page = await company.post("/admin/retention", LENGTHS)
    assert "What this would delete today" in page.words
    assert "Solved conversations 24 months 1" in page.words
    await turn(company)
    assert await count(company, "conversation") == 1
    other = await company.post("/admin/retention", {**LENGTHS, "conversations": "12", "confirmed": "conversations=24"})
    assert "What this would delete today" in other.words  # what was confirmed is not what is sent


async def test_what_stays_of_edited_and_taken_back_messages_is_chosen_and_written_down(company: Company) -> None:
    assert '<option value="erase" selected>' in (await company.get("/admin/retention")).text
    await company.post("/admin/retention/changes", {"deleted": "keep", "edited": "forget"})
    page = await company.get("/admin/retention")
    assert '<option value="keep" selected>' in page.text
    assert '<option value="forget" selected>' in page.text
    assert "changed what is kept of messages that were edited or taken back" in (await company.get("/admin/audit")).words


async def test_a_length_that_cannot_be_used_is_said_at_its_field(company: Company) -> None:
    page = await company.post("/admin/retention", {**LENGTHS, "audit": "1", "journal": "bald"})
    assert page.status == 422
    assert 'id="audit-wrong"' in page.text
    assert 'id="journal-wrong"' in page.text
    assert 'value="bald"' in page.text


async def test_old_solved_conversations_go_with_their_files_and_with_a_person_of_whom_nothing_is_left(
    company: Company, person: UUID
) -> None:
    await choose(company)
    await turn(company)
    assert await count(company, "conversation") == 1
    await age(company)
    await turn(company)
    assert [await count(company, table) for table in ("conversation", "message", "attachment", "person")] == [0, 0, 0, 0]
    assert not await company.services.blobs.exists("files/kiste")
    assert await count(company, "blob_removal") == 0
    assert "What was too old was deleted: 1 × “Solved conversations”." in (await company.get("/admin/audit")).words


async def test_open_conversations_stay_however_old(company: Company, person: UUID) -> None:
    await choose(company)
    await age(company, "open")
    await turn(company)
    assert await count(company, "conversation") == 1


async def test_a_file_whose_row_is_gone_is_deleted_later_even_after_a_crash(company: Company, person: UUID) -> None:
    services = company.services
    await remove_doomed(services.database, services.blobs)  # what other companies left to be deleted
    await choose(company)
    await age(company)
    await sweep(services.database, company.workspace_id, services.rules, {"retention": {"conversations": 24}})
    assert await services.blobs.exists("files/kiste")
    await services.blobs.delete("files/kiste")  # a process that died between the file and its row
    assert await remove_doomed(services.database, services.blobs) == 1
    assert await remove_doomed(services.database, services.blobs) == 0


async def test_deliveries_that_were_taken_in_go_after_their_days_and_unread_ones_stay(company: Company, person: UUID) -> None:
    account = await company.connect("email", "Buchhaltung", address="rechnung@muster.example", incoming="receiver")
    await company.arrives(account, "email", MAIL.replace(b"kiste-1", b"kiste-2"))
    first, second = [
        row["id"] for row in await company.rows("SELECT id FROM journal WHERE workspace_id = %(workspace_id)s ORDER BY id")
    ]
    old = [UUID(int=number) for number in (1, 2)]
    await company.rows(
        "UPDATE journal j SET id = n.new, state = n.state"
        " FROM unnest(%(ids)s::uuid[], %(old)s::uuid[], %(states)s::text[]) AS n (id, new, state)"
        " WHERE j.workspace_id = %(workspace_id)s AND j.id = n.id RETURNING j.id",
        ids=[first, second], old=old, states=["done", "quarantined"],
    )  # fmt: skip
    await turn(company)
    left = await company.rows("SELECT state FROM journal WHERE workspace_id = %(workspace_id)s")
    assert [row["state"] for row in left] == ["quarantined"]
    assert await count(company, "message") > 0


async def test_what_is_known_of_a_person_is_given_out_with_the_files(company: Company, person: UUID) -> None:
    found = await company.get("/admin/persons?q=juergen.weiss@example.com")
    assert f"/admin/persons/{person}" in found.text or "Nobody found" in found.words  # the search writes its words a moment later
    async with company.session.post(
        f"/admin/persons/{person}/export", headers={"cookie": f"oase={company.tokens['administrator']}"}
    ) as answer:
        assert answer.headers["content-type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    known = json.loads(archive.read("person.json"))
    assert known["addresses"][0]["value"] == ADDRESS
    (conversation,) = json.loads(archive.read("conversations.json"))
    (message,) = conversation["messages"]
    assert WORDS in message["text"]
    assert archive.read(message["files"][0]["file"]) == b"the picture"
    assert "Änne Köhler gave out what is known of a person." in (await company.get("/admin/audit")).words


async def test_erasing_takes_the_name(company: Company, person: UUID) -> None:
    assert (await company.post(f"/admin/persons/{person}/erase", {"confirm": "Jürgen"})).status == 422
    assert (await company.post(f"/admin/persons/{person}/erase", {"confirm": NAME}, role="team_lead")).status == 403
    assert await count(company, "person") == 1


async def test_nothing_of_an_erased_person_is_left_in_any_table_or_among_the_files(company: Company, person: UUID) -> None:
    assert (await company.post(f"/admin/persons/{person}/erase", {"confirm": NAME})).to.endswith("done=erased")
    await remove_doomed(company.services.database, company.services.blobs)
    left = {
        table.name: row["text"]
        for table in all_tables().sorted_tables
        if "workspace_id" in table.columns
        for row in await company.rows(
            f"SELECT to_jsonb(t)::text AS text FROM {table.name} t WHERE workspace_id = %(workspace_id)s"
        )
        if any(word.lower() in row["text"].lower() for word in ("jürgen", "weiss@example", WORDS))
    }
    assert left == {}
    assert await count(company, "journal") == 0
    assert not await company.services.blobs.exists("files/kiste")
    page = await company.get("/admin/persons")
    assert str(person) in page.text
    assert "1 conversation" in page.words
    assert "Änne Köhler erased a person." in (await company.get("/admin/audit")).words
