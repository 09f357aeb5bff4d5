"""What handlers need from the rest of the house; made once in `oase.main.wiring` and injected as `services`."""

from dataclasses import dataclass

from oase.kernel.clock import Clock
from oase.kernel.db import Database
from oase.kernel.live import LiveHub
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The running parts of this process."""

    settings: Settings
    database: Database
    live: LiveHub
    safe: Safe
    clock: Clock
