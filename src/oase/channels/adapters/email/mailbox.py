"""Reading one folder: what is new since the cursor, in portions, each durable before the cursor moves.

SELECT -> the folder's state --plan--> numbers (UIDs) to fetch --sizes--> portions --bodies--> Raw… --sink.deliver--> cursor
                                                                                          `-> mark as read / move
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from msgspec import Struct

from oase.channels.adapters.email import notes
from oase.channels.adapters.email.configuration import Incoming
from oase.channels.adapters.email.errors import Down, ImapNo
from oase.channels.adapters.email.imap import Done, Imap
from oase.channels.adapters.email.imapsyntax import Value, fetched, folder_name
from oase.channels.contract import Raw
from oase.kernel.clock import Clock

_PORTION_MAILS: Final = 50
_PORTION_BYTES: Final = 8_000_000
_HEAD_BYTES: Final = 512_000  # what is fetched of a mail that is too large
_AGAIN_DAYS: Final = 2  # how far back is read again when the folder's numbers have lost their meaning
_BREAKS: Final = 3  # a mail at which the connection broke so often is passed over, visibly
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Cursor = Mapping[str, Any]
"""Of one folder: uidvalidity; uid, the last one taken; since, the day of that; from, the day before which nothing is wanted;
history_to, the last uid that was there at the beginning."""


class Folder(Struct, frozen=True, kw_only=True):
    """A folder as SELECT describes it."""

    name: str
    uidvalidity: int
    uidnext: int | None


class Letter(Struct, frozen=True, kw_only=True):
    """A mail in the folder, not yet fetched. `date` is the server's INTERNALDATE, as RFC 5322 writes dates."""

    uid: int
    size_bytes: int
    date: str = ""


class Portion(Struct, frozen=True, kw_only=True):
    """Mails to store together, and the folder's cursor after them."""

    raws: Sequence[Raw]
    uids: Sequence[int]
    cursor: Cursor


class FolderReader:
    """Reads the folders of one mailbox. Remembers at which mails the connection broke."""

    def __init__(self, settings: Incoming, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._breaks: dict[tuple[str, int, int], int] = {}
        self._one_by_one = False

    async def select(self, imap: Imap, name: str) -> Folder:
        """Opens a folder: for reading only, unless mails shall be marked or moved."""
        command = "SELECT" if self._changes(name) else "EXAMINE"
        return _folder(name, await imap.run(command, folder_name(name)))

    def _changes(self, name: str) -> bool:
        """Whether mails are marked or moved there: what our side sent stays as it is."""
        return self._settings.after != "nothing" and name != self._settings.sent_folder

    async def news(self, imap: Imap, folder: Folder, cursor: Cursor) -> AsyncIterator[Portion]:
        """What came since the cursor. The first portion of a new folder may be empty: it only sets the cursor."""
        base, uids = await self._plan(imap, folder, cursor)
        if base != cursor:
            yield Portion(raws=(), uids=(), cursor=base)
        for some in _slices(uids, 500):
            for portion in _portions(await self._sizes(imap, some)):
                raws = await self._bodies(imap, folder, portion)
                self._one_by_one = False
                taken = [letter.uid for letter in portion]
                after = {**base, "uid": max(taken), "since": self._today().isoformat()}
                yield Portion(raws=raws, uids=taken, cursor=after)

    async def _plan(self, imap: Imap, folder: Folder, cursor: Cursor) -> tuple[Cursor, list[int]]:
        """Where to begin and which mails to fetch."""
        if not cursor:
            begun = self._today() - timedelta(days=self._settings.history_days)
            return await self._from(imap, folder, begun, everything=bool(self._settings.history_days))
        if cursor.get("uidvalidity") != folder.uidvalidity:
            # The folder was made anew: its numbers mean other mails now. Read again by date; what is known is recognised
            # by its Message-ID.
            since = _day(cursor.get("since"), self._today()) - timedelta(days=_AGAIN_DAYS)
            return await self._from(imap, folder, max(since, _day(cursor.get("from"), since)), everything=True)
        return cursor, await self._after(imap, folder, cursor)

    async def _from(self, imap: Imap, folder: Folder, day: date, *, everything: bool) -> tuple[Cursor, list[int]]:
        """A new beginning: with the mails since that day, or only with those that come from now on."""
        last = folder.uidnext - 1 if folder.uidnext else max(await _search(imap, "ALL"), default=0)
        base = {"uidvalidity": folder.uidvalidity, "uid": last, "since": self._today().isoformat(), "from": day.isoformat()}
        if not everything:
            return base, []
        base = {**base, "uid": 0, "history_to": last}
        return base, await self._after(imap, folder, base)

    async def _after(self, imap: Imap, folder: Folder, cursor: Cursor) -> list[int]:
        last, history_to = int(cursor.get("uid", 0)), int(cursor.get("history_to", 0))
        if folder.uidnext is not None and folder.uidnext <= last + 1:
            return []
        # "n:*" always contains the last mail, even if its number is below n.
        found = [uid for uid in await _search(imap, "UID", f"{last + 1}:*") if uid > last]
        if last < history_to:  # still taking over what was there at the beginning: only from the wanted day on
            young = set(await _search(imap, "SINCE", _imap_date(_day(cursor.get("from"), self._today()))))
            found = [uid for uid in found if uid > history_to or uid in young]
        return found

    async def _sizes(self, imap: Imap, uids: Sequence[int]) -> list[Letter]:
        done = await imap.run("UID", "FETCH", _set(uids), "(UID RFC822.SIZE INTERNALDATE)")
        letters = {letter.uid: letter for letter in map(_letter, _rows(done)) if letter is not None}
        return [letters[uid] for uid in sorted(letters) if uid in set(uids)]

    async def _bodies(self, imap: Imap, folder: Folder, letters: Sequence[Letter]) -> list[Raw]:
        whole = [letter for letter in letters if letter.size_bytes <= self._settings.max_bytes]
        bodies: dict[int, bytes] = {}
        if len(whole) > 1 and not self._one_by_one:
            try:
                bodies = await self._fetch(imap, whole, "BODY.PEEK[]")
            except ImapNo:
                bodies = {}  # one of them cannot be given out; which one, is found out below
            except (Down, OSError):
                self._one_by_one = True  # the next time, so that the guilty one becomes known
                raise
        return [raw for letter in letters if (raw := await self._one(imap, folder, letter, bodies)) is not None]

    async def _one(self, imap: Imap, folder: Folder, letter: Letter, bodies: Mapping[int, bytes]) -> Raw | None:
        """One mail; None if it is gone by now."""
        if letter.uid in bodies:
            return self._raw(folder, letter, bodies[letter.uid])
        place = (folder.name, folder.uidvalidity, letter.uid)
        if self._breaks.get(place, 0) >= _BREAKS:
            return self._raw(folder, letter, b"", {notes.UNREADABLE: "the connection breaks whenever it is fetched"})
        large = letter.size_bytes > self._settings.max_bytes
        try:
            got = await self._fetch(imap, [letter], f"BODY.PEEK[]<0.{_HEAD_BYTES}>" if large else "BODY.PEEK[]")
        except ImapNo as no:
            return self._raw(folder, letter, b"", {notes.UNREADABLE: no.words})
        except (Down, OSError):
            self._breaks[place] = self._breaks.get(place, 0) + 1
            raise
        self._breaks.pop(place, None)
        body = got.get(letter.uid)
        if body is None:
            return None
        more = {notes.WHOLE_SIZE: str(letter.size_bytes)} if large else {}
        return self._raw(folder, letter, body, more)

    async def _fetch(self, imap: Imap, letters: Sequence[Letter], what: str) -> dict[int, bytes]:
        done = await imap.run("UID", "FETCH", _set([letter.uid for letter in letters]), f"(UID {what})")
        found: dict[int, bytes] = {}
        for row in _rows(done):
            uid, body = row.get("UID"), row.get("BODY[]")
            if isinstance(uid, int) and isinstance(body, bytes):
                found[uid] = body
        return found

    def _raw(self, folder: Folder, letter: Letter, body: bytes, more: Mapping[str, str] | None = None) -> Raw:
        place = {notes.FOLDER: folder.name, notes.UIDVALIDITY: str(folder.uidvalidity), notes.UID: str(letter.uid)}
        headers = {**place, notes.ARRIVED: letter.date, **(more or {})}
        return Raw(body=body, method="IMAP", headers=headers, received_at=self._clock.now())

    async def taken_over(self, imap: Imap, name: str, uids: Sequence[int]) -> None:
        """Marks or moves mails of this folder that are safely stored, as the settings say."""
        if not uids or not self._changes(name):
            return
        if self._settings.after == "seen" or not self._settings.move_to:
            await imap.run("UID", "STORE", _set(uids), "+FLAGS.SILENT", r"(\Seen)")
            return
        target = folder_name(self._settings.move_to)
        try:
            await self._move(imap, uids, target)
        except ImapNo as no:
            if no.code != "TRYCREATE":
                raise
            await imap.run("CREATE", target)
            await self._move(imap, uids, target)

    async def _move(self, imap: Imap, uids: Sequence[int], target: bytes) -> None:
        if "MOVE" in imap.capabilities:
            await imap.run("UID", "MOVE", _set(uids), target)
            return
        await imap.run("UID", "COPY", _set(uids), target)
        await imap.run("UID", "STORE", _set(uids), "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in imap.capabilities:  # without it EXPUNGE would take other programs' deleted mails along
            await imap.run("UID", "EXPUNGE", _set(uids))

    def _today(self) -> date:
        return self._clock.now().date()


def _folder(name: str, done: Done) -> Folder:
    numbers: dict[str, int] = {}
    for line in done.lines:
        words = line.text.decode("ascii", "replace").upper().replace("]", " ").replace("[", " ").split()
        if len(words) > 3 and words[:2] == ["*", "OK"] and words[3].isdigit():
            numbers[words[2]] = int(words[3])
    return Folder(name=name, uidvalidity=numbers.get("UIDVALIDITY", 0), uidnext=numbers.get("UIDNEXT"))


def _rows(done: Done) -> Iterable[Mapping[str, Value]]:
    return (row for row in (fetched(line.values()) for line in done.lines) if row is not None)


def _letter(row: Mapping[str, Value]) -> Letter | None:
    uid, size, stamp = row.get("UID"), row.get("RFC822.SIZE"), row.get("INTERNALDATE")
    if not isinstance(uid, int):
        return None
    return Letter(uid=uid, size_bytes=size if isinstance(size, int) else 0, date=_rfc_date(stamp))


def _rfc_date(stamp: Value) -> str:
    """`17-Jul-2026 02:44:25 +0200` as RFC 5322 writes it."""
    try:
        day, clock, zone = stamp.decode("ascii").split() if isinstance(stamp, bytes) else ("", "", "")
        number, month, year = day.split("-")
        text = f"{year}-{_MONTHS.index(month.title()) + 1:02}-{int(number):02}T{clock}{zone[:3]}:{zone[3:]}"
        return format_datetime(datetime.fromisoformat(text))
    except ValueError:
        return ""


def _portions(letters: Sequence[Letter]) -> Iterable[list[Letter]]:
    portion: list[Letter] = []
    weight = 0
    for letter in letters:
        if portion and (len(portion) >= _PORTION_MAILS or weight + letter.size_bytes > _PORTION_BYTES):
            yield portion
            portion, weight = [], 0
        portion.append(letter)
        weight += letter.size_bytes
    if portion:
        yield portion


async def _search(imap: Imap, *criteria: str) -> list[int]:
    done = await imap.run("UID", "SEARCH", *criteria, "UNDELETED")
    found: set[int] = set()
    for line in done.lines:
        values = line.values()
        if len(values) > 1 and values[1] == b"SEARCH":
            found.update(value for value in values[2:] if isinstance(value, int))
    return sorted(found)


def _set(uids: Sequence[int]) -> str:
    """Numbers as IMAP writes sets: 1:3,7."""
    runs: list[list[int]] = []
    for uid in sorted(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)


def _day(text: Any, otherwise: date) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return otherwise


def _slices(uids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (uids[start : start + size] for start in range(0, len(uids), size))


def _imap_date(day: date) -> str:
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
