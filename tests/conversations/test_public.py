"""Public conversations: each thread gathers in one, several speak, each message waits by itself, nothing private gets in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from msgspec.structs import replace

from oase.channels import create_account
from oase.channels.contract import Content, Deleted, Edited, Event, Media, Moderated, Raw, Thread
from oase.conversations import (
    PERSON_PART,
    Author,
    ConversationFilter,
    conversations_of,
    list_conversations,
    merge,
    merge_persons,
    parse_query,
    search,
    set_state,
    split,
    unmerge_persons,
)
from oase.conversations.changes import ChangeRule, set_change_rule
from oase.conversations.keeping.repository import sweep_conversations
from oase.conversations.search import Indexer
from oase.kernel.db import Database
from oase.kernel.errors import Invalid
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe
from oase.people import PART as PEOPLE_PART
from oase.people import erase_person, export_person, preview

from . import page as page_channel
from .conftest import TakeIn
from .page import AT, AYLIN, BORIS, POST, answers, comment, delivery, posts, somebody, writes

ANNE = Author(name="Änne Köhler")


class Wall:
    """The page's account, as a test looks at it."""

    def __init__(self, database: Database, workspace_id: UUID, account_id: UUID, take_in: TakeIn) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.account_id = account_id
        self._take_in = take_in

    async def hears(self, *events: Event) -> None:
        """These events arrive in one delivery."""
        await self.takes(delivery(*events))

    async def takes(self, *deliveries: Raw) -> None:
        """These deliveries arrive, and all of them are taken in."""
        await self._take_in(self.account_id, *deliveries)

    async def rows(self, statement: str, **facts: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        async with self.database.work(self.workspace_id) as work:
            return list(await work.tuples(statement, facts))

    async def value(self, statement: str, **facts: Any) -> Any:
        """One value of the database."""
        async with self.database.work(self.workspace_id) as work:
            return await work.value(statement, facts)

    async def waiting(self) -> list[str]:
        """What still needs an answer, the longest first."""
        return [row[0] for row in await self.rows("SELECT text FROM message WHERE wants_answer ORDER BY at, id")]

    async def person(self, name: str) -> UUID:
        """The person of this name."""
        found = await self.value("SELECT person_id FROM identity WHERE name = %(name)s", name=name)
        assert isinstance(found, UUID)
        return found


@pytest_asyncio.fixture
async def wall(database: Database, safe: Safe, workspace_id: UUID, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> Wall:
    """A page on which nothing was said yet."""
    page_channel.installed(monkeypatch)
    return await open_wall(database, safe, workspace_id, take_in)


async def open_wall(database: Database, safe: Safe, workspace_id: UUID, take_in: TakeIn) -> Wall:
    """The account of the page in a new workspace."""
    async with database.work(workspace_id) as work:
        account_id = await create_account(work, safe, "testpage", "Rad & Tat", {"base_url": "https://page.example"})
        await work.run(
            "INSERT INTO workspace (workspace_id, id, name, slug, language, time_zone, created_at) VALUES (%(workspace_id)s,"
            " %(workspace_id)s, 'Rad & Tat', %(workspace_id)s::text, 'de', 'Europe/Berlin', %(now)s)",
            {"now": AT},
        )
    return Wall(database, workspace_id, account_id, take_in)


# --- where what was said goes ---


async def test_a_post_with_its_comments_is_one_conversation_in_which_each_speaks_for_herself(wall: Wall) -> None:
    await wall.hears(posts())
    await wall.hears(comment(1, "Was kostet das rote?"), comment(2, "Gibt es sie auch elektrisch? ⚡", BORIS, minutes=1))
    await wall.hears(comment(3, "Das wüsste ich auch gern", BORIS, below="c-1", minutes=2))
    conversations = await wall.rows(
        "SELECT kind, subject, state, person_id, identity_id, waiting_count, speaker_count, message_count, thread FROM conversation"
    )
    facts = {"title": POST.title, "link": POST.link, "author": POST.author, "ours": True}
    assert conversations == [("public", POST.title, "open", None, None, 3, 2, 4, facts)]
    assert await wall.rows("SELECT direction, author_name, text, branch FROM message ORDER BY at, id") == [
        ("out", "", "Wir haben wieder Lastenräder! 🚲", "post-1"),
        ("in", "Aylin Öztürk", "Was kostet das rote?", "c-1"),
        ("in", "Boris O’Brien 🚴", "Gibt es sie auch elektrisch? ⚡", "c-2"),
        ("in", "Boris O’Brien 🚴", "Das wüsste ich auch gern", "c-1"),
    ]


async def test_a_comment_whose_place_is_known_only_by_what_it_answers_goes_to_that_conversation(wall: Wall) -> None:
    await wall.hears(posts())
    await wall.hears(comment(1, "Was kostet das rote?"))
    below = comment(2, "Das wüsste ich auch gern", BORIS, below="c-1", minutes=1)
    await wall.hears(replace(below, thread=Thread(external_id="c-1")))
    assert await wall.rows("SELECT thread_external_id, thread->>'title', message_count FROM conversation") == [
        ("post-1", POST.title, 3)
    ]
    assert await wall.rows("SELECT text, branch FROM message ORDER BY at, id") == [
        ("Wir haben wieder Lastenräder! 🚲", "post-1"),
        ("Was kostet das rote?", "c-1"),
        ("Das wüsste ich auch gern", "c-1"),
    ]


async def test_our_own_post_waits_for_others_and_owes_nothing(wall: Wall) -> None:
    await wall.hears(posts())
    assert await wall.rows("SELECT state, due_at, waiting_since, waiting_count, speaker_count FROM conversation") == [
        ("waiting", None, None, 0, 0)
    ]
    assert await wall.value("SELECT count(*) FROM person") == 0


async def test_a_private_message_of_somebody_who_spoke_in_public_stays_private(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"))
    await wall.hears(writes(1, "Ich wollte das nicht öffentlich fragen", reply_to="c-1", minutes=1))
    await wall.hears(comment(2, "Hallo?", minutes=2), writes(2, "Sind Sie noch da?", minutes=3))
    assert await wall.rows("SELECT kind, message_count FROM conversation ORDER BY number") == [("public", 2), ("private", 2)]
    assert await wall.value("SELECT count(*) FROM person") == 1


async def test_a_token_of_a_public_conversation_leads_nothing_private_there(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"))
    token = await wall.value("SELECT token FROM conversation")
    await wall.hears(writes(1, "Guten Tag", token=token, minutes=1))
    assert await wall.rows("SELECT kind, message_count FROM conversation ORDER BY number") == [("public", 1), ("private", 1)]


async def test_the_same_thread_on_two_accounts_is_two_conversations(wall: Wall, safe: Safe, take_in: TakeIn) -> None:
    async with wall.database.work(wall.workspace_id) as work:
        other = await create_account(work, safe, "testpage", "Zweite Seite", {"base_url": "https://page.example"})
    await wall.hears(comment(1, "Was kostet das rote?"))
    await take_in(other, delivery(comment(1, "Was kostet das rote?")))
    assert await wall.value("SELECT count(*) FROM conversation") == 2


async def test_what_comes_in_reverse_and_three_times_stands_there_once_and_in_its_branch(wall: Wall) -> None:
    events = [
        posts(),
        comment(1, "Was kostet das rote?"),
        comment(2, "Das wüsste ich auch gern", BORIS, below="c-1", minutes=1),
        comment(3, "2.400 €, glaube ich", somebody(3), below="c-2", minutes=2),
        answers(1, "2.390 € 🙂", "c-1", to=AYLIN, minutes=3),
    ]
    for event in [*reversed(events), *events, *reversed(events)]:
        await wall.hears(event)
    assert await wall.rows("SELECT external_id, branch FROM message ORDER BY at") == [
        ("post-1", "post-1"), ("c-1", "c-1"), ("c-2", "c-1"), ("c-3", "c-1"), ("o-1", "c-1"),
    ]  # fmt: skip
    assert await wall.value("SELECT count(*) FROM conversation") == 1
    assert await wall.waiting() == ["Das wüsste ich auch gern", "2.400 €, glaube ich"]


async def test_the_place_is_called_as_it_is_called_now_unless_an_agent_named_it(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"))
    renamed = Thread(external_id="post-1", title="Ausverkauft 😢")
    await wall.hears(comment(2, "Schade", BORIS, thread=renamed, minutes=1))
    assert await wall.rows("SELECT subject, thread->>'title', thread->>'link' FROM conversation") == [
        ("Ausverkauft 😢", "Ausverkauft 😢", POST.link)
    ]
    async with wall.database.work(wall.workspace_id) as work:
        await work.run("UPDATE conversation SET subject = 'Lastenräder im November'")
    await wall.hears(comment(3, "Wann wieder?", BORIS, minutes=2))
    assert await wall.value("SELECT subject FROM conversation") == "Lastenräder im November"


async def test_our_post_that_is_edited_names_its_conversation_anew(wall: Wall) -> None:
    await wall.hears(posts(), comment(1, "Toll"))
    await wall.hears(Edited(external_id="post-1", content=Content(text="Lastenräder: nur noch drei!"), at=AT))
    assert await wall.value("SELECT subject FROM conversation") == "Lastenräder: nur noch drei!"


async def test_what_our_side_said_to_nobody_and_not_in_public_is_put_aside_alone(wall: Wall) -> None:
    lost = answers(1, "Wohin?")
    await wall.hears(comment(1, "Was kostet das rote?"), type(lost)(external_id="o-9", at=AT, content=Content(text="Wohin?")))
    assert await wall.rows("SELECT text FROM message") == [("Was kostet das rote?",)]
    assert await wall.rows("SELECT place FROM quarantine") == [("o-9",)]


# --- what waits for an answer ---


async def test_an_answer_settles_what_its_author_said_before_in_this_branch_and_nobody_elses(wall: Wall) -> None:
    await wall.hears(
        comment(1, "Was kostet das rote?"),
        comment(2, "Das wüsste ich auch gern", BORIS, below="c-1", minutes=1),
        comment(3, "Hallo?", below="c-1", minutes=2),
        comment(4, "Und das blaue?", minutes=3),
    )
    await wall.hears(answers(1, "2.390 €", "c-3", to=AYLIN, minutes=4))
    assert await wall.waiting() == ["Das wüsste ich auch gern", "Und das blaue?"]
    assert await wall.rows("SELECT state, waiting_count FROM conversation") == [("open", 2)]
    await wall.hears(answers(2, "Steht oben 🙂", "c-2", to=BORIS, minutes=5), answers(3, "Auch 2.390 €", "c-4", minutes=6))
    assert await wall.rows("SELECT state, waiting_count, due_at, waiting_since FROM conversation") == [("waiting", 0, None, None)]


async def test_an_answer_to_everybody_settles_nobodys_question(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"), answers(1, "Danke für die vielen Fragen!"))
    assert await wall.waiting() == ["Was kostet das rote?"]


async def test_the_promise_is_that_of_the_place_and_of_the_question_that_waits_longest(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"), comment(2, "Und das blaue?", BORIS, minutes=30))
    assert await wall.value("SELECT due_at FROM conversation") == AT + timedelta(hours=24)
    await wall.hears(answers(1, "2.390 €", "c-1", minutes=31))
    assert await wall.value("SELECT due_at FROM conversation") == AT + timedelta(hours=24, minutes=30)


async def test_what_a_machine_says_in_public_waits_for_nobody(wall: Wall) -> None:
    await wall.hears(comment(1, "🤖 Reposted 4 times", automatic="auto_reply"))
    assert await wall.rows("SELECT state, waiting_count, due_at FROM conversation") == [("waiting", 0, None)]


async def test_solving_settles_everything_and_opening_again_brings_it_back_but_a_new_comment_does_not(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"), comment(2, "Und das blaue?", BORIS))
    conversation = await wall.value("SELECT id FROM conversation")
    async with wall.database.work(wall.workspace_id) as work:
        await set_state(work, ANNE, conversation, "solved")
    assert await wall.waiting() == []
    await wall.hears(comment(3, "Noch da?", minutes=3))
    assert await wall.waiting() == ["Noch da?"]
    async with wall.database.work(wall.workspace_id) as work:
        await set_state(work, ANNE, conversation, "solved")
        await set_state(work, ANNE, conversation, "open")
    assert await wall.waiting() == ["Was kostet das rote?", "Und das blaue?", "Noch da?"]


# --- changed, taken back, hidden ---


async def test_an_edited_comment_keeps_its_earlier_words_unless_the_workspace_forgets_them(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rohte?"))
    await wall.hears(Edited(external_id="c-1", content=Content(text="Was kostet das rote?"), at=AT + timedelta(minutes=1)))
    statement = "SELECT text, data->'earlier'->0->>'text' FROM message"
    assert await wall.rows(statement) == [("Was kostet das rote?", "Was kostet das rohte?")]
    async with wall.database.work(wall.workspace_id) as work:
        await set_change_rule(work, ChangeRule(edited="forget"))
    await wall.hears(Edited(external_id="c-1", content=Content(text="Preis vom roten?"), at=AT + timedelta(minutes=2)))
    assert await wall.rows(statement) == [("Preis vom roten?", None)]
    assert await _erasures(wall) == ["edited"]  # of the first edit the message itself says all


async def _erasures(wall: Wall) -> list[str]:
    """Why words went, by the audit log, which holds none of them."""
    entries = await wall.rows(
        "SELECT a.data->>'why', a.data::text, m.id IS NOT NULL FROM audit_entry a LEFT JOIN message m ON m.id = a.subject_id"
        " WHERE a.act = 'message.erased' ORDER BY a.id"
    )
    assert all(known and "roten" not in data and "5550199" not in data for _, data, known in entries)
    return [why for why, _, _ in entries]


async def test_a_comment_that_was_taken_back_is_erased_with_files_raw_delivery_words_in_lists_and_in_the_search(
    wall: Wall, database: Database
) -> None:
    picture = Media(ref="https://page.example/1.jpg", source="call", type="image/jpeg", name="Knie.jpg")
    await wall.hears(comment(1, "Erste"))
    wrong = comment(2, "Meine Nummer ist +49 30 5550199", minutes=1)
    await wall.hears(type(wrong)(**{**_fields(wrong), "content": Content(text=wrong.content.text, media=(picture,))}))
    await _index(database)
    assert await _found(wall, "Nummer") == 1
    await wall.hears(Deleted(external_id="c-2", at=AT + timedelta(minutes=2)))
    await _index(database)
    assert await wall.rows(
        "SELECT text, deleted_at IS NOT NULL, data->'erased', wants_answer FROM message ORDER BY at DESC LIMIT 1"
    ) == [("", True, True, False)]
    assert await wall.value("SELECT count(*) FROM attachment") == 0
    assert await wall.rows("SELECT first_line, waiting_count FROM conversation") == [("Erste", 1)]
    assert await _erasures(wall) == ["taken_back"]
    assert await wall.value("SELECT count(*) FROM journal WHERE convert_from(body, 'utf8') LIKE '%%5550199%%'") == 0
    assert await _found(wall, "Nummer") == 0


def _fields(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


async def _index(database: Database) -> None:
    locks = Locks(database.dsn)
    await Indexer(database, LiveHub(database), locks).catch_up()
    await locks.close()


async def _found(wall: Wall, words: str) -> int:
    async with wall.database.work(wall.workspace_id) as work:
        return len((await search(work, parse_query(words))).conversations)


async def test_what_was_taken_back_edited_or_hidden_before_it_came_is_so_when_it_comes(wall: Wall) -> None:
    at = AT + timedelta(minutes=1)
    await wall.hears(Deleted(external_id="c-1", at=at), Moderated(external_id="c-2", act="hide", at=at, by="Ben"))
    await wall.hears(Edited(external_id="c-2", content=Content(text="Schönes Rad!"), at=at))
    await wall.hears(comment(1, "Meine Nummer ist +49 30 5550199"), comment(2, "Schönes Rat", BORIS))
    assert await wall.rows("SELECT text, deleted_at IS NOT NULL, data->'hidden'->>'by' FROM message ORDER BY external_id") == [
        ("", True, None), ("Schönes Rad!", False, "Ben"),
    ]  # fmt: skip
    assert await wall.waiting() == ["Schönes Rad!"]
    assert await wall.value("SELECT count(*) FROM parked_receipt") == 0


async def test_a_workspace_may_keep_what_was_taken_back(wall: Wall) -> None:
    async with wall.database.work(wall.workspace_id) as work:
        await set_change_rule(work, ChangeRule(deleted="keep"))
    await wall.hears(comment(1, "Ihr seid Betrüger!"))
    await wall.hears(Deleted(external_id="c-1", at=AT + timedelta(minutes=2)))
    assert await wall.rows("SELECT text, deleted_at IS NOT NULL FROM message") == [("Ihr seid Betrüger!", True)]
    assert await _erasures(wall) == []
    assert await wall.value("SELECT count(*) FROM audit_entry WHERE act = 'setting.changed'") == 1  # the rule itself
    assert await wall.value("SELECT waiting_count FROM conversation") == 0


async def test_what_was_hidden_or_liked_with_another_program_is_known_with_who_and_when(wall: Wall) -> None:
    await wall.hears(comment(1, "Kauft lieber bei mir! 💸"))
    at = AT + timedelta(minutes=1)
    await wall.hears(
        Moderated(external_id="c-1", act="hide", at=at, by="Änne Köhler"), Moderated(external_id="c-1", act="like", at=at),
        Moderated(external_id="c-1", act="like", at=at), Moderated(external_id="c-unbekannt", act="hide", at=at),
    )  # fmt: skip
    data = await wall.value("SELECT data FROM message")
    assert data["hidden"]["by"] == "Änne Köhler"
    assert data["liked"]["at"].startswith("2026-11-24T09:31")
    await wall.hears(Moderated(external_id="c-1", act="show", at=at + timedelta(minutes=1)))
    assert "hidden" not in await wall.value("SELECT data FROM message")
    await wall.hears(Moderated(external_id="c-1", act="delete", at=at + timedelta(minutes=2), by="Ben"))
    assert await wall.rows("SELECT text, deleted_at IS NOT NULL, data->>'deleted_by' FROM message") == [
        ("Kauft lieber bei mir! 💸", True, "Ben")
    ]


# --- the persons ---


async def test_a_persons_history_and_search_show_the_public_conversations_in_which_they_spoke(
    wall: Wall, database: Database
) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"), comment(2, "Schön", BORIS), writes(1, "Hallo", minutes=5))
    other = Thread(external_id="post-2", title="Neue Öffnungszeiten", ours=True)
    await wall.hears(comment(3, "Auch samstags?", BORIS, thread=other))
    aylin, boris = await wall.person("Aylin Öztürk"), await wall.person("Boris O’Brien 🚴")
    async with database.work(wall.workspace_id) as work:
        assert [one.kind for one in await conversations_of(work, aylin)] == ["private", "public"]
        assert [one.subject for one in await conversations_of(work, boris)] == [POST.title, "Neue Öffnungszeiten"]
        found = await list_conversations(work, ConversationFilter(person_id=boris), limit=10)
        assert {one.subject for one in found} == {POST.title, "Neue Öffnungszeiten"}
    await _index(database)
    async with database.work(wall.workspace_id) as work:
        hits = (await search(work, parse_query("from:boris samstags"))).conversations
        assert [(one.person_name, one.subject) for one in hits] == [("Boris O’Brien 🚴", "Neue Öffnungszeiten")]


async def test_merging_two_persons_joins_what_they_said_in_public_and_taking_them_apart_restores_it(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"), comment(2, "Schön", BORIS))
    other = Thread(external_id="post-2", title="Neue Öffnungszeiten")
    await wall.hears(comment(3, "Auch samstags?", BORIS, thread=other))
    aylin, boris = await wall.person("Aylin Öztürk"), await wall.person("Boris O’Brien 🚴")

    async def told(person: UUID) -> set[str]:
        async with wall.database.work(wall.workspace_id) as work:
            return {one.subject for one in await conversations_of(work, person)}

    before = await told(aylin), await told(boris)
    async with wall.database.work(wall.workspace_id) as work:
        record = await merge_persons(work, aylin, boris)
    assert (await told(aylin), await told(boris)) == ({POST.title, "Neue Öffnungszeiten"}, set())
    async with wall.database.work(wall.workspace_id) as work:
        await unmerge_persons(work, record.id)
    assert (await told(aylin), await told(boris)) == before


async def test_public_conversations_are_neither_merged_nor_split(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"), writes(1, "Hallo"))
    public, private = [row[0] for row in await wall.rows("SELECT id FROM conversation ORDER BY kind DESC")]
    message = await wall.value("SELECT id FROM message WHERE external_id = 'c-1'")
    async with wall.database.work(wall.workspace_id) as work:
        for kept, merged in ((public, private), (private, public)):
            with pytest.raises(Invalid, match="cannot be merged"):
                await merge(work, ANNE, kept, merged)
        with pytest.raises(Invalid, match="answer somebody in private"):
            await split(work, ANNE, public, [message])


async def test_erasing_a_person_removes_what_they_said_in_public_and_nothing_else(wall: Wall) -> None:
    mention = Thread(external_id="c-9", title="Rad & Tat hat mich hängen lassen", author="Aylin Öztürk")
    await wall.hears(posts(), comment(1, "Was kostet das rote?"), comment(2, "Schön", BORIS, below="c-1", minutes=1))
    await wall.hears(answers(1, "2.390 €, Aylin", "c-1", to=AYLIN, minutes=2))
    await wall.hears(
        comment(9, "Rad & Tat hat mich hängen lassen", thread=mention), comment(10, "Mich auch", BORIS, thread=mention)
    )
    alone = Thread(external_id="c-11", title="Wann habt ihr offen?", author="Aylin Öztürk")
    await wall.hears(comment(11, "Wann habt ihr offen?", thread=alone))
    aylin = await wall.person("Aylin Öztürk")
    async with wall.database.work(wall.workspace_id) as work:
        counts = await preview(work, [PEOPLE_PART, PERSON_PART], aylin)
        assert counts == {"addresses": 1, "conversations": 3, "messages": 3, "files": 0, "consents": 0}
        given = await export_person(work, [PEOPLE_PART, PERSON_PART], aylin)
        texts = [one["text"] for place in given.records["public"] for one in place["messages"]]
        assert sorted(texts) == [
            "2.390 €, Aylin",
            "Rad & Tat hat mich hängen lassen",
            "Wann habt ihr offen?",
            "Was kostet das rote?",
        ]
        await erase_person(work, [PEOPLE_PART, PERSON_PART], aylin)
    assert await wall.rows("SELECT text FROM message ORDER BY at, id") == [
        ("Wir haben wieder Lastenräder! 🚲",), ("Mich auch",), ("Schön",), ("2.390 €, Aylin",),
    ]  # fmt: skip
    assert await wall.rows("SELECT subject, thread->>'author', speaker_count, waiting_count FROM conversation ORDER BY number") == [
        (POST.title, "Rad & Tat", 1, 1), ("", None, 1, 1),
    ]  # fmt: skip
    assert await wall.value("SELECT count(*) FROM journal WHERE convert_from(body, 'utf8') LIKE '%%Aylin%%'") == 0
    assert await wall.value("SELECT count(*) FROM message WHERE identity_id NOT IN (SELECT id FROM identity)") == 0


async def test_old_solved_public_conversations_go_and_with_them_who_only_spoke_there(wall: Wall) -> None:
    await wall.hears(comment(1, "Was kostet das rote?"), comment(2, "Schön", BORIS))
    other = Thread(external_id="post-2", title="Neue Öffnungszeiten")
    await wall.hears(comment(3, "Auch samstags?", BORIS, thread=other))
    async with wall.database.work(wall.workspace_id) as work:
        await work.run("UPDATE conversation SET state = 'solved' WHERE thread_external_id = 'post-1'")
        await work.run("UPDATE identity SET last_seen_at = %(at)s", {"at": AT})
        assert await sweep_conversations(work, AT + timedelta(days=400), 10) == 1
    assert await wall.rows("SELECT name FROM identity") == [("Boris O’Brien 🚴",)]
