"""The wire: bytes to elements and elements to bytes, without trust in what comes (RFC 6120, sections 4, 11 and 13.12).

bytes ── expat, with everything refused that RFC 6120 forbids in a stream ──▶ Opened · an element of the first level · Closed
"""

import re
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element
from xml.parsers import expat

import msgspec

from oase.sandbox.xmpp import names

MOST_BYTES: Final = 262_144  # one stanza of somebody who is signed in, as Prosody's c2s_stanza_size_limit
MOST_BYTES_BEFORE: Final = 10_000  # of somebody who is not: the least that RFC 6120, 13.12 allows
_DEEPEST: Final = 64
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no characters of XML 1.0
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


class StreamError(Exception):
    """The stream must end, with this condition of RFC 6120, 4.9.3."""

    def __init__(self, condition: str, words: str = "") -> None:
        super().__init__(f"{condition} {words}".strip())
        self.condition, self.words = condition, words


class Opened(msgspec.Struct, frozen=True):
    """The opening tag of a stream, with the namespace of what stands inside."""

    tag: str
    attributes: Mapping[str, str]
    content: str


class Closed(msgspec.Struct, frozen=True):
    """The closing tag of a stream."""


Thing = Opened | Element | Closed


class Reader:
    """Reads one stream; a stream that begins anew on the same connection needs a new reader."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._parser = expat.ParserCreate("UTF-8", " ")
        self._parser.buffer_text = True
        for deferral in filter(None, [getattr(self._parser, "SetReparseDeferralEnabled", None)]):
            deferral(False)  # newer ones would keep the end of a stanza back until more comes
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartNamespaceDeclHandler = self._named
        self._parser.StartElementHandler = self._begins
        self._parser.EndElementHandler = self._ends
        self._parser.CharacterDataHandler = self._says
        for handler in ("StartDoctypeDeclHandler", "EntityDeclHandler", "CommentHandler", "ProcessingInstructionHandler"):
            setattr(self._parser, handler, _restricted)
        self._content = ""
        self._path: list[Element] = []  # from an element of the first level down to where we are
        self._open = False
        self._fed = self._boundary = 0
        self._found: list[Thing] = []

    def feed(self, data: bytes) -> tuple[list[Thing], StreamError | None]:
        """What these bytes complete, in order, and what is wrong after that."""
        self._fed += len(data)
        wrong: StreamError | None = None
        try:
            self._parser.Parse(data, False)
            self._bounded(self._fed)
        except StreamError as error:
            wrong = error
        except expat.ExpatError as error:
            wrong = _broken(error.code)
        found, self._found = self._found, []
        return found, wrong

    def _bounded(self, place: int) -> None:
        if place - self._boundary > self._most:
            raise StreamError("policy-violation", f"A stanza has more than {self._most} bytes.")

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() != "utf-8":
            raise StreamError("unsupported-encoding")

    def _named(self, prefix: str | None, uri: str) -> None:
        if not self._open and prefix is None:
            self._content = uri

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        given = {_clark(key): value for key, value in attributes.items()}
        if not self._open:
            self._open = True
            self._boundary = self._parser.CurrentByteIndex
            self._found.append(Opened(_clark(name), given, self._content))
            return
        if len(self._path) >= _DEEPEST:
            raise StreamError("policy-violation", "A stanza is nested too deeply.")
        element = Element(_clark(name), given)
        if self._path:
            self._path[-1].append(element)
        self._path.append(element)

    def _ends(self, name: str) -> None:
        if not self._path:
            self._found.append(Closed())
            return
        element = self._path.pop()
        if not self._path:
            self._bounded(self._parser.CurrentByteIndex)
            self._boundary = self._parser.CurrentByteIndex
            self._found.append(element)

    def _says(self, text: str) -> None:
        if not self._path:
            if text.strip():
                raise StreamError("bad-format", "There is text between the stanzas.")
            self._boundary = self._parser.CurrentByteIndex  # white space keeps a connection alive
            return
        element = self._path[-1]
        if len(element):
            element[-1].tail = (element[-1].tail or "") + text
        else:
            element.text = (element.text or "") + text


def _clark(name: str) -> str:
    uri, space, local = name.rpartition(" ")
    return f"{{{uri}}}{local}" if space else name


def _restricted(*_: object) -> None:
    raise StreamError("restricted-xml", "Comments, processing instructions, document types and entities are forbidden.")


def _broken(code: int) -> StreamError:
    said = expat.errors.messages.get(code, "")
    if said in (expat.errors.XML_ERROR_UNKNOWN_ENCODING, expat.errors.XML_ERROR_INCORRECT_ENCODING):
        return StreamError("unsupported-encoding")
    return StreamError("restricted-xml" if said == expat.errors.XML_ERROR_UNDEFINED_ENTITY else "not-well-formed")


def make(tag: str, /, *children: "Element | str", **attributes: str) -> Element:
    """An element: `tag` is "namespace local", children are elements and one text at the start; `from_` means `from`."""
    element = Element(_clark(tag), {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            element.text = child
        else:
            element.append(child)
    return element


def child(element: Element, namespace: str, name: str) -> Element | None:
    """The first child of that name."""
    return element.find(f"{{{namespace}}}{name}")


def text(element: Element | None) -> str:
    """The text inside an element; empty where there is none."""
    return "" if element is None else element.text or ""


def xml(element: Element, around: str = names.CLIENT) -> str:
    """An element as it stands inside elements of the namespace `around`."""
    namespace, name = _parted(element.tag)
    written = [f"<{name}"]
    if namespace != around:
        written.append(f" xmlns='{escaped(namespace)}'")
    for place, (key, value) in enumerate(element.items()):
        uri, local = _parted(key)
        if key == _LANGUAGE:
            local = "xml:lang"
        elif uri:
            written.append(f" xmlns:n{place}='{escaped(uri)}'")
            local = f"n{place}:{local}"
        written.append(f" {local}='{escaped(value)}'")
    inside = [escaped(element.text or "")]
    for one in element:
        inside += [xml(one, namespace), escaped(one.tail or "")]
    content = "".join(inside)
    return "".join(written) + (f">{content}</{name}>" if content else "/>")


def _parted(name: str) -> tuple[str, str]:
    uri, brace, local = name[1:].partition("}")
    return (uri, local) if brace else ("", name)


def escaped(text: str) -> str:
    """A text as it may stand in XML, without characters that may not."""
    return _FORBIDDEN.sub("", text).translate(_ESCAPES)
