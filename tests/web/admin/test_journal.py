"""The journal: list with filters, one delivery with bytes and meaning, replay."""

import pytest
from tests.web.admin.conftest import Company

from oase.web.admin.journal import hex_lines, readable

MAIL = (
    "From: Jürgen Groß <juergen@example.com>\r\nTo: service@example.com\r\nSubject: Rücksendung\r\n"
    "Message-ID: <1@example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag, die Tasche passt nicht. 🚲\r\n"
).encode()


@pytest.fixture
def mail() -> dict[str, object]:
    """Settings of a mail account that reads no mailbox."""
    return {"address": "service@example.com", "incoming": "receiver", "smtp_host": "127.0.0.1", "smtp_sign_in": False}


async def test_an_empty_journal_teaches(company: Company) -> None:
    assert "Nothing has arrived yet" in (await company.get("/admin/journal")).words


async def test_a_delivery_shows_what_it_became_how_it_was_understood_and_its_bytes(
    company: Company, mail: dict[str, object]
) -> None:
    account_id = await company.connect("email", "Service", **mail)
    journal_id = await company.arrives(account_id, "email", MAIL)
    assert str(journal_id) in (await company.get("/admin/journal")).text
    page = await company.get(f"/admin/journal/{journal_id}")
    assert "die Tasche passt nicht" in page.words
    assert "reply_text" in page.words
    assert "/inbox/open/" in page.text
    assert "46 72 6f 6d" in page.text
    raw = await company.get(f"/admin/journal/{journal_id}/raw")
    assert raw.text.encode() == MAIL
    assert raw.headers["content-disposition"].startswith("attachment")
    assert raw.headers["content-type"] == "application/octet-stream"


async def test_a_delivery_that_cannot_be_read_stands_there_with_its_reason_and_can_be_taken_in_again(
    company: Company, whatsapp: dict[str, str]
) -> None:
    account_id = await company.connect("whatsapp", "WhatsApp", **whatsapp)
    journal_id = await company.arrives(account_id, "whatsapp", b"{ this is no JSON <script>alert(1)</script>")
    page = await company.get(f"/admin/journal/{journal_id}")
    assert "This delivery could not be read." in page.words
    assert "<script>alert" not in page.text
    assert str(journal_id) in (await company.get("/admin/journal?state=trouble")).text
    assert str(journal_id) not in (await company.get("/admin/journal?state=done")).text
    answer = await company.post("/admin/journal/replay", {"ids": str(journal_id), "back": f"/admin/journal/{journal_id}"})
    assert answer.to.startswith(f"/admin/journal/{journal_id}")
    state = await company.rows("SELECT state FROM journal WHERE id = %(id)s", id=journal_id)
    assert state == [{"state": "new"}]
    assert "journal.replayed" in await company.acts()


async def test_a_replayed_mail_is_not_doubled(company: Company, mail: dict[str, object]) -> None:
    account_id = await company.connect("email", "Service", **mail)
    journal_id = await company.arrives(account_id, "email", MAIL)
    await company.post("/admin/journal/replay", {"ids": str(journal_id)})
    await company.worker.take_batch(company.workspace_id, account_id)
    count = "SELECT count(*) AS n FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'in'"
    assert await company.rows(count) == [{"n": 1}]


async def test_filters_by_account_and_time_and_the_next_page(company: Company, mail: dict[str, object]) -> None:
    account_id = await company.connect("email", "Service", **mail)
    ids = [await company.arrives(account_id, "email", MAIL.replace(b"<1@", b"<%d@" % number)) for number in range(52)]
    first = await company.get(f"/admin/journal?account={account_id}&since=2020-01-01T00:00")
    assert str(ids[-1]) in first.text
    assert str(ids[0]) not in first.text
    older = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = await company.get(older)
    assert str(ids[0]) in second.text
    assert str(ids[-1]) not in second.text
    assert "Nothing fits" in (await company.get("/admin/journal?until=2020-01-01T00:00")).words
    assert (await company.get("/admin/journal?since=nonsense&account=nonsense&before=nonsense&state=nonsense")).status == 200


async def test_back_leads_nowhere_else(company: Company) -> None:
    assert (await company.post("/admin/journal/replay", {"back": "https://evil.example/"})).to == "/admin/journal"


async def test_an_agent_may_not_read_the_journal(company: Company) -> None:
    assert (await company.get("/admin/journal", role="agent")).status == 403
    assert (await company.get("/admin/journal", role="team_lead")).status == 200


def test_bytes_are_shown_whatever_they_are() -> None:
    assert readable(b'{"a":1}') == ('{\n  "a": 1\n}', True)
    assert readable(b"\x00\x01")[1] is False
    assert readable(b"[" * 100_000)[1] is True
    assert readable("Grüße".encode("latin-1"))[0] == "Gr\\xfc\\xdfe"
    assert [line.split() for line in hex_lines(b"Oas\xff")] == [["00000000", "4f", "61", "73", "ff", "Oas·"]]
