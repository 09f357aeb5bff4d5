"""The contact form as a person and as a robot meets it, with scripts and without."""

import asyncio
import re
from html import unescape
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect
from tests.web.widget.ground import Site, running

from oase.channels import StoredAccount
from oase.channels.contract import Received
from oase.kernel.errors import Unavailable
from oase.web.widget import Presence, Rate, Rules
from oase.web.widget.puzzle import solve

FIELDS = [
    {"name": "name", "kind": "text", "en": "Your name", "de": "Ihr Name", "required": True},
    {"name": "mail", "kind": "email", "en": "E-mail", "de": "E-Mail"},
    {"name": "tel", "kind": "phone", "en": "Phone", "de": "Telefon", "help_de": "Für Rückfragen"},
    {"name": "rad", "kind": "select", "en": "Bicycle", "de": "Fahrrad", "choices": ["stadt | City bike | Stadtrad", "berg"]},
    {"name": "message", "kind": "long_text", "en": "Message", "de": "Nachricht", "required": True},
    {"name": "agb", "kind": "checkbox", "en": "I agree", "de": "Ich stimme zu", "required": True},
    {"name": "files", "kind": "file", "en": "Files", "de": "Dateien"},
]
GOOD = {
    "name": "Jürgen Groß",
    "mail": "Juergen@example.com",
    "tel": "+49 30 23125 042",
    "rad": "stadt",
    "message": "Es klappert.\n🚲",
    "agb": "1",
}


class Form:
    """A form as a program fills it in."""

    def __init__(self, site: Site, account: StoredAccount) -> None:
        self.address = f"{site.origin}/form/{account.id}?lang=de"
        self.http = httpx.AsyncClient(timeout=10, headers={"x-forwarded-for": "192.0.2.7"})
        self.hidden: dict[str, str] = {}
        site.at_the_end.push_async_callback(self.http.aclose)

    async def open(self) -> str:
        return self.read((await self.http.get(self.address)).text)

    def read(self, page: str) -> str:
        self.hidden = {
            name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
        }
        return page

    async def send(self, values: dict[str, Any], files: list[Any] | None = None, *, solved: bool = True) -> httpx.Response:
        answer = solve(self.hidden["puzzle"]) if solved else ""
        data = {**self.hidden, "answer": answer, "website": "", **values}
        return await self.http.post(self.address, data=data, files=files or [("none", ("", b"", "application/octet-stream"))])


async def test_a_filled_form_becomes_a_message_of_its_mail_address(site: Site) -> None:
    site.desk.here = Presence(said="Wir antworten meist innerhalb von 4 Stunden.")
    form = Form(site, site.form(fields=FIELDS))
    await form.open()
    answer = await form.send(GOOD, [("files", ("..\\Rechnung Größe 58.pdf", b"%PDF", "application/pdf"))])
    assert answer.status_code == 303
    said = (await site.desk.until(Received))[0]
    assert (said.sender.value, said.sender.name) == ("juergen@example.com", "Jürgen Groß")
    assert said.sender.fields == {"rad": "Stadtrad", "agb": "Ja", "phone": "+49 30 23125 042", "language": "de"}
    assert said.content.text == "Es klappert.\n🚲\n\nFahrrad: Stadtrad\nIch stimme zu: Ja"
    assert [(media.name, media.type, media.size_bytes) for media in said.content.media] == [
        ("Rechnung Größe 58.pdf", "application/pdf", 4)
    ]
    thanks = (
        await form.http.get(answer.headers["location"].replace("/form", f"{form.address.partition('/form')[0]}/form", 1))
    ).text
    assert said.content.data["reference"] in thanks
    assert "Wir antworten meist innerhalb von 4 Stunden." in thanks


async def test_a_second_click_is_the_same_message_and_a_changed_one_another(site: Site) -> None:
    form = Form(site, site.form(fields=FIELDS))
    await form.open()
    first, second = await asyncio.gather(form.send(GOOD), form.send(GOOD))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(site.desk.raws) == 1
    changed = {**GOOD, "message": "Nachtrag: jetzt quietscht es."}
    again = await form.send(changed)  # from the browser's memory, so with the puzzle that is used up
    assert "Nachtrag" in form.read(again.text)
    assert (await form.send(changed)).status_code == 303
    assert len(site.desk.raws) == 2


async def test_a_database_that_is_gone_loses_nothing_of_what_was_typed(site: Site) -> None:
    form = Form(site, site.form(fields=FIELDS))
    await form.open()
    site.desk.fails = Unavailable("Die Datenbank antwortet nicht.")
    answer = await form.send(GOOD, [("files", ("a.txt", b"Anhang", "text/plain"))])
    page = form.read(answer.text)
    assert "konnte gerade nicht gespeichert werden" in page
    site.desk.fails = None
    assert len(site.desk.expected) == 1  # if it is never sent again, the file goes by itself
    kept = unescape(re.findall(r'name="files_kept" value="([^"]+)"', page)[0])
    assert (await form.send({**GOOD, "files_kept": kept})).status_code == 303
    assert len((await site.desk.until(Received))[0].content.media) == 1


async def test_what_is_wrong_is_told_and_what_was_typed_is_kept_files_too(site: Site) -> None:
    form = Form(site, site.form(fields=FIELDS))
    await form.open()
    bad = {**GOOD, "mail": "juergen@", "tel": "ruf an", "rad": "esel", "agb": "", "name": '"><script>alert(1)</script>'}
    answer = await form.send(bad, [("files", ("a.txt", b"Anhang", "text/plain"))])
    page = form.read(answer.text)
    assert answer.status_code == 422
    for text in ("4 Angaben", "vollständige E-Mail-Adresse", "Telefonnummer", "wählen Sie eine der Antworten", "Häkchen"):
        assert text in page
    assert "<script>alert" not in page
    assert "Es klappert.\n🚲</textarea>" in page
    kept = unescape(re.findall(r'name="files_kept" value="([^"]+)"', page)[0])
    assert (await form.send({**GOOD, "files_kept": kept})).status_code == 303
    assert (await site.desk.until(Received))[0].content.media[0].name == "a.txt"


async def test_forged_references_to_files_are_left_out(site: Site) -> None:
    form = Form(site, site.form(fields=FIELDS))
    await form.open()
    await form.send({**GOOD, "files_kept": ["eyJibG9iIjoiYW5kZXJlL2RhdGVpIn0.AAAA", "x", ""]})
    assert (await site.desk.until(Received))[0].content.media == ()


async def test_a_robot_that_solves_nothing_and_does_not_wait_is_refused(site: Site) -> None:
    form = Form(site, site.form(fields=FIELDS))
    await form.open()
    answer = await form.send(GOOD, solved=False)
    assert (answer.status_code, "sehr schnell" in answer.text) == (422, True)
    form.hidden["puzzle"] = "1.1.1.x.y"
    assert (await form.send(GOOD)).status_code == 422
    assert site.desk.raws == []


async def test_a_robot_that_fills_in_every_field_is_told_which_one(site: Site) -> None:
    form = Form(site, site.form(fields=FIELDS))
    await form.open()
    answer = await form.send({**GOOD, "website": "https://spam.example"})
    assert answer.status_code == 422
    assert 'class="field trap"' not in answer.text
    form.read(answer.text)
    assert (await form.send(GOOD)).status_code == 303


async def test_many_forms_of_one_address_are_slowed_down() -> None:
    async with running(Rules(form=Rate(2, 0.01))) as site:
        form = Form(site, site.form(fields=FIELDS))
        for status in (303, 303, 422):
            await form.open()
            assert (await form.send(GOOD)).status_code == status
    assert len(site.desk.raws) == 2


async def test_files_that_are_too_large_are_named(site: Site) -> None:
    form = Form(site, site.form(fields=FIELDS, file_size_megabytes=1))
    await form.open()
    answer = await form.send(GOOD, [("files", ("film.mp4", b"x" * 1_000_001, "video/mp4"))])
    assert answer.status_code == 422
    assert "film.mp4 ist zu groß: Höchstens 1 MB" in answer.text


async def test_a_form_without_a_mail_address_gets_one_and_broken_rows_are_left_out(site: Site) -> None:
    form = Form(
        site, site.form(fields=[{"kind": "text", "en": "Only this"}, {"kind": "spuk", "en": "x"}, "unfug", {"kind": "text"}])
    )
    page = await form.open()
    assert 'type="email"' in page
    assert "Only this" in page


async def test_the_page_may_be_framed_by_the_sites_of_its_list_only(site: Site) -> None:
    everywhere, some = Form(site, site.form()), Form(site, site.form(frames=["https://www.example.com", "x; script-src *"]))
    assert (await everywhere.http.get(everywhere.address)).headers["content-security-policy"].endswith("frame-ancestors *")
    policy = (await some.http.get(some.address)).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://www.example.com")


@pytest.mark.browser
async def test_a_person_fills_it_in_and_gets_a_number(site: Site, page: Page) -> None:
    account = site.form(fields=FIELDS)
    await page.goto(f"{site.origin}/form/{account.id}?lang=de")
    await page.get_by_label("Ihr Name").fill("Änne Köhler")
    await page.get_by_role("button", name="Nachricht senden").click()
    await expect(page.get_by_label("E-Mail")).to_be_focused()
    await expect(page.locator(".wrong:visible")).to_have_count(3)
    await page.get_by_label("E-Mail").fill("aenne@example.com")
    await expect(page.locator(".wrong:not(:empty)")).to_have_count(2)
    await page.get_by_label("Nachricht", exact=True).fill("Grüße")
    await page.get_by_label("Fahrrad").select_option("berg")
    await page.get_by_label("Ich stimme zu").check()
    await page.get_by_label("Dateien").set_input_files([{"name": "b.txt", "mimeType": "text/plain", "buffer": b"x"}])
    await page.get_by_role("button", name="Nachricht senden").click()
    await expect(page.get_by_role("heading")).to_contain_text("Ihre Nachricht ist angekommen")
    said = (await site.desk.until(Received))[0]
    await expect(page.locator(".number strong")).to_have_text(said.content.data["reference"])


@pytest.mark.browser
async def test_it_works_without_scripts_for_a_person_who_takes_a_moment(site: Site, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{site.origin}/form/{site.form().id}")
    await page.get_by_label("Your name").fill("Aoife")
    await page.get_by_label("Your message").fill("Hello")
    for _ in range(9):  # a robot's haste first: each time what was typed is kept
        await page.get_by_label("e-mail").fill("aoife@example.com")
        await page.get_by_role("button", name="Send message").click()
        if "/thanks" in page.url:
            break
        await expect(page.get_by_label("Your message")).to_have_value("Hello")
        await page.wait_for_timeout(6_500)  # the person looks it over: the only thing that helps here is time
    await expect(page.get_by_role("heading")).to_contain_text("your message has arrived")
    await site.desk.until(Received)
    await context.close()


@pytest.mark.browser
async def test_embedded_in_a_foreign_page_it_grows_with_its_content(site: Site, page: Page) -> None:
    account = site.form(fields=FIELDS)
    script = f'<script async src="{site.origin}/form/{account.id}/embed.js"></script>'
    text = f'<!doctype html><html lang="de"><title>Laden</title><h1>Kontakt</h1>{script}'
    await page.route(
        "http://www.shop.example/**", lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8")
    )
    await page.goto("http://www.shop.example/kontakt")
    frame = page.frame_locator("iframe")
    await frame.get_by_label("Ihr Name").fill("Cem Yıldız")
    await frame.get_by_label("E-Mail").fill("cem@example.com")
    await frame.get_by_label("Nachricht", exact=True).fill("Aus dem Rahmen")
    await frame.get_by_label("Ich stimme zu").check()
    heights = "document.querySelector('iframe').getBoundingClientRect().height"
    assert await page.evaluate(heights) > 700
    await frame.get_by_role("button", name="Nachricht senden").click()
    await expect(frame.get_by_role("heading")).to_contain_text("angekommen")
    assert (await site.desk.until(Received))[0].origin["page"] == "http://www.shop.example/kontakt"
