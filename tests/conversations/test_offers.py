"""Who writes by mail or by form goes on elsewhere by links beneath our answers; whom an account leads on to is its own choice."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from oase.channels import AccountBook, change_account, create_account, keep_check
from oase.channels.contract import Checked, Raw
from oase.channels.families import visitor as visitors
from oase.conversations import Answer, Author, offered, say
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe

from .conftest import SECRET, TakeIn, delivery, text

MAIL = {
    "address": "service@lindgruen.example", "incoming": "receiver", "smtp_host": "127.0.0.1", "smtp_security": "none",
    "smtp_sign_in": False,
}  # fmt: skip
KOELN, PHONE = "106540352242999", "4917612345678"
WORDS = "Ja, bis Freitag. Gruß aus der Werkstatt 🚲"
LINK = re.compile(r"WhatsApp: (https://wa\.me/\S+)")


class Ground(msgspec.Struct, kw_only=True):
    """A mailbox and a form of a company that can be reached on WhatsApp and Telegram, too."""

    database: Database
    safe: Safe
    book: AccountBook
    workspace_id: UUID
    take_in: TakeIn
    mail: UUID
    form: UUID
    whatsapp: UUID
    telegram: UUID

    async def leads_on(self, *accounts: UUID, links: bool = True) -> None:
        """The mailbox is set so."""
        given = {**MAIL, "elsewhere_links": links, "elsewhere_accounts": [str(one) for one in accounts]}
        async with self.database.work(self.workspace_id) as work:
            await change_account(work, self.safe, self.mail, name="Post", given=given)
        self.book.forget(self.mail)

    async def mails(self, number: int = 1) -> None:
        """A customer writes a mail in German."""
        body = (
            f"From: Jörg Weiß <joerg.weiss@example.com>\r\nTo: {MAIL['address']}\r\nSubject: Ist mein Rad fertig?\r\n"
            f"Message-ID: <{number}@example.com>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag, ist mein Rad schon fertig?\r\n"
        )
        await self.take_in(self.mail, Raw(body=body.encode(), received_at=self.database.clock.now()))

    async def fills_in_the_form(self) -> None:
        """The same question, by the form."""
        account = await self.book.get(self.form)
        assert account is not None
        content = {
            "id": "0123456789abcdef", "email": "joerg.weiss@example.com", "name": "Jörg Weiß", "subject": "Mein Rad",
            "text": "Ist mein Rad schon fertig?",
        }  # fmt: skip
        body = msgspec.json.encode(content)
        signature = visitors.sign_page(account.account.secret("page_secret"), body)
        await self.take_in(
            self.form, Raw(body=body, headers={"x-oase-signature": signature}, received_at=self.database.clock.now())
        )

    async def follows(self, said: str, number: int = 1) -> None:
        """Somebody sends what WhatsApp filled in."""
        await self.take_in(self.whatsapp, delivery(text(number, said, PHONE), name="J. Weiß", number_id=KOELN))

    async def answers(self, **more: Any) -> dict[str, Any]:
        """An agent answers the oldest conversation; how it goes out."""
        answer = Answer(client_key=new_id(), **{"text": WORDS, **more})
        async with self.database.work(self.workspace_id) as work:
            await work.run("UPDATE person SET language = 'de' WHERE workspace_id = %(workspace_id)s")
            conversation_id = await work.value("SELECT id FROM conversation ORDER BY number LIMIT 1")
            message_id = await say(work, self.book, Author(name="Ines Oğuz"), conversation_id, answer)
            sent = await work.value("SELECT outbound->'outbound' FROM delivery WHERE message_id = %(id)s", {"id": message_id})
        assert isinstance(sent, dict)
        return sent

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        async with self.database.work(self.workspace_id) as work:
            return await work.rows(statement)


@pytest_asyncio.fixture
async def ground(database: Database, workspace_id: UUID, safe: Safe, book: AccountBook, take_in: TakeIn) -> Ground:
    meta = {
        "phone_number_id": KOELN, "waba_id": "102290129340398", "access_token": "EAAtest", "app_secret": SECRET,
        "verify_token": "verify-me",
    }  # fmt: skip
    async with database.work(workspace_id) as work:
        mail = await create_account(work, safe, "email", "Post", MAIL)
        form = await create_account(work, safe, "form", "Formular", {"company": "Lindgrün", "answer_account": str(mail)})
        whatsapp = await create_account(work, safe, "whatsapp", "WhatsApp Köln", meta)
        await keep_check(work, whatsapp, Checked(ok=True, summary="", facts={"display_phone_number": "+49 221 999555"}))
        telegram = await create_account(work, safe, "telegram", "Telegram", {"bot_token": "1:geheim"})
        await keep_check(work, telegram, Checked(ok=True, summary="", facts={"username": "lindgruen_bot"}))
    return Ground(
        database=database, safe=safe, book=book, workspace_id=workspace_id, take_in=take_in, mail=mail, form=form,
        whatsapp=whatsapp, telegram=telegram,
    )  # fmt: skip


async def test_no_mail_has_links_unless_its_account_is_set_so(ground: Ground) -> None:
    await ground.mails()
    sent = await ground.answers()
    assert (sent["text"], sent.get("html", "")) == (WORDS, "")
    assert await ground.rows("SELECT id FROM invitation WHERE workspace_id = %(workspace_id)s") == []


async def test_links_stand_beneath_the_words_in_text_and_by_name_in_html(ground: Ground) -> None:
    await ground.leads_on()
    await ground.mails()
    sent = await ground.answers()
    before, _, beneath = sent["text"].partition("\n\n")
    assert before == WORDS
    assert re.match(r"Sie können auch auf einem anderen Kanal mit uns weiterschreiben; .* bis \d+\. \w+ 20\d\d:\n", beneath), (
        beneath
    )
    assert re.findall(r"^(\w+): https://", beneath, re.MULTILINE) == ["Telegram", "WhatsApp"]
    assert re.findall(r'<a href="https://(wa\.me|t\.me)/[^"]+">(\w+)</a>', sent["html"]) == [
        ("t.me", "Telegram"),
        ("wa.me", "WhatsApp"),
    ]


async def test_the_kept_message_has_no_code_but_says_where_its_links_lead(ground: Ground) -> None:
    await ground.leads_on()
    await ground.mails()
    await ground.answers()
    (kept,) = await ground.rows("SELECT text, html, data->'leads_to' AS leads_to FROM message WHERE direction = 'out'")
    assert kept == {"text": WORDS, "html": "", "leads_to": ["telegram", "whatsapp"]}


@pytest.mark.parametrize("way", ["mail", "form"])
async def test_whoever_follows_the_link_goes_on_in_the_same_conversation_as_the_same_person(ground: Ground, way: str) -> None:
    await ground.leads_on(ground.whatsapp)
    await (ground.mails() if way == "mail" else ground.fills_in_the_form())
    sent = await ground.answers()
    (link,) = LINK.findall(sent["text"])
    await ground.follows(parse_qs(urlsplit(link).query)["text"][0])
    found = await ground.rows(
        "SELECT count(DISTINCT m.conversation_id) AS conversations, count(DISTINCT i.person_id) AS persons,"
        " array_agg(m.channel ORDER BY m.at, m.id) AS channels FROM message m JOIN identity i ON i.id = m.identity_id"
        " WHERE m.direction = 'in'"
    )
    channels = {"email" if way == "mail" else "form", "whatsapp"}
    assert [(one["conversations"], one["persons"], set(one["channels"])) for one in found] == [(1, 1, channels)]


async def test_a_channel_on_which_the_person_is_known_is_not_offered_again(ground: Ground) -> None:
    await ground.leads_on()
    await ground.mails()
    (link,) = LINK.findall((await ground.answers())["text"])
    await ground.follows(parse_qs(urlsplit(link).query)["text"][0])
    (way,) = await ground.rows("SELECT id FROM identity WHERE kind = 'email'")
    sent = await ground.answers(account_id=ground.mail, identity_id=way["id"])
    assert re.findall(r"^(\w+): https://", sent["text"], re.MULTILINE) == ["Telegram"]


@pytest.mark.parametrize("more", [{"copy_to": ("buchhaltung@example.com",)}, {"automatic": True}])
async def test_no_link_goes_where_others_read_it_or_nobody_wrote(ground: Ground, more: dict[str, Any]) -> None:
    await ground.leads_on()
    await ground.mails()
    assert (await ground.answers(**more))["text"] == WORDS


async def test_an_answer_in_html_keeps_its_html_and_has_the_links_below(ground: Ground) -> None:
    await ground.leads_on(ground.telegram)
    await ground.mails()
    html = (await ground.answers(text="", html="<p>Ja, <b>bis Freitag</b>.</p>"))["html"]
    assert html.startswith("<p>Ja, <b>bis Freitag</b>.</p>\n<p>")
    assert html.count("<a href=") == 1


async def test_accounts_that_are_named_are_the_only_ones_and_ones_that_are_gone_lead_nowhere(ground: Ground) -> None:
    async def names() -> list[str]:
        async with ground.database.work(ground.workspace_id) as work:
            accounts = await ground.book.of_workspace(work)
        return [one.name for one in offered(next(one for one in accounts if one.id == ground.mail), accounts)]

    await ground.leads_on()
    assert sorted(await names()) == ["Telegram", "WhatsApp Köln"]
    await ground.leads_on(ground.telegram)
    assert await names() == ["Telegram"]
    await ground.leads_on(new_id())
    assert await names() == []
