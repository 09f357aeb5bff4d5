"""What kind of file bytes are, by how they begin: pages show only what is what it says."""

from typing import Final

_SIGNATURES: Final[tuple[tuple[bytes, int, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mpeg"),
    (b"WAVE", 8, "audio/wav"),
)
_NEED_SIGNATURE: Final = ("image/", "application/pdf")
_NEVER: Final = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "text/javascript")


def kind_of(head: bytes, stated: str) -> str:
    """The type by the first bytes; otherwise the stated one, unless it is one that browsers run or that the bytes belie."""
    for signature, offset, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return kind
    stated = stated.partition(";")[0].strip().lower()
    if head[4:8] == b"ftyp":
        return stated if stated.startswith(("video/", "audio/", "image/")) else "video/mp4"
    if not stated or stated.startswith(_NEED_SIGNATURE) or stated in _NEVER:
        return "application/octet-stream"
    return stated
