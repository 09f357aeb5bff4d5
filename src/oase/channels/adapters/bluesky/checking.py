"""*Test connection*: signs in anew, so that handle and app password are tried; and whether direct messages may be read."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from oase.channels.adapters.bluesky.replies import outcome_of
from oase.channels.adapters.bluesky.tokens import entryway, signing_in
from oase.channels.adapters.bluesky.wire import CHAT, Json
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_HANDLE: Final = message("Enter the handle of your account, for example muster.example or muster.bsky.social.")
_NO_SERVICE: Final = message("There is no server of the AT protocol at this address.")


def checking(account: Account) -> Dialogue[Checked]:
    """One question, or two."""
    if not str(account.settings.get("handle") or "").strip():
        return Checked(ok=False, summary=_HANDLE)
    answer = yield signing_in(account)
    said = object_of(answer)
    if isinstance(answer, NoReply):
        return Checked(ok=False, summary=wordless.unreachable("Bluesky", answer.why))
    if answer.status != 200:
        known = said is not None and isinstance(said.get("error"), str)
        return Checked(ok=False, summary=outcome_of(answer).why if known else _NO_SERVICE)
    if said is None or not isinstance(said.get("did"), str) or not isinstance(said.get("accessJwt"), str):
        return Checked(ok=False, summary=_NO_SERVICE)
    handle = str(said.get("handle") or "")
    facts = {"did": said["did"], "handle": handle, "pds": _home(said.get("didDoc")) or entryway(account)}
    if said.get("active") is False:
        status = str(said.get("status") or "?")
        return Checked(
            ok=False, summary=message("@%(handle)s: the account is not active (%(status)s).", handle=handle, status=status)
        )
    if account.settings.get("messages", True):
        chats = yield _chats(facts["pds"], said)
        if not isinstance(chats, Reply) or chats.status != 200:
            why = message("@%(handle)s: direct messages cannot be read. %(why)s", handle=handle, why=outcome_of(chats).why)
            return Checked(ok=False, summary=why, facts=facts)
    return Checked(ok=True, summary=f"@{handle}", facts=facts)


def _chats(home: str, said: Json) -> Call:
    token = Secret(f"Bearer {said['accessJwt']}")
    url = f"{home}/xrpc/chat.bsky.convo.listConvos?limit=1"
    return Call(method="GET", url=url, headers={"authorization": token, **CHAT})


def _home(document: Any) -> str:
    """The account's own server, by its did document (https://atproto.com/specs/did)."""
    services = document.get("service") if isinstance(document, Mapping) else None
    for one in services if isinstance(services, list) else ():
        if isinstance(one, Mapping) and str(one.get("id", "")).endswith("#atproto_pds"):
            address = one.get("serviceEndpoint")
            return address.rstrip("/") if isinstance(address, str) and _is_safe(address) else ""
    return ""


def _is_safe(address: str) -> bool:
    """Tokens go over TLS only, or stay on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1"))
