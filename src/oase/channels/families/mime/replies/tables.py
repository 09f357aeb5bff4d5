"""The words of the languages, made ready for matching. One file per language in ../languages; all of them apply to every mail,
since people answer in one language with programs set to another.
"""

import re
from collections.abc import Iterable
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


def _load() -> tuple[Language, ...]:
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
    return [value for language in LANGUAGES for value in getattr(language, name)]


def phrases(name: str) -> re.Pattern[str]:
    """One table over all languages, anywhere in a folded text but not inside a word."""
    return re.compile(rf"(?<!\w)(?:{words(spaced(table(name)))})|(?:{words(ideographic(table(name)))})")


LANGUAGES = _load()
LABELS: dict[str, str] = {}
for _kind in ("other", "cc", "to", "subject", "sent", "from_"):
    for _language in LANGUAGES:
        for _label in getattr(_language, _kind):
            LABELS.setdefault(fold(_label), "")
# A label may mean several things ("A:" is "to" in French and Italian); all meanings are kept.
MEANINGS: dict[str, frozenset[str]] = {
    label: frozenset(
        kind.rstrip("_")
        for kind in ("from_", "sent", "to", "cc", "subject", "other")
        for language in LANGUAGES
        if label in {fold(value) for value in getattr(language, kind)}
    )
    for label in LABELS
}
REPLY_PREFIXES = frozenset(fold(value) for value in table("reply_prefix"))
FORWARD_PREFIXES = frozenset(fold(value) for value in table("forward_prefix"))
_PREFIX = re.compile(r"^\s*([^\s:\[\]]{1,12})\s*(?:\[\d+\]|\(\d+\))?\s*[:：]")


def prefix_of(subject: str) -> str:
    """ "reply", "forward" or "": what the outermost prefix of a subject says."""
    match = _PREFIX.match(subject)
    if match is None:
        return ""
    word = fold(match[1])
    return "reply" if word in REPLY_PREFIXES else "forward" if word in FORWARD_PREFIXES else ""
