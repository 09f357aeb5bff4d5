"""Decisions about staff: no database, no clock."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address
from itertools import pairwise
from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.errors import Forbidden, Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Secret
from oase.staff.errors import WeakPassword

PASSWORD_LENGTH: Final = 12
PASSWORD_LENGTH_AT_MOST: Final = 256
INVITATION_LASTS: Final = timedelta(days=7)
RESET_LASTS: Final = timedelta(hours=1)
TICKET_LASTS: Final = timedelta(minutes=5)
SESSION_LASTS_AT_MOST: Final = timedelta(days=90)
SEEN_AGAIN_AFTER: Final = timedelta(minutes=1)  # how exact "last seen" is: one write a minute, not one a page

_EMAIL: Final = re.compile(r"[^@\s<>(),;:\\\"\[\]]{1,64}@[^@\s<>(),;:\\\"\[\]]{1,255}")
_LEET: Final = str.maketrans("013457@$!", "oleastasi")
# Words that common passwords are made of, in English and German; longer ones first, so that what remains is something else.
_COMMON_WORDS: Final = tuple(
    sorted(set(Path(__file__).with_name("common_words.txt").read_text("utf-8").split()), key=len, reverse=True)
)


class Limit(Struct, frozen=True, kw_only=True):
    """How failed sign-ins are answered: `free` attempts, then a wait that doubles from `first` up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta
    forgotten_after: timedelta


# Per person the wait stays bearable, so that nobody can be locked out for good by a stranger. Per network address there is
# more room, because a whole office may share one.
PER_PERSON: Final = Limit(free=5, first=timedelta(seconds=15), longest=timedelta(minutes=15), forgotten_after=timedelta(hours=12))
PER_ADDRESS: Final = Limit(free=30, first=timedelta(seconds=30), longest=timedelta(hours=1), forgotten_after=timedelta(hours=2))
RESET_MAILS: Final = Limit(free=3, first=timedelta(minutes=15), longest=timedelta(hours=6), forgotten_after=timedelta(hours=12))


class Attempts(Struct, frozen=True, kw_only=True):
    """What is known of earlier attempts."""

    failures: int = 0
    last_failure_at: datetime | None = None
    locked_until: datetime | None = None


def wait_left(attempts: Attempts, now: datetime) -> timedelta:
    """How long to wait before the next attempt is looked at; zero if it may be now."""
    return max(attempts.locked_until - now, timedelta(0)) if attempts.locked_until else timedelta(0)


def counted(attempts: Attempts, limit: Limit, now: datetime) -> Attempts:
    """The attempts with one more, which counts as failed until it has succeeded."""
    forgotten = attempts.last_failure_at is None or now - attempts.last_failure_at > limit.forgotten_after
    failures = 1 if forgotten else attempts.failures + 1
    locked_until = None
    if failures >= limit.free:
        locked_until = now + min(limit.first * 2 ** min(failures - limit.free, 20), limit.longest)
    return Attempts(failures=failures, last_failure_at=now, locked_until=locked_until)


def lock_key(kind: str, value: str) -> UUID:
    """The id under which attempts are counted; the value itself is not stored."""
    return UUID(bytes=hashlib.blake2b(f"{kind}\0{value}".encode(), digest_size=16).digest())


def network_of(address: str) -> str:
    """What counts as one network address: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(IPv6Network((int(parsed) >> 64 << 64, 64)))


def normal_email(email: str) -> str:
    """A mail address in the form that is stored and compared; raises Invalid."""
    text = unicodedata.normalize("NFC", email.strip()).lower()
    if not _EMAIL.fullmatch(text) or "." not in text.rpartition("@")[2].strip("."):
        raise Invalid(message("“%(email)s” is not a mail address.", email=email.strip()[:100]), field="email")
    return text


def normal_name(name: str, *, field: str = "name") -> str:
    """A name on one line, without what is invisible; raises Invalid if nothing is left or it is too long."""
    visible = "".join(character if character.isprintable() else " " for character in unicodedata.normalize("NFC", name))
    text = " ".join(visible.split())
    if not text:
        raise Invalid(message("Please give a name."), field=field)
    if len(text) > 200:
        raise Invalid(message("This name is too long: 200 characters at most."), field=field)
    return text


def check_password(password: Secret, *, email: str = "", names: Iterable[str] = ()) -> None:
    """Raises WeakPassword for one that is too short, among the commonest, or made of what everybody knows about its owner."""
    text = unicodedata.normalize("NFKC", password.reveal())
    if len(text) < PASSWORD_LENGTH:
        raise WeakPassword(message("Please use at least %(length)s characters.", length=PASSWORD_LENGTH))
    if len(text) > PASSWORD_LENGTH_AT_MOST:
        raise WeakPassword(message("Please use at most %(length)s characters.", length=PASSWORD_LENGTH_AT_MOST))
    plain = text.lower()
    known = {word for source in (email, *names) for word in re.findall(r"[^\W_]{3,}", source.lower())}
    for word in sorted(known, key=len, reverse=True):
        plain = plain.replace(word, "")
    if len(plain) < PASSWORD_LENGTH // 2:
        raise WeakPassword(message("This password is made of your name or mail address."))
    if len(set(text.lower())) < 5 or _is_repeated(text.lower()) or _is_run(text.lower()) or _is_common(text.lower()):
        raise WeakPassword(message("This password is easy to guess. Four or five unrelated words make a good one."))


def _is_repeated(text: str) -> bool:
    """A short piece again and again: "abcabcabcabc"."""
    return (text + text).find(text, 1) <= len(text) // 2


def _is_run(text: str) -> bool:
    """Neighbours in the alphabet or among the digits throughout: "123456789012", "abcdefghijkl"."""
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return sum(abs(step) in (1, 9) for step in steps) >= len(steps) - 1


def _is_common(text: str) -> bool:
    """Short, and nothing but common words, with digits and signs around or in place of letters: "P@ssw0rt2026!"."""
    if len(text) >= 2 * PASSWORD_LENGTH:
        return False
    for form in (text, text.translate(_LEET)):
        rest = letters = "".join(character for character in form if character.isalpha())
        for word in _COMMON_WORDS:
            rest = rest.replace(word, "")
        if len(rest) < 4 <= len(letters) - len(rest):
            return True
    return False


def check_grant(held: Set[Permission], granted: Iterable[Permission]) -> None:
    """Raises Forbidden if somebody would give away more than they have."""
    missing = sorted(set(granted) - held)
    if missing:
        raise Forbidden(
            message("You cannot give the permission “%(name)s”, because you do not have it yourself.", name=missing[0].value),
            permission=missing[0],
        )


def session_lives(created_at: datetime, last_seen_at: datetime, now: datetime, idle: timedelta) -> bool:
    """Whether a session still counts: used within `idle`, and not older than 90 days in all."""
    return now - last_seen_at <= idle and now - created_at <= SESSION_LASTS_AT_MOST


def slug_of(name: str) -> str:
    """A short name for addresses, of small letters, digits and hyphens: "Müller & Söhne" is "mueller-soehne"."""
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ø", "oe"), ("æ", "ae"), ("å", "aa")):
        name = name.lower().replace(letter, written)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "workspace"
