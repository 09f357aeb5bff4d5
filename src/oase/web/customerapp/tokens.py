"""The token of an app's session: who the customer is, until when, and the key of that session. Nothing is stored for it.

token = base64url({"v": visitor, "u": until, "w": claims}) . session key          (families.visitor; the key is derived again to check)
A delivery in the journal carries a signature made with the key, never the token.
"""

import base64
import hmac
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from oase.channels import StoredAccount
from oase.channels.contract import Forged, Raw
from oase.channels.families import visitor as visitors
from oase.web.widget.hot import Refusal

LASTS: Final = timedelta(days=180)
_LENGTH: Final = 8_000


class _Packed(Struct):
    v: str
    u: int
    w: str = ""


class Bearer(Struct, frozen=True, kw_only=True):
    """A customer's session with its key."""

    session: visitors.Session
    key: str


def begin(account: StoredAccount, visitor: str, until: datetime, who: str = "") -> Bearer:
    """A new session."""
    session = visitors.Session(visitor=visitor, until=int(until.timestamp()), who=who)
    return Bearer(session=session, key=visitors.session_key(account.account.secret("session_secret"), session))


def pack(bearer: Bearer) -> str:
    """The token."""
    packed = _Packed(v=bearer.session.visitor, u=bearer.session.until, w=bearer.session.who)
    return f"{base64.urlsafe_b64encode(msgspec.json.encode(packed)).rstrip(b'=').decode()}.{bearer.key}"


def read(account: StoredAccount, token: str, now: datetime) -> Bearer:
    """The session of a token; raises Refusal unless one of the account's secrets made it and it still lasts."""
    body, _, key = token.partition(".")
    try:
        if not token.isascii() or len(token) > _LENGTH:
            raise ValueError
        packed = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=_Packed)
        session = visitors.session_of({"v": packed.v, "u": str(packed.u), "w": packed.w})
    except (ValueError, Forged):
        raise Refusal(401, "session", why="This is no token of ours.") from None
    secrets = account.account.secrets.get("session_secret", ())
    if not any(hmac.compare_digest(key, visitors.session_key(secret, session)) for secret in secrets if secret):
        raise Refusal(401, "session", why="The token was not made by this account.")
    if session.until < now.timestamp():
        raise Refusal(401, "session", why="The session is over.")
    return Bearer(session=session, key=key)


def delivery(bearer: Bearer, content: Struct, now: datetime, agent: str) -> Raw:
    """What the customer does, as the journal keeps it: signed for the session."""
    body, session = msgspec.json.encode(content), bearer.session
    query = {"v": session.visitor, "u": str(session.until), "w": session.who, "s": visitors.sign(bearer.key, "deliver", body)}
    return Raw(body=body, headers={"user-agent": agent[:300]} if agent else {}, query=query, received_at=now)
