"""What can go wrong with what agents have planned."""

from oase.kernel.errors import Conflict, NotFound, OaseError


class OutboundError(OaseError):
    """The root of this part's errors."""


class NoTask(OutboundError, NotFound):
    """There is no such task."""


class NoScheduled(OutboundError, NotFound):
    """There is no such scheduled message."""


class Settled(OutboundError, Conflict):
    """The scheduled message has left, or was cancelled."""
