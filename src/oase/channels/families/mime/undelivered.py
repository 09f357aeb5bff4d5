"""Failures and delays that servers tell in words only: qmail, Exim, old Exchange, Yahoo, GMX, T-Online and a hundred others.

    who sent it + subject + words up to the returned mail --> failed | delayed | neither, the addresses, the reason

The words are tables of the languages (`undelivered`, `delayed`). They count fully where a mail server speaks. Anybody may write
"Meine Mail konnte nicht zugestellt werden", so from everybody else a failure needs the marks of a machine as well.
"""

import re
from typing import Literal

from oase.channels.families.mime.headers import one_line, unfold
from oase.channels.families.mime.replies.tables import fold, phrases, prefix_of
from oase.channels.families.mime.tree import Node
from oase.channels.families.mime.types import Mailbox

Fate = Literal["failed", "delayed", ""]
MAX_SAID = 20_000  # characters that are looked at
_DAEMON = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|bounces?|mail-delivery|mail\.delivery\.system|system administrator"
    r"|mailsystem|mail-system|microsoftexchange[0-9a-f]{10,})(?:[+@\"\\-]|$)",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]?(?:delivery (?:sub)?system|delivery service|daemon|administrator)|^postmaster$|^mail-?system$"
    r"|system ?administrator",
    re.IGNORECASE,
)
_UNDELIVERED = phrases("undelivered")
_GAP = re.compile(
    r"konnten? (?:leider )?nicht .{0,80}(?:zugestellt|ausgeliefert|übermittelt) werden|zustellung .{0,60}(?:fehlgeschlagen|nicht möglich)"
)
_DELAYED = phrases("delayed")
_MACHINE = re.compile(
    r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])|said: ?[45]\d\d|rcpt to|smtp error|automatic(?:ally)? generated|automatisch"
    r"|non-delivery report|---+ ?failed recipients?",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[\w.!#$%&*+/?^`{|}~-][\w.!#$%&'*+/?^`{|}~-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_TRUNCATED = re.compile(r"(?<=\w)\.{3,}@")  # archives that hide addresses: david...@example.com
_RETURNED = re.compile(
    r"^(?:[ \t]{0,4}-{2,}|[|]-{5,})[^\n]{0,60}(?:cop(?:y|ies) of (?:the|your) message|original (?:message|mail)|returned m|header"
    r"|(?:message|message text|mail) follows|unsent message|ursprüngliche|kopie|копия)"
    r"|^(?:received|>?return-path): |^original message (?:as|follows|attached)|^your message reads|^old message:"
    r"|^the (?:header|first \d+ lines) of",
    re.IGNORECASE | re.MULTILINE,
)


def is_daemon(root: Node, from_: Mailbox | None) -> bool:
    """Sent by a mail server: an empty return path, or a name that only servers have."""
    path = root.first("return-path")
    if path is not None and unfold(path).replace(" ", "") == "<>":
        return True
    return from_ is not None and bool(_DAEMON.match(from_.address) or _DAEMON_NAME.search(from_.name))


def said_by(text: str) -> str:
    """What the server says itself, without the mail that it returns."""
    cut = _RETURNED.search(text[:MAX_SAID])
    return text[: cut.start()] if cut else text[:MAX_SAID]


def fate_in_words(root: Node, said: str, subject: str, *, server: bool) -> Fate:
    """What became of a mail of ours; "" where this one does not say so. `server`: a mail server speaks."""
    title = fold(subject)
    in_title = bool(_UNDELIVERED.search(title))
    if not server and not (in_title and _is_machine(root, said, subject)):
        return ""
    folded = fold(said)
    if _DELAYED.search(title) or _DELAYED.search(folded):
        return "delayed"
    return "failed" if in_title or _UNDELIVERED.search(folded) or _GAP.search(folded) else ""


def _is_machine(root: Node, said: str, subject: str) -> bool:
    """From an ordinary address: words of failure at the beginning, a code or a transcript, and no answer or forward of somebody."""
    if prefix_of(subject) or root.first("in-reply-to") is not None:
        return False
    beginning = fold(said[:600])
    return bool(_UNDELIVERED.search(beginning)) and bool(_MACHINE.search(said) or _DELAYED.search(beginning))


def addresses_in(said: str, own: set[str]) -> list[str]:
    """The addresses that failed: those after the words of failure where there are some, else all but our own and the servers'."""
    folded = fold(said)
    found = _UNDELIVERED.search(folded) if len(folded) == len(said.strip()) else None
    after = _addresses(said.strip()[found.start() :], own) if found else []
    return after or _addresses(said, own)


def _addresses(text: str, own: set[str]) -> list[str]:
    if "...@" in text:
        text = _TRUNCATED.sub("", text)
    found = [address for address in ADDRESS.findall(text) if address.lower() not in own and not _DAEMON.match(address)]
    return list(dict.fromkeys(found))


def reason_of(said: str, address: str) -> str:
    """The lines below the address, up to a blank line."""
    after = said.partition(address)[2].lstrip('>":)<]. \n\t')
    return one_line(after.partition("\n\n")[0], 500)
