"""Public conversations over the API: listed as such, answered in public or in private, moderated, settled."""

from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from tests.conversations import page as page_channel
from tests.conversations.page import AYLIN, BORIS, comment, delivery, posts
from tests.web.api.conftest import Company, Program

from oase.channels import create_account
from oase.conversations import IntakeWorker
from oase.kernel.clock import SystemClock
from oase.kernel.locks import Locks
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Safe


@dataclass
class Wall:
    """A public conversation: its path, and the messages by their texts."""

    path: str
    account: str
    messages: dict[str, dict[str, Any]]


@pytest_asyncio.fixture
async def wall(company: Company, program: Program, monkeypatch: pytest.MonkeyPatch) -> Wall:
    """A post with two comments of just now."""
    page_channel.installed(monkeypatch)
    monkeypatch.setattr(page_channel, "AT", SystemClock().now())
    services, workspace_id = company.services, company.workspace_id
    async with services.database.work(workspace_id) as work:
        account_id = await create_account(work, Safe(b"k" * 32), "testpage", "Rad & Tat", {"base_url": "https://page.example"})
    locks = Locks(services.database.dsn)
    worker = IntakeWorker(services.database, services.book, services.blobs, services.live, locks)
    arrived = delivery(posts(), comment(1, "Was kostet das rote?", AYLIN), comment(2, "Schönes Rad", BORIS, minutes=1))
    await services.journal.accept(workspace_id, account_id, "testpage", arrived)
    assert await worker.take_batch(workspace_id, account_id) == 1
    await locks.close()
    (found,) = (await program("GET", "/conversations?kind=public")).body["data"]
    path = f"/conversations/{found['id']}"
    messages = (await program("GET", f"{path}/messages")).body["data"]
    return Wall(path, str(account_id), {one["text"]: one for one in messages})


async def test_a_public_conversation_says_where_it_is_held_and_what_waits(program: Program, wall: Wall) -> None:
    found = (await program("GET", wall.path)).body
    assert (found["kind"], found["person_id"], found["waiting_count"], found["speaker_count"]) == ("public", None, 2, 2)
    assert found["thread"] == {
        "external_id": "post-1", "title": "Wir haben wieder Lastenräder! 🚲", "link": "https://page.example/posts/1",
        "author": "Rad & Tat", "ours": True,
    }  # fmt: skip
    assert [one["wants_answer"] for one in wall.messages.values()] == [False, True, True]
    assert (await program("GET", "/conversations?kind=private")).body["data"] == []


async def test_an_answer_goes_to_everybody_or_to_the_author_alone(program: Program, wall: Wall) -> None:
    one, two = wall.messages["Was kostet das rote?"]["id"], wall.messages["Schönes Rad"]["id"]
    public = await program("POST", f"{wall.path}/messages", {"text": "2.390 €", "reply_to": one})
    assert (public.status, public.body["branch"], public.body["in_reply_to"]) == (201, "c-1", "c-1")
    private = await program("POST", f"{wall.path}/messages", {"text": "Danke, Boris!", "reply_to": two, "audience": "private"})
    assert (private.status, private.body["branch"]) == (201, None)
    assert private.body["conversation_id"] not in wall.path
    assert (await program("GET", wall.path)).body["waiting_count"] == 0
    (linked,) = (await program("GET", f"{wall.path}/linked")).body["data"]
    assert (linked["conversation_id"], linked["kind"], linked["message_id"]) == (private.body["conversation_id"], "private", two)
    (back,) = (await program("GET", f"/conversations/{linked['conversation_id']}/linked")).body["data"]
    assert (back["kind"], f"/conversations/{back['conversation_id']}") == ("public", wall.path)
    alone = await program("POST", f"{wall.path}/messages", {"text": "An wen?", "audience": "private"})
    assert (alone.status, alone.body["errors"][0]["pointer"]) == (422, "#/reply_to")


async def test_a_comment_is_hidden_and_shown_and_done_by_those_who_may(company: Company, program: Program, wall: Wall) -> None:
    path = f"/messages/{wall.messages['Was kostet das rote?']['id']}"
    hidden = await program("POST", f"{path}/acts", {"action": "hide"})
    assert [(one["kind"], one["act"], one["state"]) for one in hidden.body["deliveries"]] == [("act", "hide", "queued")]
    assert (hidden.status, hidden.body["wants_answer"]) == (200, False)
    shown = await program("POST", f"{path}/acts", {"action": "show"})
    assert ([one["state"] for one in shown.body["deliveries"]], shown.body["wants_answer"]) == (["cancelled"], True)
    assert (await program("POST", f"{path}/settle")).body["wants_answer"] is False
    assert (await program("POST", f"{path}/unsettle")).body["wants_answer"] is True
    reader = await company.program(Permission.CONVERSATION_READ, Permission.CONVERSATION_REPLY)
    assert (await reader("POST", f"{path}/acts", {"action": "hide"})).status == 403
    assert (await program("POST", f"{path}/acts", {"action": "burn"})).status == 422


async def test_an_account_says_what_its_public_side_can_do(program: Program, wall: Wall) -> None:
    account = (await program("GET", f"/accounts/{wall.account}")).body
    assert account["public"]["acts"] == ["delete", "hide", "like", "show", "unlike"]
    assert account["public"]["readers"] == {"de": "alle, die die Seite besuchen", "en": "everybody who visits the page"}
    assert account["public"]["private_reply"] is True
