"""Who asked by a word to be left alone (STOP), or to be written to again (START), is told once that it was heard.

Only where the channel leaves that to us (`Manifest.confirms_wishes`); Twilio says it itself, and would refuse a second message.
"""

from typing import Final

from oase.channels import AccountBook
from oase.conversations import newest_over, say_automatically
from oase.desk.promises import language_of
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Message, message, translator
from oase.people import confirmed, find_person, to_confirm
from oase.staff import find_workspace

_AT_ONCE: Final = 100


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
        t = translator(language_of(person.language if person else "", workspace.language), workspace.time_zone)
        if one.identity_id in places:
            told += await say_automatically(
                work, book, places[one.identity_id], t.text(_words(one.basis, workspace.name)), company=workspace.name, key=one.id,
                untold="outbound.wish_unconfirmed", identity_id=one.identity_id,
            )  # fmt: skip
    await confirmed(work, [one.id for one in heard])
    return told


def _words(basis: str, company: str) -> Message:
    if basis == "objection":
        return message("You will get no more messages from %(company)s. To get them again, answer START.", company=company)
    return message("You get messages from %(company)s again. To end them, answer STOP.", company=company)
