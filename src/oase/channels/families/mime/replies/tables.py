"""The words of the languages, made ready for matching. One file per language in ../languages; all of them apply to every mail,
since people answer in one language with programs set to another.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from importlib.resources import files

import msgspec
from msgspec import Struct

_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u3000\t]")
_IDEOGRAPHIC = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_Tree = dict[str, "_Tree"]  # the words by their letters; "" where one may end
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")


class Language(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What mail programs and people write in one language. docs/handbook/mail.md explains each table."""

    name: str
    openers: tuple[str, ...]
    wrote: tuple[str, ...]
    author: tuple[str, ...]
    from_: tuple[str, ...] = msgspec.field(name="from")
    sent: tuple[str, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: tuple[str, ...]
    other: tuple[str, ...]
    original: tuple[str, ...]
    forwarded: tuple[str, ...]
    reply_prefix: tuple[str, ...]
    forward_prefix: tuple[str, ...]
    reply_line: tuple[str, ...]
    closings: tuple[str, ...]
    mobile: tuple[str, ...]
    disclaimers: tuple[str, ...]
    company: tuple[str, ...]
    contact: tuple[str, ...]
    postscript: tuple[str, ...]
    automatic: tuple[str, ...]
    inline: tuple[str, ...] = ()
    thanks: tuple[str, ...] = ()
    undelivered: tuple[str, ...]
    delayed: tuple[str, ...]
    absent: tuple[str, ...]
    meanwhile: tuple[str, ...]


def fold(text: str) -> str:
    """For comparing: lower case (ß as ss), plain blanks and apostrophes, nothing invisible."""
    if not text.isascii():
        text = _INVISIBLE.sub("", _BLANKS.sub(" ", text)).replace("’", "'").replace("：", ":")
    return text.casefold().replace("\t", " ").strip()


@cache
def languages() -> tuple[Language, ...]:
    """All of them, in the order of their names."""
    folder = files("oase.channels.families.mime") / "languages"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(msgspec.toml.decode((folder / name).read_bytes(), type=Language) for name in names)


def words(values: Iterable[str]) -> str:
    """An alternation of folded words, the longest that fits; blanks match any blanks. Common beginnings are written once: it is
    looked for at every word of every mail, and one by one the words of all languages would cost more than everything else."""
    tree: _Tree = {}
    for value in values:
        branch = tree
        for letter in fold(value):
            branch = branch.setdefault(letter, {})
        if value:
            branch[""] = {}
    return _pattern(tree) or r"(?!)"


def _pattern(tree: _Tree) -> str:
    branches = [
        (r"\s+" if letter == " " else re.escape(letter)) + _pattern(rest) for letter, rest in sorted(tree.items()) if letter
    ]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 and "" not in tree else f"(?:{'|'.join(branches)})"
    return joined + "?" if "" in tree else joined


def words_as_written(values: Iterable[str]) -> str:
    """An alternation of words with their capital letters."""
    return "|".join(re.escape(value).replace(r"\ ", r"\s+") for value in sorted(set(values), key=len, reverse=True))


def ideographic(values: Iterable[str]) -> list[str]:
    """Those in a script without blanks between words, where a word has no boundary to look for."""
    return [value for value in values if _IDEOGRAPHIC.search(value)]


def spaced(values: Iterable[str]) -> list[str]:
    """Those whose words have boundaries."""
    return [value for value in values if not _IDEOGRAPHIC.search(value)]


def table(name: str) -> list[str]:
    """One table over all languages."""
    return [value for language in languages() for value in getattr(language, name)]


class Words:
    """A pattern that is made of the tables when it is first needed: a process that reads no mails starts without them."""

    def __init__(self, pattern: Callable[[], str], flags: int = 0) -> None:
        self._text = pattern
        self._flags = flags

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self._text(), self._flags)

    def match(self, text: str) -> re.Match[str] | None:
        """As of `re.Pattern`."""
        return self._pattern.match(text)

    def search(self, text: str) -> re.Match[str] | None:
        """As of `re.Pattern`."""
        return self._pattern.search(text)

    def findall(self, text: str) -> list[str]:
        """As of `re.Pattern`, for patterns without groups."""
        return self._pattern.findall(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As of `re.Pattern`."""
        return self._pattern.finditer(text)


def phrases(name: str) -> Words:
    """One table over all languages, anywhere in a folded text but not inside a word."""
    return Words(lambda: rf"(?<!\w)(?:{words(spaced(table(name)))})|(?:{words(ideographic(table(name)))})")


@cache
def folded_table(name: str) -> frozenset[str]:
    """One table over all languages, folded, for whole lines and words."""
    return frozenset(fold(value) for value in table(name))


@cache
def label_meanings() -> dict[str, frozenset[str]]:
    """What the labels of a header mean. One may mean several things ("A:" is "to" in French and Italian); all are kept."""
    found: dict[str, set[str]] = {}
    for kind in ("from_", "sent", "to", "cc", "subject", "other"):
        for label in folded_table(kind):
            found.setdefault(label, set()).add(kind.rstrip("_"))
    return {label: frozenset(kinds) for label, kinds in found.items()}


_PREFIX = re.compile(r"^\s*([^\s:\[\]]{1,12})\s*(?:\[\d+\]|\(\d+\))?\s*[:：]")


def prefix_of(subject: str) -> str:
    """ "reply", "forward" or "": what the outermost prefix of a subject says."""
    match = _PREFIX.match(subject)
    if match is None:
        return ""
    word = fold(match[1])
    return "reply" if word in folded_table("reply_prefix") else "forward" if word in folded_table("forward_prefix") else ""
