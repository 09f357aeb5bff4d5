"""What a new workspace begins with: a working web chat, and one example conversation that came in the real way.

set-up page --> web chat account --> a visitor's first message --signed like the widget's--> journal --> worker --> inbox
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from oase.channels import create_account
from oase.channels.contract import Raw
from oase.channels.families import visitor as visitors
from oase.kernel.audit import Actor
from oase.kernel.i18n import Translator, message
from oase.kernel.ids import new_id
from oase.web.services import Services

_NAME: Final = message("Example visitor")
_TEXT: Final = message(
    "Hello! I am an example: this is how it looks when somebody writes in the chat of your website. "
    "Answer me, leave a note for your colleagues, or press “e” to solve me. 🌴"
)


async def welcome(services: Services, workspace_id: UUID, actor: Actor, company: str, reader: Translator) -> None:
    """Connects the web chat of the new workspace and lets an example visitor write in it."""
    async with services.database.work(workspace_id, actor=actor) as work:
        account_id = await create_account(work, services.safe, "webchat", company, {"company": company})
    account = await services.book.get(account_id)
    if account is None:  # the account was just written
        raise RuntimeError("The web chat of the new workspace is not there.")
    now = services.clock.now()
    until = int((now + timedelta(hours=1)).timestamp())
    session = visitors.Session(visitor=visitors.anonymous_visitor(new_id().bytes), until=until)
    said = {
        "type": "message",
        "id": new_id().hex,
        "text": reader.text(_TEXT),
        "contact": {"name": reader.text(_NAME)},
        "lang": reader.language,
    }
    body = msgspec.json.encode(said)
    key = visitors.session_key(account.account.secret("session_secret"), session)
    query = {"v": session.visitor, "u": str(until), "w": "", "s": visitors.sign(key, "deliver", body)}
    raw = Raw(body=body, query=query, received_at=now)
    await services.journal.accept(workspace_id, account_id, "webchat", raw)
