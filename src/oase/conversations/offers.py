"""Where customers of an account may go on, by its settings: in the menu of our chat, or by links beneath our mails.

settings `elsewhere`, `elsewhere_accounts` --offered--> accounts of the chat's menu
settings `elsewhere_links`, `elsewhere_accounts` --with_links--> the answer with one invitation for each, beneath its words

A link joins whoever follows it to the person written to. So it goes into mails to one reader only, never below a form: there an
address is only typed, and anybody can type anybody's.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from oase.channels import AccountBook, StoredAccount
from oase.channels.families.mime import named_links, text_to_html
from oase.conversations.audience import To
from oase.conversations.invitations import Invitation, invite, inviting
from oase.conversations.types import Answer, ConversationRow
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import choose, translator
from oase.people import find_person, identities_of
from oase.staff import find_workspace


class Linked(Struct, frozen=True, kw_only=True):
    """An answer as it goes out, and the channels that links beneath it lead to."""

    answer: Answer
    channels: tuple[str, ...] = ()


def offered(account: StoredAccount, accounts: Sequence[StoredAccount]) -> list[StoredAccount]:
    """Those of `accounts` that customers of this one are led to: the ones it names, or all that can be where it names none."""
    named = {str(one) for one in account.account.settings.get("elsewhere_accounts") or ()}
    return [one for one in accounts if one.id != account.id and (not named or str(one.id) in named) and inviting(one)]


def links_beneath(account: StoredAccount) -> bool:
    """Whether answers over this account carry links to other channels."""
    return account.account.settings.get("elsewhere_links") is True


async def with_links(work: UnitOfWork, book: AccountBook, conversation: ConversationRow, to: To, answer: Answer) -> Linked:
    """The answer with links beneath its words, where its account is set so and one person reads it."""
    wordless = not (answer.text.strip() or answer.html) or answer.template is not None
    if not links_beneath(to.account) or to.thread or conversation.person_id is None:
        return Linked(answer=answer)
    if wordless or answer.automatic or answer.copy_to:
        return Linked(answer=answer)
    reached = {one.kind for one in await identities_of(work, [conversation.person_id])}
    accounts = [one for one in offered(to.account, await book.of_workspace(work)) if one.manifest.identity not in reached]
    if not accounts:
        return Linked(answer=answer)
    person, workspace = await find_person(work, conversation.person_id), await find_workspace(work)
    language = choose(person.language if person else "", default=workspace.language if workspace else "en")
    reader = translator(language, workspace.time_zone if workspace else "UTC")
    invitations = [await invite(work, one, conversation.id, language) for one in accounts]
    names = [one.manifest.name.de if language == "de" else one.manifest.name.en for one in accounts]
    words = reader.gettext(
        "You can also go on with us on another channel; the conversation continues there. Each link counts once, until %(day)s:",
        day=reader.date(invitations[0].expires_at, "long"),
    )
    return Linked(answer=_beneath(answer, words, names, invitations), channels=tuple(one.channel for one in invitations))


def _beneath(answer: Answer, words: str, names: Sequence[str], invitations: Sequence[Invitation]) -> Answer:
    """Words and links below the text, and below the HTML by their names. Pure."""
    links = [(name, one.link) for name, one in zip(names, invitations, strict=True)]
    lines = "\n".join([words, *(f"{name}: {link}" for name, link in links)])
    html = f"{answer.html or text_to_html(answer.text)}\n{named_links(words, links)}"
    return replace(answer, text=f"{answer.text.rstrip()}\n\n{lines}" if answer.text.strip() else "", html=html)
