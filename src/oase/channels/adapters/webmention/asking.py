"""What a sender tells: source and target. It is answered at once (section 3.2.1): 400 for what can be no mention, else 202."""

from typing import Final
from urllib.parse import parse_qsl

from msgspec import Struct

from oase.channels.adapters.webmention.addresses import LONGEST_BYTES, is_ours, is_web, same
from oase.channels.contract import Account, Answer, Raw

_LONGEST_FORM: Final = 20_000
_HELLO: Final = (
    b"This address takes webmentions (https://www.w3.org/TR/webmention/): POST source and target as a form.\n"
    b"Diese Adresse nimmt Webmentions: source und target als Formular, mit POST.\n"
)
ACCEPTED: Final = Answer(status=202, body=b"Thank you. The source will be read in a moment.")


class Pointer(Struct, frozen=True):
    """A page (`source`) that is said to link to one of ours (`target`)."""

    source: str
    target: str


def read_pointer(body: bytes) -> Pointer:
    """The two addresses of the form, empty where they are missing."""
    try:
        given = dict(parse_qsl(body[:_LONGEST_FORM].decode("utf-8"), max_num_fields=20))
    except ValueError:
        return Pointer("", "")
    return Pointer(given.get("source", "").strip(), given.get("target", "").strip())


def greeting(raw: Raw, account: Account) -> Answer | None:
    """Words for who looks at the address with a browser, a refusal with its reason; None for what may be a mention."""
    if raw.method in ("GET", "HEAD"):
        return Answer(status=200, body=_HELLO)
    why = trouble(read_pointer(raw.body), account) if raw.method == "POST" else ""
    return Answer(status=400, body=f"{why}\n".encode()) if why else None


def trouble(pointer: Pointer, account: Account) -> str:
    """Why it can be no mention of a page of this account; empty if it can."""
    for name, address in (("source", pointer.source), ("target", pointer.target)):
        if not is_web(address) or any(sign.isspace() or not sign.isprintable() for sign in address):
            return f"The {name} is no address that begins with http:// or https://."
        if len(address.encode("utf-8", "replace")) > LONGEST_BYTES:
            return f"The {name} is longer than {LONGEST_BYTES} bytes."
    if same(pointer.source, pointer.target):
        return "Source and target are the same page."
    if not is_ours(pointer.target, account):
        return "The target is no page for which mentions are taken here."
    return ""
