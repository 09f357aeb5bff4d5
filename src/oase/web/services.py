"""What handlers need from the rest of the house; made once in `oase.main.wiring` and injected as `services`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from oase.channels import AccountBook
from oase.conversations import Journal
from oase.desk.hours import Timetables
from oase.kernel.blobs import Blobs
from oase.kernel.clock import Clock
from oase.kernel.db import Database
from oase.kernel.http import Outside
from oase.kernel.live import LiveHub
from oase.kernel.retention import Rule
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.people import Part


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The running parts of this process."""

    settings: Settings
    database: Database
    live: LiveHub
    safe: Safe
    clock: Clock
    book: AccountBook
    journal: Journal
    blobs: Blobs
    outside: Outside
    timetables: Timetables = field(default_factory=Timetables)  # kept only where the house runs it
    rules: Sequence[Rule] = ()  # how long things are kept
    parts: Sequence[Part] = ()  # what there is about a person
