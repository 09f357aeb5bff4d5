"""A conversation goes on over another account by a link with a code: once, for its person, and for nobody else."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels import AccountBook, StoredAccount, create_account, keep_check
from oase.channels.contract import Checked, Raw
from oase.conversations import invite, unmerge_persons
from oase.conversations.invitations import without_code, words
from oase.kernel.db import Database
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Language
from oase.kernel.secrets import Safe
from oase.people import keep_apart, merges_of

from .conftest import SECRET, TakeIn, delivery, text

KOELN = "106540352242999"
ANNA, ANNAS_OTHER, SOMEBODY = "4915228817386", "4917612345678", "15550100"


@dataclass
class Ground:
    """Two numbers of one company: Anna writes to Berlin, and may go on with Köln."""

    database: Database
    workspace_id: UUID
    berlin: UUID
    koeln: StoredAccount
    take_in: TakeIn

    async def berlin_hears(self, number: int, said: str, sender: str = ANNA, name: str = "Anna Ğül") -> None:
        await self.take_in(self.berlin, delivery(text(number, said, sender), name=name))

    async def koeln_hears(self, number: int, said: str, sender: str = ANNAS_OTHER, name: str = "A. Gül") -> None:
        await self.take_in(self.koeln.id, delivery(text(number, said, sender), name=name, number_id=KOELN))

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        async with self.database.work(self.workspace_id) as work:
            return await work.rows(statement)

    async def said(self) -> list[tuple[int, str, str]]:
        """What was said in which conversation (the first is 1), by whom."""
        found = await self.rows(
            "SELECT dense_rank() OVER (ORDER BY c.number) AS place, m.text, coalesce(p.name, '') AS name FROM message m"
            " JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
            " JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id"
            " JOIN person p ON p.workspace_id = m.workspace_id AND p.id = i.person_id"
            " WHERE m.workspace_id = %(workspace_id)s AND m.direction = 'in' ORDER BY m.at"
        )
        return [(one["place"], one["text"], one["name"]) for one in found]

    async def conversation(self) -> UUID:
        found = await self.rows("SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s ORDER BY number LIMIT 1")
        return UUID(str(found[0]["id"]))

    async def invited(self, language: Language = "de") -> str:
        """What WhatsApp fills in for whoever follows the link."""
        async with self.database.work(self.workspace_id) as work:
            found = await invite(work, self.koeln, await self.conversation(), language)
        assert urlsplit(found.link).path == "/49221999555"
        return parse_qs(urlsplit(found.link).query)["text"][0]


@pytest_asyncio.fixture
async def ground(
    database: Database, workspace_id: UUID, safe: Safe, book: AccountBook, whatsapp: UUID, take_in: TakeIn
) -> Ground:
    given = {
        "phone_number_id": KOELN, "waba_id": "102290129340398", "access_token": "EAAtest", "app_secret": SECRET,
        "verify_token": "verify-me",
    }  # fmt: skip
    async with database.work(workspace_id) as work:
        koeln = await create_account(work, safe, "whatsapp", "WhatsApp Köln", given)
        await keep_check(work, koeln, Checked(ok=True, summary="", facts={"display_phone_number": "+49 221 999555"}))
    account = await book.get(koeln)
    assert account is not None
    ground = Ground(database, workspace_id, whatsapp, account, take_in)
    await ground.berlin_hears(1, "Grüß Gott, mein Rad quietscht 🚲")
    return ground


async def test_the_code_joins_the_address_and_the_conversation_goes_on_and_the_code_is_not_shown(ground: Ground) -> None:
    await ground.koeln_hears(2, await ground.invited())
    await ground.koeln_hears(3, "Ist es schon fertig?")
    assert await ground.said() == [
        (1, "Grüß Gott, mein Rad quietscht 🚲", "Anna Ğül"),
        (1, "Hallo, ich möchte hier weiterschreiben.", "Anna Ğül"),
        (1, "Ist es schon fertig?", "Anna Ğül"),
    ]
    verified = await ground.rows("SELECT value, verified FROM identity WHERE workspace_id = %(workspace_id)s ORDER BY value")
    assert {one["value"]: one["verified"] for one in verified} == {f"+{ANNA}": False, f"+{ANNAS_OTHER}": True}


async def test_a_thin_line_says_that_it_goes_on_elsewhere_and_answers_go_there(ground: Ground) -> None:
    await ground.koeln_hears(2, await ground.invited())
    lines = await ground.rows("SELECT kind, data FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'event'")
    assert [(one["kind"], one["data"]) for one in lines] == [("channel", {"from": "whatsapp", "to": "whatsapp"})]
    way = await ground.rows("SELECT account_id FROM conversation WHERE workspace_id = %(workspace_id)s AND merged_into IS NULL")
    assert way == [{"account_id": ground.koeln.id}]


async def test_a_code_in_a_message_of_the_customers_own_words_counts_too(ground: Ground) -> None:
    (code,) = re.findall(r"\w{4}-\w{4}-\w{4}", await ground.invited())
    await ground.koeln_hears(2, f"Hallöchen, hier ist {code.upper()} und noch ein Bild dazu")
    assert (await ground.said())[1][:2] == (1, "Hallöchen, hier ist  und noch ein Bild dazu".strip())


async def test_a_delivery_that_comes_three_times_counts_once(ground: Ground) -> None:
    first = await ground.invited()
    for _ in range(3):
        await ground.koeln_hears(2, first)
    assert len(await ground.said()) == 2


async def test_a_used_code_is_an_ordinary_message_of_somebody_else(ground: Ground) -> None:
    first = await ground.invited()
    await ground.koeln_hears(2, first)
    await ground.koeln_hears(3, first, sender=SOMEBODY, name="Zoë O’Brien")
    assert (await ground.said())[2] == (2, first, "Zoë O’Brien")


async def test_a_code_that_is_too_old_is_an_ordinary_message(ground: Ground) -> None:
    first = await ground.invited()
    async with ground.database.work(ground.workspace_id) as work:
        await work.run("UPDATE invitation SET expires_at = now() - interval '1 second' WHERE workspace_id = %(workspace_id)s")
    await ground.koeln_hears(2, first)
    assert (await ground.said())[1] == (2, first, "A. Gül")


async def test_a_code_of_another_account_is_an_ordinary_message(ground: Ground) -> None:
    first = await ground.invited()
    await ground.berlin_hears(2, first, sender=SOMEBODY, name="Zoë O’Brien")
    assert (await ground.said())[1] == (2, first, "Zoë O’Brien")


async def test_a_code_that_never_was_is_an_ordinary_message(ground: Ground) -> None:
    await ground.koeln_hears(2, words("k7f2-m9xq-3hbt", "en"))
    assert (await ground.said())[1] == (2, words("k7f2-m9xq-3hbt", "en"), "A. Gül")


async def test_two_who_are_not_the_same_do_not_become_one_by_a_code(ground: Ground) -> None:
    await ground.koeln_hears(2, "Guten Tag")
    async with ground.database.work(ground.workspace_id) as work:
        persons = await work.tuples("SELECT id FROM person WHERE workspace_id = %(workspace_id)s ORDER BY id")
        await keep_apart(work, persons[0][0], persons[1][0])
    first = await ground.invited()
    await ground.koeln_hears(3, first)
    assert (await ground.said())[2] == (2, first, "A. Gül")


_EVERYTHING = (
    "SELECT (SELECT jsonb_agg(to_jsonb(p) - 'updated_at' ORDER BY p.id) FROM person p WHERE p.workspace_id = %(workspace_id)s) AS persons,"
    " (SELECT jsonb_agg(to_jsonb(i) - 'last_seen_at' ORDER BY i.id) FROM identity i"
    " WHERE i.workspace_id = %(workspace_id)s) AS addresses,"
    " (SELECT jsonb_agg(jsonb_build_object('id', c.id, 'person', c.person_id, 'state', c.state) ORDER BY c.id) FROM conversation c"
    " WHERE c.workspace_id = %(workspace_id)s) AS conversations,"
    " (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.id) FROM message m WHERE m.workspace_id = %(workspace_id)s AND m.external_id <> %(but)s"
    " AND m.direction = 'in') AS messages"
)


async def test_somebody_known_becomes_one_with_the_invited_and_unmerging_restores_every_row(ground: Ground) -> None:
    await ground.koeln_hears(2, "Haben Sie Klingeln?")
    async with ground.database.work(ground.workspace_id) as work:
        before = await work.rows(_EVERYTHING, {"but": "wamid.00003"})
    await ground.koeln_hears(3, await ground.invited())
    assert [one[0] for one in await ground.said()] == [1, 2, 1]
    assert {one[2] for one in await ground.said()} == {"Anna Ğül"}
    async with ground.database.work(ground.workspace_id) as work:
        kept = await work.value("SELECT id FROM person WHERE workspace_id = %(workspace_id)s AND merged_into IS NULL")
        (merge,) = await merges_of(work, kept)
        await unmerge_persons(work, merge.id)
        assert await work.rows(_EVERYTHING, {"but": "wamid.00003"}) == before


async def test_an_account_that_does_not_know_its_number_invites_nobody(ground: Ground, book: AccountBook) -> None:
    berlin = await book.get(ground.berlin)
    assert berlin is not None
    async with ground.database.work(ground.workspace_id) as work:
        with pytest.raises(Invalid, match="does not know yet how it is reached"):
            await invite(work, berlin, await ground.conversation(), "de")


async def test_only_a_hash_of_the_code_is_kept_and_it_lasts_a_week(ground: Ground) -> None:
    (code,) = re.findall(r"\w{4}-\w{4}-\w{4}", await ground.invited())
    (row,) = await ground.rows(
        "SELECT v::text AS kept, expires_at - created_at AS lasts FROM invitation v WHERE workspace_id = %(workspace_id)s"
    )
    assert code not in row["kept"]
    assert row["lasts"] == timedelta(days=7)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Hallo, ich möchte hier weiterschreiben. Mein Code: k7f2-m9xq-3hbt", "Hallo, ich möchte hier weiterschreiben."),
        ("Hello, I would like to continue here. My code: k7f2-m9xq-3hbt", "Hello, I would like to continue here."),
        ("Mein Code: K7F2-M9XQ-3HBT", "Hallo, ich möchte hier weiterschreiben."),
        ("k7f2-m9xq-3hbt", "Hello, I would like to continue here."),
        ("Wo ist mein Rad? (k7f2-m9xq-3hbt)", "Wo ist mein Rad?"),
    ],
)
def test_what_is_left_without_the_code(said: str, left: str) -> None:
    assert without_code(said, "k7f2-m9xq-3hbt") == left


async def test_a_code_that_the_channel_itself_brings_along_counts_too(
    ground: Ground, safe: Safe, book: AccountBook, take_in: TakeIn
) -> None:
    async with ground.database.work(ground.workspace_id) as work:
        account_id = await create_account(work, safe, "telegram", "Telegram", {"bot_token": "1:geheim"})
        await keep_check(work, account_id, Checked(ok=True, summary="", facts={"username": "lindgruen_bot"}))
    telegram = await book.get(account_id)
    assert telegram is not None
    async with ground.database.work(ground.workspace_id) as work:
        link = (await invite(work, telegram, await ground.conversation(), "de")).link
    code = parse_qs(urlsplit(link).query)["start"][0]
    chat = {"id": 77, "type": "private", "first_name": "Anna"}
    sender = {"id": 77, "is_bot": False, "first_name": "Anna"}
    said = {"message_id": 5, "date": 1795512700, "chat": chat, "from": sender, "text": f"/start {code}"}
    raw = Raw(body=json.dumps({"update_id": 1, "message": said}).encode(), received_at=ground.database.clock.now())
    await take_in(account_id, raw)
    kinds = await ground.rows("SELECT value, person_id FROM identity WHERE workspace_id = %(workspace_id)s")
    assert len({one["person_id"] for one in kinds}) == 1
    assert len(kinds) == 2
    places = await ground.rows(
        "SELECT DISTINCT conversation_id FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'in'"
    )
    assert len(places) == 1
