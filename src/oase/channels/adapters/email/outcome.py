"""What a mail server's answer means for a mail. Codes after RFC 5321 and RFC 3463; pure.

`Submitter` puts into a reply's headers: `stage` (connect, sign_in, settings, mail, rcpt, data, sent), `enhanced` ("5.1.1"),
`refused` (the addresses in copy that were not taken, with the words).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.kernel.i18n import Message, message

_GREYLIST_WAIT: Final = timedelta(minutes=5)
_QUOTA_WAIT: Final = timedelta(hours=1)
_WORDS: Final = 400
# Said with a final code, but true only for today: Google's and Microsoft's sending limits.
_QUOTA: Final = frozenset({"5.4.5", "5.1.90", "5.7.705"})

_PLAIN: Final[Mapping[str, Message]] = {
    "5.1.0": message("This address was refused"),
    "5.1.1": message("This address does not exist"),
    "5.1.2": message("The part of the address after the @ does not exist"),
    "5.1.3": message("This address is not written correctly"),
    "5.1.10": message("This address does not exist"),
    "5.2.1": message("This mailbox is switched off"),
    "5.2.2": message("This mailbox is full"),
    "5.2.3": message("The mail is too large for this mailbox"),
    "5.3.4": message("The mail is too large for the server"),
    "5.4.1": message("The recipient's server does not take mail for this address"),
    "5.4.4": message("The part of the address after the @ takes no mail"),
    "5.6.7": message("The server cannot deliver to an address with special characters"),
    "5.7.1": message("The mail was refused as unwanted"),
    "5.7.25": message("The mail was refused: our sending server is not trusted there"),
    "5.7.26": message("The mail was refused: our domain's SPF, DKIM or DMARC records do not fit"),
}
_BY_STATUS: Final[Mapping[int, Message]] = {
    550: message("The mail was refused"),
    551: message("This address has moved"),
    552: message("The mail is too large for the server"),
    553: message("This address was refused"),
    554: message("The mail was refused"),
}


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted under its Message-ID; Again; Refused, with `sign_in` where the account is the reason; Unclear."""
    if isinstance(reply, NoReply):
        if reply.sent:
            return Unclear(why=reply.why)
        return Again(why=reply.why, account=True)
    words = reply.body.decode("utf-8", "replace").replace("\0", "").strip()[:_WORDS]
    words = words or message("The server gave no reason (status %(status)s).", status=reply.status)
    stage, enhanced = reply.headers.get("stage", ""), reply.headers.get("enhanced", "")
    if 200 <= reply.status < 300:
        return Accepted(external_id=str(call.options.get("message_id", "")), note=reply.headers.get("refused", ""))
    if 400 <= reply.status < 500:
        return _again(reply.status, stage, enhanced, words)
    if stage in ("sign_in", "settings") or _account_refused(reply.status, stage, enhanced):
        return Refused(why=words, code=enhanced or str(reply.status), sign_in=True)
    if enhanced in _QUOTA:
        return Again(why=words, after=_QUOTA_WAIT, account=True)
    if 500 <= reply.status < 600:
        return Refused(why=_in_plain_words(reply.status, enhanced, words), code=enhanced or str(reply.status))
    return Again(why=words)


def _again(status: int, stage: str, enhanced: str, words: str) -> Again:
    concerns_account = status == 421 or stage in ("connect", "sign_in", "mail")
    greylisted = stage in ("rcpt", "data") and (enhanced.startswith("4.7") or "grey" in words.lower() or "gray" in words.lower())
    return Again(why=words, after=_GREYLIST_WAIT if greylisted else timedelta(0), account=concerns_account)


def _account_refused(status: int, stage: str, enhanced: str) -> bool:
    """At the sender's address, a refusal concerns us: not signed in, or not allowed to write from this address."""
    return status in (530, 534, 535, 538) or (stage == "mail" and (enhanced.startswith("5.7.") or status == 553))


def _in_plain_words(status: int, enhanced: str, words: str) -> Message | str:
    plain = _PLAIN.get(enhanced) or _BY_STATUS.get(status)
    return message("%(plain)s. The server's words: %(words)s", plain=plain, words=words) if plain else words
