"""Which parts are the text, which are files.

tree --walk--> blocks (plain text, HTML, or both, in reading order) + files (with their bytes, in order of appearance)
"""

import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from html import escape

from oase.channels.families.mime.charsets import decode
from oase.channels.families.mime.flowed import unflow
from oase.channels.families.mime.names import file_name
from oase.channels.families.mime.smime import signed_content
from oase.channels.families.mime.tnef import files_inside
from oase.channels.families.mime.transfer import uu_files
from oase.channels.families.mime.tree import Budget, Node, embedded, transfer_decode
from oase.channels.families.mime.types import Part

MAX_TEXT = 2_000_000  # characters of one text part that are shown; the rest stays in the raw mail
_HTML_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w:.-]{2,40})""", re.IGNORECASE)
_BARE_CHARSET = re.compile(rb"charset=us-ascii", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"^\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_ENVELOPED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(slots=True)
class Block:
    """One stretch of the text; at least one of the two is not None."""

    plain: str | None = None
    html: str | None = None


@dataclass(slots=True)
class File:
    """A file with its bytes."""

    part: Part
    content: bytes


@dataclass(slots=True)
class Found:
    """What the walk has gathered. With `wanted`, the bytes of the other files are not kept."""

    budget: Budget
    wanted: frozenset[int] | None = None
    blocks: list[Block] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    def add_file(self, content: bytes, name: str, kind: str, *, inline: bool = False, content_id: str = "") -> None:
        """Adds a file, if it is wanted and the budget allows."""
        index = len(self.files)
        part = Part(
            index=index,
            name=file_name(name, kind, index, self.budget),
            type=kind,
            size_bytes=len(content),
            md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
            inline=inline,
            content_id=content_id,
        )
        self.files.append(File(part, content if self.wanted is None or index in self.wanted else b""))


def collect(root: Node, budget: Budget, wanted: frozenset[int] | None = None) -> Found:
    """Text blocks and files of the whole mail; the parts of embedded mails stay inside them."""
    found = Found(budget, wanted)
    _walk(root, found, related=False)
    return found


def _walk(node: Node, found: Found, *, related: bool) -> None:
    kind = node.type
    if kind == "multipart/alternative" and node.children:
        _alternative(node, found, related=related)
    elif kind == "multipart/related" and node.children:
        _related(node, found)
    elif kind.startswith("multipart/") and node.children:
        _note_security(node, found.budget)
        for child in node.children:
            _walk(child, found, related=related)
    elif kind in _MESSAGES:
        _embedded(node, found)
    elif _is_text(node):
        _text(node, found)
    else:
        _file(node, found, related=related)


def _alternative(node: Node, found: Found, *, related: bool) -> None:
    """The same in several forms: one plain and one HTML form become one block, everything else is a file."""
    block, extra = Block(), []
    for child in node.children:
        inner = Found(found.budget, None)
        if child.type.startswith("multipart/") and child.children:
            _walk(child, inner, related=related)
        elif child.type == "text/calendar" or not _is_text(child):
            extra.append(child)
            continue
        else:
            _text(child, inner)
        for piece in inner.blocks:
            block.plain = _joined(block.plain, piece.plain, "\n") if block.html is None else block.plain or piece.plain
            block.html = _joined(block.html, piece.html, "")
        for file in inner.files:
            part = file.part
            found.add_file(file.content, part.name, part.type, inline=part.inline, content_id=part.content_id)
    if block.plain is not None or block.html is not None:
        found.blocks.append(block)
    for child in extra:
        _walk(child, found, related=related)


def _joined(left: str | None, right: str | None, between: str) -> str | None:
    if left is None or right is None:
        return right if left is None else left
    return left + between + right


def _related(node: Node, found: Found) -> None:
    start = node.params.get("start", "").strip("<> ")
    root = next((child for child in node.children if start and _content_id(child) == start), node.children[0])
    _walk(root, found, related=False)
    for child in node.children:
        if child is not root:
            _walk(child, found, related=True)


def _note_security(node: Node, budget: Budget) -> None:
    protocol = node.params.get("protocol", "").lower()
    if node.type == "multipart/signed":
        budget.note("signed: S/MIME" if "pkcs7" in protocol else "signed: PGP" if "pgp" in protocol else "signed")
    elif node.type == "multipart/encrypted":
        budget.note("encrypted: PGP" if "pgp" in protocol or not protocol else "encrypted")


def _is_text(node: Node) -> bool:
    """Shown as text: plain, HTML and their like, unless named as a file."""
    if not node.type.startswith("text/") or node.type in {"text/calendar", "text/vcard", "text/x-vcard", "text/directory"}:
        return False
    if node.type in {"text/rfc822-headers", "text/css", "text/csv", "text/xml", "text/javascript"}:
        return False
    disposition, params = node.disposition()
    named = any(params.get(name) for name in ("filename", "filename*")) or bool(node.params.get("name"))
    return not named and disposition != "attachment"


def _text(node: Node, found: Found) -> None:
    data, note = transfer_decode(node)
    if note:
        found.budget.note(note)
    is_html = node.type == "text/html"
    if not is_html and b"\nbegin" in b"\n" + data[:100_000_000] and (b"\nend" in data or b"\n====" in data):
        files, data = uu_files(data)
        for name, content in files:
            stated = decode(name)[0]
            found.add_file(content, stated, mimetypes.guess_type(stated)[0] or "application/octet-stream")
            found.budget.note("uuencode: file taken out of the text")
    text = _decoded(data, node, found.budget, is_html=is_html)
    if not is_html and node.params.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=node.params.get("delsp", "").lower() == "yes")
    if is_html or (node.type == "text/plain" and not node.has_type and _LOOKS_LIKE_HTML.match(text)):
        found.blocks.append(Block(html=text))
        return
    _note_inline_pgp(text, found.budget)
    found.blocks.append(Block(plain=text))


def _decoded(data: bytes, node: Node, budget: Budget, *, is_html: bool) -> str:
    label = node.params.get("charset", "")
    if is_html and (not label or label.lower() == "us-ascii"):
        meta = _HTML_CHARSET.search(data[:4000])
        label = meta[1].decode("ascii") if meta else label
    text, note = decode(data, label)
    if note:
        budget.note(f"charset: {note}")
    if len(text) > MAX_TEXT:
        budget.note("text: cut off, the original holds the rest")
        text = text[:MAX_TEXT]
    return text


def _note_inline_pgp(text: str, budget: Budget) -> None:
    if "-----BEGIN PGP " in text:
        budget.note("encrypted: PGP" if "-----BEGIN PGP MESSAGE-----" in text else "signed: PGP")


def _embedded(node: Node, found: Found) -> None:
    """An attached mail is one file, named after its subject."""
    content, _ = transfer_decode(node)
    subject = node.children[0].text("subject") if node.children else ""
    name = _stated_name(node) or f"{subject or 'message'}.eml"
    found.add_file(content, name, node.type, content_id=_content_id(node))


def _file(node: Node, found: Found, *, related: bool) -> None:
    content, note = transfer_decode(node)
    if note:
        found.budget.note(note)
    disposition, _ = node.disposition()
    content_id = _content_id(node)
    inline = disposition == "inline" or (related and disposition != "attachment")
    name = _stated_name(node)
    kind = node.type
    if kind in _SIGNATURES:
        name = name or ("smime.p7s" if "pkcs7" in kind else "signature.asc")
    elif kind in _ENVELOPED:
        _enveloped(node, content, found)
        name = name or "smime.p7m"
    elif kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or name.lower() == "winmail.dat":
        name = name or "winmail.dat"
        found.add_file(content, name, kind)
        _tnef(name, content, found)
        return
    elif kind == "text/calendar":
        method = node.params.get("method", "").upper()
        found.budget.note(f"calendar: {re.sub(r'[^A-Z-]', '', method)[:20]}" if method else "calendar")
        name = name or "invite.ics"
    found.add_file(content, name, kind, inline=inline, content_id=content_id)


def _enveloped(node: Node, content: bytes, found: Found) -> None:
    """An opaque signature shows the mail that it carries; an encrypted mail shows nothing."""
    inner = signed_content(content)
    if inner is None:
        signed = node.params.get("smime-type", "").lower() in {"signed-data", "certs-only"}
        found.budget.note("signed: S/MIME" if signed else "encrypted: S/MIME")
        return
    found.budget.note("signed: S/MIME")
    if found.budget.parts > 0:
        found.budget.depth += 1
        if found.budget.depth < 5:
            _walk(embedded(inner, found.budget), found, related=False)


def _tnef(name: str, content: bytes, found: Found) -> None:
    """The files of the container, beside the container."""
    inside = files_inside(content)
    found.budget.note("tnef: " + ", ".join([name, *(file.name for file in inside if file.name)])[:500])
    for file in inside:
        if file.content is not None:
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            found.add_file(file.content, file.name, kind)


def _stated_name(node: Node) -> str:
    _, params = node.disposition()
    return params.get("filename") or node.params.get("name") or node.text("content-description")[:200]


def _content_id(node: Node) -> str:
    return node.text("content-id").strip().strip("<>")[:500]


def as_html(block: Block) -> str:
    """The block for the HTML view; plain text keeps its line breaks."""
    if block.html is not None:
        return block.html
    return f'<div style="white-space: pre-wrap">{escape(block.plain or "")}</div>'
