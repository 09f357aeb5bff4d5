"""Who asked by a word to be left alone (STOP), or to be written to again (START), is told once that it was heard.

Only where the channel leaves that to us (`Manifest.confirms_wishes`); Twilio says it itself, and would refuse a second message.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from oase.channels import AccountBook
from oase.channels.contract import CannotSay
from oase.conversations import Answer, Author, CannotAnswer, WindowClosed, newest_over, say
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import LANGUAGES, Message, message, translator
from oase.people import confirmed, find_person, to_confirm
from oase.staff import find_workspace

_AT_ONCE: Final = 100
log = structlog.get_logger()


async def confirm_wishes(work: UnitOfWork, book: AccountBook) -> int:
    """Tells those whose wish was heard; gives how many. What cannot be said is not tried again."""
    heard = await to_confirm(work, _AT_ONCE)
    workspace = await find_workspace(work) if heard else None
    if workspace is None:
        return 0
    places = await newest_over(work, [one.identity_id for one in heard])
    told = 0
    for one in heard:
        person = await find_person(work, one.person_id)
        language = next((known for known in LANGUAGES if person and person.language[:2].casefold() == known), workspace.language)
        t = translator(language, workspace.time_zone)
        text = t.text(_words(one.basis, workspace.name))
        if one.identity_id in places:
            told += await _say(work, book, workspace.name, places[one.identity_id], Answer(
                client_key=one.id, text=text, automatic=True, undo=timedelta(0), then=None, quote=False, identity_id=one.identity_id,
            ))  # fmt: skip
    await confirmed(work, [one.id for one in heard])
    return told


def _words(basis: str, company: str) -> Message:
    if basis == "objection":
        return message("You will get no more messages from %(company)s. To get them again, answer START.", company=company)
    return message("You get messages from %(company)s again. To end them, answer STOP.", company=company)


async def _say(work: UnitOfWork, book: AccountBook, company: str, conversation_id: UUID, answer: Answer) -> bool:
    try:
        async with work.connection.transaction():
            await say(work, book, Author(name=company), conversation_id, answer)
    except (CannotAnswer, WindowClosed, CannotSay, Invalid) as error:
        log.info("outbound.wish_unconfirmed", conversation=str(conversation_id), why=str(error))
        return False
    return True
