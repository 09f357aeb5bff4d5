"""Refusals as the Graph API words them.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes (2026-11)
https://developers.facebook.com/docs/graph-api/guides/error-handling (2026-11)
"""

import msgspec

from oase.sandbox.places import Json
from oase.sandbox.whatsapp.errors import trace_id


class Refused(Exception):
    """A request is refused; `body` is Graph's answer."""

    def __init__(self, code: int, message: str, *, subcode: int = 0, status: int = 400, type: str = "OAuthException") -> None:
        super().__init__(message)
        self.status = status
        error: Json = {"message": message, "type": type, "code": code}
        if subcode:
            error["error_subcode"] = subcode
        self.body: Json = {"error": error | {"fbtrace_id": trace_id()}}


class Usage(msgspec.Struct, frozen=True):
    """What Meta says of limits in its header `X-Business-Use-Case-Usage`; times in minutes."""

    type: str
    call_count: int = 100
    total_cputime: int = 25
    total_time: int = 25
    estimated_time_to_regain_access: int = 0


def parameter(message: str, *, subcode: int = 0) -> Refused:
    """A parameter that is missing or wrong."""
    return Refused(100, f"(#100) {message}", subcode=subcode)


def missing(node: str) -> Refused:
    """What does not exist, or is not ours."""
    return Refused(
        100,
        f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation",
        subcode=33,
        type="GraphMethodException",
    )


def expired() -> Refused:
    """The token has ended."""
    return Refused(190, "Error validating access token: Session has expired", subcode=463, status=401)


def unauthorised() -> Refused:
    """No token, or one that is not ours."""
    return Refused(190, "Invalid OAuth access token - Cannot parse access token", status=401)


def not_permitted(permission: str) -> Refused:
    """A permission that the token lacks."""
    return Refused(200, f"(#200) Requires {permission} permission to manage the object", status=403)


def outside_window() -> Refused:
    """Too late for an answer."""
    return Refused(10, "(#10) This message is sent outside of allowed window.", subcode=2018278)


def not_available() -> Refused:
    """The person has blocked us."""
    return Refused(551, "(#551) This person isn't available right now.", subcode=1545041)


def nobody() -> Refused:
    """No such person."""
    return Refused(100, "(#100) No matching user found", subcode=2018001)


def too_many() -> Refused:
    """A limit is reached."""
    return Refused(613, "(#613) Calls to this api have exceeded the rate limit.", status=403)
