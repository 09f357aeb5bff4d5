"""What can go wrong with conversations."""

from oase.kernel.errors import Conflict, Invalid, NotFound, OaseError


class ConversationError(OaseError):
    """The root of this slice's errors."""


class NoConversation(ConversationError, NotFound):
    """There is no such conversation."""


class NoMessage(ConversationError, NotFound):
    """There is no such message."""


class WindowClosed(ConversationError, Conflict):
    """The channel's time for free answers is over; a template may still be sent."""


class CannotAnswer(ConversationError, Invalid):
    """This conversation has no address or account over which an answer could go."""


class TooLate(ConversationError, Conflict):
    """The message has left already."""


class OutOfDate(ConversationError, Conflict):
    """Somebody else has changed the conversation since it was read."""
