"""A readable text from our own HTML (answers written in the composer), for channels that carry none."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset("p div section article header footer blockquote pre table tr ul ol h1 h2 h3 h4 h5 h6 hr".split())  # noqa: SIM905
_SILENT = frozenset({"script", "style", "head", "title", "template"})


def plain_text(html: str) -> str:
    """The text of an HTML fragment: paragraphs, list items, and addresses of links behind their words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag == "p" else "\n")
        elif tag == "img":
            self.pieces.append(values.get("alt") or "")
        elif tag == "a":
            self._links.append((values.get("href") or "", len(self.pieces)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            words = "".join(self.pieces[start:]).strip()
            if address.startswith(("http:", "https:", "mailto:", "tel:")) and words not in (address, address.partition(":")[2]):
                self.pieces.append(f" ({address})")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data.replace("\n", " "))
