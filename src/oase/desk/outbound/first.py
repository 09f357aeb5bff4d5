"""The first word to a person: by which ways they can be reached, what the channel and the law ask before, and saying it.

person or typed address --ways--> accounts that reach it, each with how it may begin (freely, by template, not at all) and what it asks
way, words, grounds --first_contact--> checked · conversation opened · grounds kept · said, or scheduled      one transaction
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.channels import AccountBook, StoredAccount
from oase.channels.contract import Begins, Capability, OptIn
from oase.conversations import Answer, CannotAnswer, Start, Started, first_word, heard_at, normal_address, open_quietly, say
from oase.desk.outbound.scheduled import schedule
from oase.desk.outbound.types import When
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.people import (
    BASES,
    Consent,
    consents_of,
    find_identity,
    find_person,
    identities_of,
    left_addresses,
    record_consent,
    stands,
    taken_back,
)


class Reach(Struct, frozen=True, kw_only=True):
    """One way to a person. `asks`: what must be there before; `agreed`: it is there; `refused`: they took their consent back."""

    account: StoredAccount
    kind: str
    value: str
    known: bool  # the address is theirs already
    begins: Begins
    asks: OptIn
    agreed: bool
    refused: bool

    @property
    def key(self) -> str:
        """Stands for it in forms."""
        return f"{self.account.id}/{self.value}"


class Grounds(Struct, frozen=True, kw_only=True):
    """Why the person may be written to now: `consent` (where they agreed, in `note`), or a reason in words of one's own."""

    basis: str = ""
    note: str = ""


async def ways_to(work: UnitOfWork, book: AccountBook, *, person_id: UUID | None = None, address: str = "") -> list[Reach]:
    """All ways to a person, or to an address that was typed: those that may begin come first. A query per address and account
    with a memory, of which a person has few."""
    accounts = [one for one in await book.of_workspace(work) if one.enabled and Capability.TEXT in one.manifest.capabilities]
    places: list[tuple[str, str, UUID | None]] = []
    consents: Sequence[Consent] = ()
    if person_id is not None:
        known = await identities_of(work, [person_id])
        left = await left_addresses(work, person_id)
        places = [*((one.kind, one.value, one.id) for one in known), *((kind, value, None) for kind, value in left)]
        consents = await consents_of(work, [person_id])
    elif address.strip():
        kind = "email" if "@" in address else "phone"
        found = await find_identity(work, kind, value := normal_address(kind, address))
        places = [(kind, value, found.id if found else None)]
        consents = await consents_of(work, [found.person_id]) if found else ()
    ways = []
    for kind, value, identity_id in places:
        for account in accounts:
            if account.manifest.identity == kind:
                ways.append(await _reach(work, account, kind, value, identity_id, consents))
    order = {"freely": 0, "template": 1, "never": 2}
    return sorted(ways, key=lambda one: order[one.begins])


async def _reach(
    work: UnitOfWork, account: StoredAccount, kind: str, value: str, identity_id: UUID | None, consents: Sequence[Consent]
) -> Reach:
    heard = await heard_at(work, identity_id, account.id) if identity_id else None
    begins = first_word(account.manifest.begins, account.reply_window, heard, work.clock.now())
    wrote = heard is not None and begins == "freely"  # who wrote to us just now needs no further ground to be answered
    return Reach(
        account=account, kind=kind, value=value, known=identity_id is not None, begins=begins,
        asks="" if wrote and account.manifest.customer_starts else account.manifest.opt_in,
        agreed=stands(consents, kind, value), refused=taken_back(consents, kind, value),
    )  # fmt: skip


async def first_contact(work: UnitOfWork, book: AccountBook, start: Start, grounds: Grounds, when: When | None = None) -> Started:
    """Says the first word, or schedules it. Raises Invalid (fields `address`, `basis`, `note`, `send_at`), CannotAnswer, and what
    `say` raises; then nothing was opened and nothing kept."""
    account = await book.get(start.account_id)
    if account is None or account.workspace_id != work.workspace_id or not account.enabled:
        raise Invalid(message("There is no such account."), field="account_id")
    kind, value = account.manifest.identity, normal_address(account.manifest.identity, start.address)
    found = await find_identity(work, kind, value)
    person = await find_person(work, found.person_id) if found else None
    if person is not None and person.blocked:
        raise CannotAnswer(message("This person is blocked."))
    consents = await consents_of(work, [found.person_id]) if found else ()
    way = await _reach(work, account, kind, value, found.id if found else None, consents)
    _check(way, grounds)
    opened = await open_quietly(work, book, start)
    if grounds.basis:
        source = grounds.note if grounds.basis == "consent" else start.author.name or "API"
        await record_consent(
            work, opened.identity_id, purpose="service", basis=grounds.basis, source=source,
            wording="" if grounds.basis == "consent" else grounds.note, by_name=start.author.name,
        )  # fmt: skip
    answer = Answer(
        client_key=new_id(), text=start.text, html=start.html, subject=start.subject, attachment_ids=start.attachment_ids,
        template=start.template,
    )  # fmt: skip
    if when is not None:
        await schedule(work, book, start.author, opened.conversation_id, answer, when)
        return opened
    return msgspec.structs.replace(opened, message_id=await say(work, book, start.author, opened.conversation_id, answer))


def _check(way: Reach, grounds: Grounds) -> None:
    """What is asked before the first word is there. Pure."""
    if grounds.basis and grounds.basis not in BASES:
        raise Invalid(message("There is no such reason."), field="basis")
    if grounds.basis and not grounds.note.strip():
        wants = (
            message("Say where and when the person agreed.")
            if grounds.basis == "consent"
            else message("Say the reason in words.")
        )
        raise Invalid(wants, field="note")
    if not way.asks or way.agreed:
        return
    name = way.account.manifest.name.en
    if way.refused and grounds.basis != "consent":
        raise Invalid(message("The person wants to be left alone: only a new consent allows to write to them."), field="basis")
    if way.asks == "consent" and grounds.basis != "consent":
        raise Invalid(message("%(name)s demands that the person agreed to be written to.", name=name), field="basis")
    if not grounds.basis:
        raise Invalid(message("Choose why this person may be written to."), field="basis")
