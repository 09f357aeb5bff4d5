"""The adapter against a real WordPress: visitors write with its form, editors work in it, Oase asks, answers and moderates."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from urllib.request import urlopen

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.servers.wordpress import EDITOR, TITLE, WordPress, missing, wordpress

from oase.channels.adapters.feeds import adapter as feeds
from oase.channels.adapters.wordpress import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Act,
    Edited,
    Envelope,
    Moderate,
    Moderated,
    Received,
    Refused,
    SaidElsewhere,
    Say,
)
from oase.kernel.http import Outside
from oase.kernel.http.guard import Guard
from oase.kernel.secrets import Secret

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("wordpress"), pytest.mark.skipif(bool(missing()), reason=missing())]


@pytest.fixture(scope="module")
def blog() -> Iterator[WordPress]:
    with wordpress() as running:
        yield running


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    outside = Outside(guard=Guard([ip_network("127.0.0.0/8")]))
    yield outside
    await outside.close()


@pytest.fixture
def caller(blog: WordPress, outside: Outside) -> Caller:
    account = Account(
        id="1", channel="wordpress", settings={"url": blog.url, "user": EDITOR}, secrets={"password": (Secret(blog.password),)}
    )
    return Caller(adapter, account, outside, lambda: datetime.now(UTC))


def envelope(blog: WordPress, comment: int) -> Envelope:
    return Envelope(
        id="0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", to="erika@example.com", thread=str(blog.post), reply_to=str(comment),
        at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip


async def test_a_visitor_writes_the_team_answers_and_readers_see_it(blog: WordPress, caller: Caller) -> None:
    assert (checked := await caller.check()).ok, checked
    assert checked.summary == f"{TITLE} · Serviceteam"
    await caller.round()
    question = await asyncio.to_thread(
        blog.comment, "Erika Mustermann", "erika@example.com", "Der Korb klemmt 😡\nGibt es Ersatz?"
    )
    [received] = await caller.round()
    assert isinstance(received, Received)
    assert (received.content.text, received.sender.name) == ("Der Korb klemmt 😡\nGibt es Ersatz?", "Erika Mustermann")
    assert received.thread
    assert received.thread.title == "Unser neuer Rasenmäher – lohnt er sich? 🌱"
    outcome = await caller.say(Say(envelope=envelope(blog, question), text="Ja, <b>nächste</b> Woche & kostenlos."))
    assert isinstance(outcome, Accepted), outcome
    public = f"{blog.url}/?rest_route=/wp/v2/comments/{outcome.external_id}"  # without signing in, as readers' pages get it
    shown = json.loads(await asyncio.to_thread(lambda: urlopen(public, timeout=30).read()))
    assert shown["content"]["rendered"] == "<p>Ja, &lt;b&gt;nächste&lt;/b&gt; Woche &amp; kostenlos.</p>\n"
    assert (shown["author_name"], shown["parent"]) == ("Serviceteam", question)
    [ours] = await caller.round()
    assert isinstance(ours, SaidElsewhere)
    assert (ours.external_id, ours.our_id, ours.reply_to) == (
        outcome.external_id, "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", str(question),
    )  # fmt: skip
    again = await caller.say(Say(envelope=envelope(blog, question), text="Ja, <b>nächste</b> Woche & kostenlos."))
    assert isinstance(again, Refused)
    assert again.code == "comment_duplicate"


async def test_what_moderators_do_here_and_there_is_seen_on_both_sides(blog: WordPress, caller: Caller) -> None:
    comment = await asyncio.to_thread(blog.comment, "Max", "max@example.com", "Schaut mal her, alles billig!")
    await caller.round()
    acts: tuple[tuple[Act, str], ...] = (("hide", "unapproved"), ("show", "approved"), ("delete", "trash"))
    for act, state in acts:
        assert isinstance(await caller.say(Moderate(envelope=envelope(blog, comment), act=act)), Accepted)
        assert await asyncio.to_thread(blog.run, f"return wp_get_comment_status({comment});") == state
        [seen] = await caller.round()
        assert isinstance(seen, Moderated)
        assert (seen.external_id, seen.act) == (str(comment), act)
    await asyncio.to_thread(blog.run, f"wp_untrash_comment({comment}); wp_set_comment_status({comment}, 'approve'); return 1;")
    assert [event.act for event in await caller.round() if isinstance(event, Moderated)] == ["show"]
    await asyncio.to_thread(blog.run, f"return wp_update_comment(['comment_ID' => {comment}, 'comment_content' => 'Entfernt.']);")
    [edited] = await caller.round()
    assert isinstance(edited, Edited)
    assert edited.content.text == "Entfernt."
    await asyncio.to_thread(blog.run, f"return wp_delete_comment({comment}, true);")
    [gone] = await caller.round()
    assert isinstance(gone, Moderated)
    assert gone.act == "delete"


async def test_a_comment_that_waits_for_approval_arrives_as_hidden(blog: WordPress, caller: Caller) -> None:
    await caller.round()
    await asyncio.to_thread(blog.run, "return update_option('comment_moderation', '1');")
    try:
        comment = await asyncio.to_thread(blog.comment, "Jürgen Groß", "jg@example.com", "Bitte freigeben")
    finally:
        await asyncio.to_thread(blog.run, "return update_option('comment_moderation', '0');")
    received, held = await caller.round()
    assert isinstance(received, Received)
    assert received.external_id == str(comment)
    assert isinstance(held, Moderated)
    assert held.act == "hide"


async def test_a_storm_of_comments_arrives_whole_and_in_order(blog: WordPress, caller: Caller) -> None:
    await caller.round()
    ids = await asyncio.to_thread(
        blog.run,
        f"$ids = []; for ($n = 1; $n <= 230; $n++) $ids[] = wp_insert_comment(['comment_post_ID' => {blog.post}, "
        "'comment_author' => \"Leser $n\", 'comment_author_email' => \"leser$n@example.com\", "
        "'comment_content' => \"Nummer $n\", 'comment_approved' => 1]); return $ids;",
    )
    events = await caller.round()
    assert [event.external_id for event in events if isinstance(event, Received)] == [str(one) for one in ids]
    assert not await caller.round()


async def test_wrong_and_missing_rights_are_told_in_words(blog: WordPress, caller: Caller) -> None:
    caller.account = replace(caller.account, secrets={"password": (Secret("falsch"),)})
    checked = await caller.check()
    assert not checked.ok
    assert "user name or application password are wrong" in checked.summary
    refused = await caller.poll()
    assert isinstance(refused, Refused)
    assert refused.sign_in
    caller.account = replace(
        caller.account, settings={"url": blog.url, "user": "leserin"}, secrets={"password": (Secret(blog.reader_password),)}
    )
    assert "may not moderate comments" in (await caller.check()).summary


async def test_closed_comments_refuse_an_answer(blog: WordPress, caller: Caller) -> None:
    comment = await asyncio.to_thread(blog.comment, "Zoë", "zoe@example.com", "Last one!")
    await asyncio.to_thread(blog.run, f"return wp_update_post(['ID' => {blog.post}, 'comment_status' => 'closed']);")
    try:
        outcome = await caller.say(Say(envelope=envelope(blog, comment), text="Danke!"))
    finally:
        await asyncio.to_thread(blog.run, f"return wp_update_post(['ID' => {blog.post}, 'comment_status' => 'open']);")
    assert isinstance(outcome, Refused)
    assert outcome.why.startswith("Comments are closed for this article.")


async def test_feeds_of_a_real_wordpress_are_read_with_their_comments(blog: WordPress, outside: Outside) -> None:
    account = Account(id="2", channel="feeds", settings={"url": f"{blog.url}/?feed=rss2", "comments": True, "minutes": 1})
    reader = Caller(feeds, account, outside, lambda: datetime.now(UTC))
    assert (await reader.check()).summary == f"{TITLE} · 2"
    await reader.round()
    assert not await reader.round(), "Nothing is new, and yet something came."
    await asyncio.to_thread(blog.comment, "Ayşe", "ayse@example.com", "Kommt bald Ersatz? 🌧️")
    comments = [event for event in await reader.round() if isinstance(event, Received)]
    assert [(one.content.text, one.thread and one.thread.title) for one in comments] == [
        ("Kommt bald Ersatz? 🌧️", "Unser neuer Rasenmäher – lohnt er sich? 🌱")
    ]
