"""Inviting the customer to another channel: a text with a link that counts once, for the answer that is being written."""

from typing import Final
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from msgspec import Struct

from oase.conversations import invite, open_conversation
from oase.kernel.errors import NotFound
from oase.kernel.i18n import choose, message, translator
from oase.kernel.permissions import Permission
from oase.people import find_person
from oase.staff import find_workspace
from oase.web.forms import uuid
from oase.web.given import GivenAct
from oase.web.inbox.marks import mark

_REPLY: Final = {"permission": Permission.CONVERSATION_REPLY}


class Text(Struct, frozen=True):
    """What goes into the answer."""

    text: str


@post("/conversations/{conversation_id:uuid}/invite", opt=_REPLY, include_in_schema=False, status_code=200)
async def invite_elsewhere(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Text]:
    """A sentence in the customer's language with a link into this account."""
    account = await act.services.book.get(uuid(await act.given("account"), "account"))
    if account is None or account.workspace_id != act.viewer.workspace_id:
        raise NotFound(message("This account does not exist."))
    async with act.work() as work:
        found = await open_conversation(work, conversation_id, act.viewer.agent_id)
        person = await find_person(work, found.person_id) if found.person_id else None
        workspace = await find_workspace(work)
        language = choose(person.language if person else "", default=workspace.language if workspace else "en")
        invitation = await invite(work, account, conversation_id, language)
    t = translator(language)
    words = t.gettext("You can also continue with us on %(channel)s:", channel=mark(account.channel, t).name)
    return Response(Text(f"{words} {invitation.link}"))


handlers: Final = [invite_elsewhere]
