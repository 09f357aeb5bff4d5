"""What routing says when something does not go."""

from oase.kernel.errors import Conflict


class OfferGone(Conflict):
    """The offer is not made any more: it ran out, was withdrawn, or somebody else has it."""


class Deposed(Exception):
    """Another process leads now; whatever this one decided is not written."""
