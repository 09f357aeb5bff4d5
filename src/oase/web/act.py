"""One act of somebody signed in, in the frame that all of them have.

form in --> one unit of work, in the actor's name --> an empty answer, perhaps with a notice that can undo it
"""

from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Request, Response
from msgspec import Struct

from oase.conversations import Author
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Message, Translator
from oase.web.forms import many, texts
from oase.web.pages import reader_of, toast
from oase.web.services import Services
from oase.web.sessions import Viewer


class Act(Struct, frozen=True):
    """What a handler needs that does something; ask for it as `act: GivenAct`."""

    request: Request[Any, Any, Any]
    services: Services
    viewer: Viewer

    @property
    def author(self) -> Author:
        """The viewer as the one who speaks for the company."""
        return Author(id=self.viewer.agent_id, name=self.viewer.name)

    @property
    def reader(self) -> Translator:
        """The language and the clock of the viewer."""
        return reader_of(self.request)

    async def form(self) -> dict[str, str]:
        """The texts that were sent, by name."""
        return await texts(self.request)

    async def many(self, name: str) -> list[str]:
        """All texts of one name."""
        return await many(self.request, name)

    async def given(self, name: str) -> str:
        """A text of the form, or of the address: an undo has no form."""
        return (await self.form()).get(name, "") or str(self.request.query_params.get(name, ""))

    def work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """The unit of work in which it happens."""
        return self.services.database.work(self.viewer.workspace_id, actor=self.viewer.actor)

    def done(self, text: Message | None = None, *, undo: str = "", headers: dict[str, str] | None = None) -> Response[Any]:
        """Nothing to show but, perhaps, a notice; `undo` is the address that takes the act back."""
        reader = self.reader
        notice = toast(reader.text(text), undo=undo, undo_label=reader.gettext("Undo")) if text is not None else {}
        return Response(None, status_code=204, headers={**notice, **(headers or {})})
