"""What of the response times is public."""

from collections.abc import Sequence

import msgspec

from oase.insights.responsetimes.rules import KEY
from oase.insights.responsetimes.types import Choice
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.staff import change_setting


async def choose(work: UnitOfWork, choice: Choice, known: Sequence[str]) -> None:
    """Keeps the administrator's choice; `known` are the channels there are. Raises Invalid."""
    channels = tuple(dict.fromkeys(one for one in choice.channels if one in known))
    if choice.on and not channels:
        raise Invalid(message("Choose at least one channel that is shown."), field="channels")
    await change_setting(work, KEY, msgspec.to_builtins(msgspec.structs.replace(choice, channels=channels)))
