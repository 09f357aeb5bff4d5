"""HTTP to the outside: one pool for the whole process, guarded against requests to our own network.

    request --Guard (every address, at the moment of connecting)--> connection --> request --> answer
        nothing was sent:  ConnectionNotMade (of these, RequestRefused will not get better by itself)
        sent, no answer:   NoAnswer (the other side may have acted on it), AnswerTooLarge

`Outside.send` gives the whole answer, `Outside.stream` gives it piece by piece (downloads into blobs).
"""

from oase.kernel.http.errors import AnswerTooLarge, ConnectionNotMade, NoAnswer, RequestRefused
from oase.kernel.http.guard import Guard
from oase.kernel.http.outside import Outside
from oase.kernel.http.types import Answer, FormPart, OutgoingRequest, OutgoingResponse

__all__ = [
    "Answer",
    "AnswerTooLarge",
    "ConnectionNotMade",
    "FormPart",
    "Guard",
    "NoAnswer",
    "OutgoingRequest",
    "OutgoingResponse",
    "Outside",
    "RequestRefused",
]
