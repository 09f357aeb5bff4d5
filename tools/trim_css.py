"""Trims a style sheet to what our pages can meet. Pure, so that a test can ask the same questions.

    texts of pages, of sheets  -> used    -> Used: the names they say
    css, Used                  -> trimmed -> css: what stays is as it was, in its order
    css                        -> classes -> every class that a sheet knows

A selector goes if it asks for a class that nobody says, a rule with its last selector, a custom property when nobody reads it.
Keyframes stay, since our own sheets may play them. CSS with open braces or brackets raises ValueError.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final, NamedTuple

_QUOTED: Final = r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'"
_MARK: Final = re.compile(rf"/\*.*?\*/|{_QUOTED}|[{{}}()\[\];,]", re.DOTALL)
_CLASS: Final = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
_ATTRIBUTE: Final = re.compile(rf"\[(?:{_QUOTED}|[^\]])*\]")
_CHOICE: Final = re.compile(r":(not|is|where|has)\(")
_PROPERTY: Final = re.compile(rf"(?<=[{{;])(--[\w-]+):(?:{_QUOTED}|[^;{{}}\"'])*;?")
_WORD: Final = re.compile(r"-{0,2}[A-Za-z_][\w-]*")
_BEGINNING: Final = re.compile(r"""(?<![\w-])[A-Za-z][\w-]*+(?<=-)(?=\{|\$\{|%s|["'`])""")
_NESTING: Final = ("@media", "@supports", "@layer", "@container")


class Used(NamedTuple):
    """What sources say: classes as words, or only how they begin (`badge-{{ kind }}`), and what our own sheets refer to."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    referred: frozenset[str]

    def has(self, name: str) -> bool:
        """Whether a page may carry this class. A beginning stands for all that it can become."""
        return name in self.words or name.startswith(self.beginnings)


def is_page(path: PurePath) -> bool:
    """Whether classes of pages may stand in this file: all pages are in `web`; those of the sandbox have their own sheets."""
    return path.suffix in {".html", ".js", ".py"} and path.parent.name != "vendor" and "web" in path.parts


def is_sheet(path: PurePath) -> bool:
    """Whether this is a style sheet of ours: it gives no class to anything, but reads custom properties."""
    return path.suffix == ".css" and path.parent.name != "vendor"


def used(pages: Iterable[str], sheets: Iterable[str]) -> Used:
    """The names in these texts. Every word counts, wherever it stands: classes are handed around as words.

    A class of which code makes the beginning (`{{ size }}-column`) is not seen.
    """
    words: set[str] = set()
    beginnings: set[str] = set()
    for text in pages:
        words.update(_WORD.findall(text))
        beginnings.update(_BEGINNING.findall(text))
    referred = words.union(*map(_WORD.findall, sheets))
    return Used(frozenset(words), tuple(sorted(beginnings)), frozenset(referred))


def trimmed(css: str, names: Used) -> str:
    """The sheet without what these names cannot reach. Comments between rules stay, the license among them."""
    kept = _reachable(css, names)
    while (fewer := _without_unread(kept, names)) != kept:  # who was read only by what went goes next
        kept = fewer
    return _reachable(kept, names)  # without the rules that this left empty


def classes(css: str) -> set[str]:
    """Every class that selectors of the sheet ask for or exclude."""
    found: set[str] = set()
    for head, body in _pieces(css):
        if body and head.lstrip().startswith(_NESTING):
            found |= classes(body)
        elif body and not head.lstrip().startswith("@"):
            found.update(_classes(head))
    return found


def can_match(selector: str, names: Used) -> bool:
    """Whether something with classes of these names only can be meant: `:not()` asks for nothing, of `:is()` one is enough."""
    plain, choices = _apart(selector)
    return all(map(names.has, _classes(plain))) and all(any(can_match(one, names) for one in _list(choice)) for choice in choices)


def _reachable(css: str, names: Used) -> str:
    return "".join(_reachable_piece(head, body, names) for head, body in _pieces(css))


def _reachable_piece(head: str, body: str | None, names: Used) -> str:
    if body is None:
        return head
    if head.lstrip().startswith(_NESTING):
        body = _reachable(body, names)
    elif not head.lstrip().startswith("@"):
        head = ",".join(selector for selector in _list(head) if can_match(selector, names))
    return f"{head}{{{body}}}" if head and body else ""


def _without_unread(css: str, names: Used) -> str:
    read = {*re.findall(r"var\(\s*(--[\w-]+)", css), *names.referred}
    return _PROPERTY.sub(lambda found: found[0] if found[1] in read else "", css)


def _pieces(css: str) -> Iterator[tuple[str, str | None]]:
    """The outer pieces of a sheet in turn: (selectors or at-rule, body), or (text, None) for a comment and for `@charset "…";`."""
    depth = start = brace = 0
    for mark in _MARK.finditer(css):
        if mark[0] == "{":
            brace = brace if depth else mark.start()
            depth += 1
        elif mark[0] == "}":
            depth -= 1
            if depth < 0:
                raise ValueError(f"A brace closes nothing at {mark.start()}.")
            if not depth:
                yield css[start:brace], css[brace + 1 : mark.start()]
                start = mark.end()
        elif not depth and (mark[0] == ";" or (mark[0].startswith("/*") and not css[start : mark.start()].strip())):
            yield css[start : mark.end()], None
            start = mark.end()
    if css[start:].strip():
        raise ValueError(f"What begins at {start} has no end.")


def _apart(selector: str) -> tuple[str, list[str]]:
    """A selector without `:not()`, `:is()` and the like, and what stands in those of them that ask for something."""
    plain, choices = "", []
    while found := _CHOICE.search(selector):
        end = _closing(selector, found.end())
        plain += selector[: found.start()]
        choices += [selector[found.end() : end]] if found[1] != "not" else []
        selector = selector[end + 1 :]
    return plain + selector, choices


def _closing(text: str, start: int) -> int:
    """Where the bracket closes that opened just before."""
    depth = 1
    for mark in _MARK.finditer(text, start):
        depth += (mark[0] == "(") - (mark[0] == ")")
        if not depth:
            return mark.start()
    raise ValueError(f"A bracket stays open: {text}")


def _list(selectors: str) -> list[str]:
    """The selectors of a list, which commas part outside of brackets."""
    found, start, depth = [], 0, 0
    for mark in _MARK.finditer(selectors):
        depth += (mark[0] in "([") - (mark[0] in ")]")
        if mark[0] == "," and not depth:
            found.append(selectors[start : mark.start()])
            start = mark.end()
    return [*found, selectors[start:]]


def _classes(selector: str) -> list[str]:
    """The classes in a selector. What stands in [] is an attribute."""
    return [name.replace("\\", "") for name in _CLASS.findall(_ATTRIBUTE.sub("", selector))]
