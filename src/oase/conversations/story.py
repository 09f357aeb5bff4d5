"""What was said so far, in a few lines: for a customer who is answered on another channel than the one where it was said.

the conversation's last messages that this address has not seen --shortened--> "Our conversation so far", below the answer
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from oase.conversations.types import Answer, ConversationRow
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator, choose, translator
from oase.people import find_person
from oase.staff import find_workspace

_MESSAGES: Final = 6
_CHARACTERS: Final = 160  # of each


async def with_story(work: UnitOfWork, conversation: ConversationRow, account_id: UUID, answer: Answer) -> Answer:
    """The answer with what was said elsewhere below it; as it is where nothing was, or where it has no text of its own."""
    if not answer.text.strip() or conversation.person_id is None:
        return answer
    rows = await work.rows(
        "SELECT m.direction, m.author_name, m.text, m.at FROM message m WHERE m.workspace_id = %(workspace_id)s"
        " AND m.conversation_id = %(id)s AND m.direction IN ('in', 'out') AND m.text <> '' AND m.deleted_at IS NULL"
        " AND (m.account_id IS DISTINCT FROM %(account)s) ORDER BY m.at DESC, m.id DESC LIMIT %(most)s",
        {"id": conversation.id, "account": account_id, "most": _MESSAGES},
    )
    if not rows:
        return answer
    person, workspace = await find_person(work, conversation.person_id), await find_workspace(work)
    default = workspace.language if workspace else "en"
    reader = translator(choose(person.language if person else "", default=default), workspace.time_zone if workspace else "UTC")
    return replace(answer, text=f"{answer.text.rstrip()}\n\n{story(rows[::-1], reader)}", html="")


def story(rows: Sequence[Mapping[str, Any]], reader: Translator) -> str:
    """The lines, oldest first. Pure."""
    lines = [reader.gettext("Our conversation so far:")]
    for row in rows:
        who = reader.pgettext("the customer", "You") if row["direction"] == "in" else row["author_name"] or reader.gettext("We")
        lines.append(f"– {who}, {reader.date_time(row['at'], 'short')}: {_short(row['text'])}")
    return "\n".join(lines)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CHARACTERS else f"{line[: _CHARACTERS - 1].rstrip()}…"
