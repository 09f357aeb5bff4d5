"""Who will read an answer: the person of a private conversation, everybody in a public one, or one of those who spoke there.

private conversation --to_the_person--> account and address of the person, inside the reply window
public conversation  --to_everybody---> the thread, and the message answered there
                     --aside_with-----> a private conversation with its author: found, or opened; `link` joins both
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.channels import AccountBook, StoredAccount
from oase.channels.contract import Capability
from oase.conversations import repository
from oase.conversations.errors import CannotAnswer, WindowClosed
from oase.conversations.intake import repository as intake
from oase.conversations.intake.place import new_token
from oase.conversations.intake.repository import NewConversation
from oase.conversations.rules import REOPEN_WITHIN, window_open
from oase.conversations.types import Answer, Author, ConversationRow, IdentityRow
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

_HOUR: Final = timedelta(hours=1)


class To(Struct, frozen=True, kw_only=True):
    """Where an answer goes. `identity` is None where it answers nobody in particular, in public."""

    account: StoredAccount
    identity: IdentityRow | None
    reply_to: str = ""  # external id of the message answered
    tokens: Mapping[str, str] = {}  # what its provider wants to have back
    thread: str = ""  # external id of the public place; empty: nobody else reads it
    branch: str | None = None  # in public: below which comment it stands
    about: str = ""  # external id of the public message that is answered in private

    @property
    def recipient(self) -> str:
        """Within which order is kept: an address, or the public place."""
        return self.identity.value if self.identity else self.thread


class Aside(Struct, frozen=True, kw_only=True):
    """A private conversation with the author of a public message, and the way there."""

    conversation_id: UUID
    message_id: UUID
    to: To


class _Answered(Struct, frozen=True, kw_only=True):
    """The message of a public conversation that is answered."""

    id: UUID
    external_id: str | None
    branch: str | None
    identity_id: UUID | None
    direction: str
    at: datetime
    tokens: dict[str, str]


_COLUMNS: Final = "id, external_id, branch, identity_id, direction, at, coalesce(data->'tokens', '{}') AS tokens"


async def to_the_person(
    work: UnitOfWork, book: AccountBook, conversation: ConversationRow, answer: Answer, *, at: datetime | None = None
) -> To:
    """Over which account, to which address, in answer to what; now, or at another moment. Raises CannotAnswer, WindowClosed, Invalid."""
    account, identity = await _way(work, book, conversation, answer)
    if answer.template is None and account.reply_window:
        since = await repository.heard_over(work, conversation, account.id, identity.id)
        _check_window(
            account.reply_window, since, at or work.clock.now(), templates=Capability.TEMPLATE in account.manifest.capabilities
        )
    quotes = Capability.REPLY in account.manifest.capabilities and answer.template is None
    if not (answer.reply_to_id and quotes):
        return To(account=account, identity=identity)
    found = await repository.known(work, answer.reply_to_id, conversation.id, account.id)
    if found is None:
        raise Invalid(message("The message that is answered is not in this conversation."), field="reply_to")
    if not found.external_id:  # it went another way, where nobody could quote it
        return To(account=account, identity=identity)
    return To(account=account, identity=identity, reply_to=found.external_id, tokens=found.tokens)


async def to_everybody(
    work: UnitOfWork, book: AccountBook, conversation: ConversationRow, answer: Answer, *, at: datetime | None = None
) -> To:
    """To the public place, or below one message of it; now, or at another moment. Raises CannotAnswer, WindowClosed, Invalid."""
    account = await _account_of_place(work, book, conversation, answer)
    side = account.manifest.side(True)
    if Capability.TEXT not in side.capabilities or account.manifest.public is None:
        raise CannotAnswer(message("%(name)s takes no public answers.", name=side.name.en))
    if answer.template or answer.copy_to or answer.identity_id:
        raise Invalid(message("A public answer has no single receiver and needs no template."), field="audience")
    answered = await _answered(work, conversation, answer.reply_to_id) if answer.reply_to_id else None
    if answered is not None and Capability.REPLY not in side.capabilities:
        answered = None  # the place knows no answers to one message: it stands beside it
    if answered is None and account.manifest.public.hosted:
        answered = await _the_only_one(work, conversation)  # the place itself hears nothing: one answers somebody, or nobody
    since = answered.at if answered and answered.direction == "in" else conversation.last_in_at
    _check_window(side.limits.window(account.account.settings), since, at or work.clock.now())
    author = await _author(work, answered)
    return To(
        account=account,
        identity=author,
        reply_to=answered.external_id or "" if answered else "",
        tokens=answered.tokens if answered else {},
        thread=conversation.thread_external_id or "",
        branch=_branch(conversation, answered),
    )


def _branch(conversation: ConversationRow, answered: _Answered | None) -> str:
    """Below which comment it will stand; one at the top has an id of ours until the provider gives it one."""
    if answered is None or answered.external_id == conversation.thread_external_id:
        return str(new_id())
    return answered.branch or str(answered.id)


async def aside_with(work: UnitOfWork, book: AccountBook, conversation: ConversationRow, answer: Answer) -> Aside:
    """A private conversation with the author of the public message answered. Raises CannotAnswer, WindowClosed, Invalid."""
    if answer.reply_to_id is None:
        raise Invalid(message("Choose the message whose author is to be answered in private."), field="reply_to")
    account = await _account_of_place(work, book, conversation, answer)
    answered = await _answered(work, conversation, answer.reply_to_id)
    author = await _author(work, answered)
    if author is None or answered.direction != "in":
        raise CannotAnswer(message("Nobody can be answered in private here: our own side said this."))
    apart, last_in_at = await _apart(work, author, account)
    about = ""
    now = work.clock.now()
    if last_in_at is None or not window_open(account.reply_window, last_in_at, now):
        about = _first_private(account, answered, now)
    to = To(account=account, identity=author, about=about)
    return Aside(conversation_id=apart or await _open_apart(work, account, author), message_id=answered.id, to=to)


def _first_private(account: StoredAccount, answered: _Answered, now: datetime) -> str:
    """The external id of the public message that lets us write to its author; raises if the channel does not let us."""
    place = account.manifest.public
    if place is None or not place.private_reply:
        name = account.manifest.side(True).name.en
        raise CannotAnswer(
            message("%(name)s lets us write in private only to those who wrote to us in private first.", name=name)
        )
    _check_window(place.private_reply_window, answered.at, now)
    return answered.external_id or ""


async def link(work: UnitOfWork, author: Author, public: ConversationRow, private: ConversationRow, message_id: UUID) -> None:
    """Both conversations know of each other: at the public message, and as a line in the private one."""
    made = await work.run(
        "INSERT INTO conversation_link (workspace_id, id, public_id, private_id, message_id, at, by_id) VALUES (%(workspace_id)s,"
        " %(id)s, %(public)s, %(private)s, %(message)s, %(now)s, %(by)s) ON CONFLICT (workspace_id, private_id, message_id) DO NOTHING",
        {
            "id": new_id(), "public": public.id, "private": private.id, "message": message_id, "now": work.clock.now(),
            "by": author.id,
        },
    )  # fmt: skip
    if made:
        facts = {"conversation": str(public.id), "number": public.number, "message": str(message_id)}
        await repository.insert_event(work, private, "from_public", author, facts)
    work.emit("conversation", public.id, {"what": "changed", "messages": [str(message_id)]})


async def _answered(work: UnitOfWork, conversation: ConversationRow, message_id: UUID) -> _Answered:
    found = await work.one(
        _Answered,
        f"SELECT {_COLUMNS} FROM message WHERE workspace_id = %(workspace_id)s AND id = %(id)s"
        " AND conversation_id = %(conversation)s AND direction IN ('in', 'out')",
        {"id": message_id, "conversation": conversation.id},
    )
    if found is None:
        raise Invalid(message("The message that is answered is not in this conversation."), field="reply_to")
    if not found.external_id:
        raise Invalid(message("The message that is answered has not arrived itself yet."), field="reply_to")
    return found


async def _the_only_one(work: UnitOfWork, conversation: ConversationRow) -> _Answered:
    """What is answered where nothing was chosen: the one message that waits, or the one that there is. Raises Invalid for several."""
    found = await work.all(
        _Answered,
        f"SELECT {_COLUMNS} FROM message WHERE workspace_id = %(workspace_id)s"
        " AND conversation_id = %(conversation)s AND direction = 'in' AND deleted_at IS NULL AND external_id <> ''"
        " AND (wants_answer OR NOT EXISTS (SELECT FROM message w WHERE w.workspace_id = %(workspace_id)s"
        " AND w.conversation_id = %(conversation)s AND w.wants_answer)) ORDER BY at, id LIMIT 2",
        {"conversation": conversation.id},
    )
    if len(found) != 1:
        raise Invalid(message("Choose the message that you answer: each author is told by themselves."), field="reply_to")
    return found[0]


async def _author(work: UnitOfWork, answered: _Answered | None) -> IdentityRow | None:
    if answered is None or answered.direction != "in" or answered.identity_id is None:
        return None
    return await repository.identity(work, answered.identity_id)


async def _apart(work: UnitOfWork, author: IdentityRow, account: StoredAccount) -> tuple[UUID | None, datetime | None]:
    """The author's newest living private conversation over this account, and when they wrote there last."""
    found = await work.row(
        "SELECT id, last_in_at FROM conversation WHERE workspace_id = %(workspace_id)s AND person_id = %(person)s"
        " AND kind = 'private' AND account_id = %(account)s AND identity_id = %(identity)s AND merged_into IS NULL"
        " AND (state <> 'solved' OR last_at > %(since)s) ORDER BY last_at DESC LIMIT 1",
        {
            "person": author.person_id,
            "account": account.id,
            "identity": author.id,
            "since": work.clock.now() - REOPEN_WITHIN,
        },
    )
    return (found["id"], found["last_in_at"]) if found else (None, None)


async def _open_apart(work: UnitOfWork, account: StoredAccount, author: IdentityRow) -> UUID:
    """A new private conversation; solved until something is said in it, so that an undo leaves nothing to do behind."""
    new = NewConversation(
        id=new_id(), person_id=author.person_id, identity_id=author.id, account_id=account.id, channel=account.channel,
        state="solved", subject="", token=new_token(), created_at=work.clock.now(), fields={},
    )  # fmt: skip
    await intake.insert_conversations(work, [new])
    work.emit("conversation", new.id, {"what": "opened", "messages": [], "reopened": False})
    return new.id


async def _account_of_place(work: UnitOfWork, book: AccountBook, conversation: ConversationRow, answer: Answer) -> StoredAccount:
    """The account that the public place belongs to: no other can speak there."""
    if answer.account_id not in (None, conversation.account_id):
        raise CannotAnswer(message("Another account cannot speak in this public place."))
    account = await book.get(conversation.account_id) if conversation.account_id else None
    if account is None or account.workspace_id != work.workspace_id:
        raise CannotAnswer(message("The account of this public place does not exist any more."))
    if not account.enabled:
        raise CannotAnswer(message("The account %(name)s is switched off.", name=account.name))
    return account


def _check_window(window: timedelta | None, since: datetime | None, now: datetime, *, templates: bool = False) -> None:
    if window_open(window, since, now):
        return
    hours = int((window or timedelta(0)) / _HOUR)
    if templates:
        raise WindowClosed(f"The last message of the customer is more than {hours} hours old: only templates can be sent now.")
    raise WindowClosed(
        message("That message is more than %(hours)s hours old: this channel lets us answer only sooner than that.", hours=hours)
    )


async def _way(
    work: UnitOfWork, book: AccountBook, conversation: ConversationRow, answer: Answer
) -> tuple[StoredAccount, IdentityRow]:
    """Over which account, to which address."""
    identity_id = answer.identity_id or conversation.identity_id
    identity = await repository.identity(work, identity_id) if identity_id else None
    if identity is None:
        raise CannotAnswer("This conversation has no address to which an answer could go.")
    if identity.person_id != conversation.person_id and answer.identity_id:
        raise CannotAnswer("This address belongs to another person.")
    wanted = answer.account_id or conversation.account_id
    account = await book.get(wanted) if wanted else None
    if account is not None and Capability.TEXT not in account.manifest.capabilities:
        account = await _answering_account(book, account)
    if account is None or account.workspace_id != work.workspace_id:
        raise CannotAnswer("There is no account over which an answer could go. Choose another channel.")
    if not account.enabled:
        raise CannotAnswer(f"The account {account.name} is switched off.")
    if account.manifest.identity != identity.kind:
        raise CannotAnswer(f"{account.manifest.name.en} cannot reach {identity.value}.")
    return account, identity


async def _answering_account(book: AccountBook, account: StoredAccount) -> StoredAccount | None:
    """Some channels only take in (forms): their settings name the account that answers, else one that reaches the address."""
    for setting in account.manifest.settings:
        chosen = account.account.settings.get(setting.name)
        if setting.kind == "account" and chosen:
            return await book.get(UUID(str(chosen)))
    for other in await book.enabled():
        same_place = other.workspace_id == account.workspace_id and other.manifest.identity == account.manifest.identity
        if same_place and Capability.TEXT in other.manifest.capabilities:
            return other
    return None
