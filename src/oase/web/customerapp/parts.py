"""What the app's server side needs beside the widget's parts; made once in `oase.main.web`, kept in `app.state.customerapp`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from oase.channels import StoredAccount
from oase.conversations import Device, VisibleConversation
from oase.web.widget import Parts, VisitorMessage


class AppDesk(Protocol):
    """What a customer may know of the own dialogue, and the devices to be told."""

    async def page(
        self, account: StoredAccount, visitor: str, *, limit: int, before: UUID | None, conversation: UUID | None
    ) -> Sequence[VisitorMessage]:
        """Messages before one of them, oldest first."""
        ...

    async def conversations(self, account: StoredAccount, visitor: str) -> Sequence[VisibleConversation]:
        """The customer's conversations, the newest first."""
        ...

    async def keep_device(self, account: StoredAccount, visitor: str, device: Device) -> UUID:
        """Registers a device; raises Invalid."""
        ...

    async def forget_device(self, account: StoredAccount, visitor: str, device_id: UUID) -> bool:
        """Forgets a device of the customer; whether there was one."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class AppParts:
    """The running parts behind the app's requests. `push_key` is ours for Web Push (RFC 8292)."""

    widget: Parts
    desk: AppDesk
    push_key: str
