"""What a list shows of a conversation: the last words of a human; what a machine said only where nobody said anything."""

from datetime import timedelta
from uuid import UUID

from oase.channels import AccountBook
from oase.channels.contract import Deleted
from oase.conversations import Answer, Author, say, split
from oase.kernel.db import Database
from oase.kernel.ids import new_id

from .test_taking_in import AT, Tell, says, tell, the, timed

__all__ = ["tell", "timed"]
MINUTE = timedelta(minutes=1)
LINE = "ROW(first_line, first_line_by)::text"


async def answers(database: Database, book: AccountBook, workspace_id: UUID, text: str, *, automatic: bool) -> UUID:
    """Somebody of us, or Oase, says something in the first conversation."""
    answer = Answer(client_key=new_id(), text=text, automatic=automatic, undo=timedelta(0))
    conversation_id = await the(database, workspace_id)
    async with database.work(workspace_id) as work:
        return await say(work, book, Author(name="Änne"), conversation_id, answer)


async def test_what_oase_says_by_itself_does_not_cover_what_the_customer_wants(
    timed: Database, book: AccountBook, workspace_id: UUID, tell: Tell
) -> None:
    await tell(says("Wo bleibt mein Paket?", number=1))
    await answers(timed, book, workspace_id, "Sie haben unsere Antwort bis 18:57 Uhr.", automatic=True)
    assert await the(timed, workspace_id, LINE) == '("Wo bleibt mein Paket?",in)'
    await answers(timed, book, workspace_id, "Kommt morgen!", automatic=False)
    await answers(timed, book, workspace_id, "Wir sind ab Montag wieder da.", automatic=True)
    assert await the(timed, workspace_id, LINE) == '("Kommt morgen!",out)'


async def test_nor_does_the_note_that_somebody_is_away_or_a_mail_did_not_arrive(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    away = says("Ich bin bis Montag nicht im Büro.", number=2, at=AT + 2 * MINUTE, automatic="auto_reply")
    await tell(says("Wo bleibt mein Paket?", number=1), away)
    assert await the(timed, workspace_id, LINE) == '("Wo bleibt mein Paket?",in)'
    await tell(says("Nicht zustellbar", number=3, at=AT + 3 * MINUTE, automatic="bounce"))
    assert await the(timed, workspace_id, LINE) == '("Wo bleibt mein Paket?",in)'
    late = says("Die Nummer ist 4711.", number=4, at=AT + MINUTE)  # arrived late: a human's words all the same
    await tell(late, says("Noch immer nicht im Büro.", number=5, at=AT + 4 * MINUTE, automatic="auto_reply"))
    assert await the(timed, workspace_id, LINE) == '("Die Nummer ist 4711.",in)'


async def test_where_only_machines_spoke_their_words_are_shown_until_a_human_speaks(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    await tell(says("Ihr Zertifikat läuft ab.", number=1, automatic="auto_reply"))
    assert await the(timed, workspace_id, LINE) == '("Ihr Zertifikat läuft ab.",in)'
    await tell(says("Was heißt das?", number=2, at=AT + MINUTE))
    assert await the(timed, workspace_id, LINE) == '("Was heißt das?",in)'


async def test_it_stays_so_when_messages_are_counted_anew_or_taken_back(
    timed: Database, book: AccountBook, workspace_id: UUID, tell: Tell
) -> None:
    first = says("Haben Sie offen?", number=3, at=AT - MINUTE)
    await tell(first, says("Wo bleibt mein Paket?", number=1), says("Und die Rechnung?", number=2, at=AT + MINUTE))
    conversation_id = await the(timed, workspace_id)
    await answers(timed, book, workspace_id, "Sie haben unsere Antwort bis 18:57 Uhr.", automatic=True)
    await tell(Deleted(external_id="wamid.2", at=AT + 2 * MINUTE))
    assert await the(timed, workspace_id, LINE) == '("Wo bleibt mein Paket?",in)'
    async with timed.work(workspace_id) as work:
        other = await work.value("SELECT id FROM message WHERE text = 'Haben Sie offen?'")
        await split(work, Author(name="Änne"), conversation_id, [other])
    assert await the(timed, workspace_id, LINE) == '("Wo bleibt mein Paket?",in)'
