"""Files that a channel cannot carry go as links; who has the link can read the file, and nobody can make one."""

from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import aiohttp
from tests.web.served import served

from oase.conversations import linker
from oase.kernel.ids import new_id
from oase.web import sentfiles

from .conftest import Company, Program


async def uploaded(company: Company, program: Program, name: str, type: str, content: bytes) -> str:
    """A file that waits for its message."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", content, filename=name, content_type=type)
    headers = {"authorization": f"Bearer {program.token}"}
    async with company.session.post("/api/v1/attachments", data=form, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


async def planned(company: Company) -> list[dict[str, Any]]:
    """What the deliveries will say, in order."""
    async with company.services.database.work(company.workspace_id) as work:
        rows = await work.tuples("SELECT outbound FROM delivery ORDER BY part")
    return [row[0]["outbound"] for row in rows]


async def fetch(company: Company, path: str) -> tuple[int, bytes, str]:
    """What an address of ours gives to a stranger."""
    app = served(company.services, handlers=sentfiles.handlers)
    async with app as url, aiohttp.ClientSession(url) as session, session.get(path) as answer:
        return answer.status, await answer.read(), answer.headers.get("content-disposition", "")


async def test_a_file_that_the_channel_cannot_carry_goes_as_a_link_that_opens_it(
    company: Company, program: Program, begun: dict[str, Any]
) -> None:
    file = await uploaded(company, program, "Pläne für Müller.zip", "application/zip", b"PK\x03\x04")
    answer = await program(
        "POST", f"/conversations/{begun['conversation_id']}/messages", {"text": "Hier", "attachment_ids": [file]}
    )
    assert answer.status == 201, answer.body
    [said] = await planned(company)
    link = said["text"].rpartition(" ")[2]
    assert link.startswith("https://support.example.com/f/") and "Pläne für Müller.zip: " in said["text"]
    status, content, disposition = await fetch(company, urlsplit(link).path)
    assert (status, content) == (200, b"PK\x03\x04")
    assert disposition.startswith("attachment;")


async def test_nobody_can_make_a_link(company: Company, program: Program) -> None:
    file = UUID(await uploaded(company, program, "Rechnung.pdf", "application/pdf", b"%PDF"))
    link_to = linker(company.services.book, company.workspace_id)
    token = urlsplit(link_to(file, "Rechnung.pdf")).path.split("/")[2]
    forged = [token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), token[:20], "x", "", "ü" * 64, token.swapcase()]
    others = [urlsplit(link_to(new_id(), "a")).path, urlsplit(linker(company.services.book, new_id())(file, "a")).path]
    for path in [*(f"/f/{quote(one)}/Rechnung.pdf" for one in forged), *others]:
        assert (await fetch(company, path))[0] == 404, path
    assert (await fetch(company, f"/f/{token}/egal"))[:2] == (200, b"%PDF")


async def test_a_link_ends_with_its_file(company: Company, program: Program, begun: dict[str, Any]) -> None:
    file = await uploaded(company, program, "Pläne.zip", "application/zip", b"PK\x03\x04")
    path = f"/conversations/{begun['conversation_id']}/messages"
    assert (await program("POST", path, {"text": "Hier", "attachment_ids": [file]})).status == 201
    link = urlsplit(linker(company.services.book, company.workspace_id)(UUID(file), "Pläne.zip")).path
    assert (await fetch(company, link))[0] == 200
    assert (await program("DELETE", f"/persons/{begun['person_id']}")).status == 204
    assert (await fetch(company, link))[0] == 404
