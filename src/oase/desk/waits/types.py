"""What can be said to somebody who waits, or would."""

from datetime import datetime

from msgspec import Struct


class Wait(Struct, frozen=True, kw_only=True):
    """When an answer comes at the latest, in nine of ten cases. `by` or `begins` is known, or both."""

    seconds: int | None = None  # of working time, full minutes
    by: datetime | None = None  # the moment that this means
    begins: datetime | None = None  # nobody works now, or until then: the opening after which it comes
    usually: bool = False  # not learnt yet
