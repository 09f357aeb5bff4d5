"""File names that cannot hurt: no path, no control or direction characters, not too long, never empty."""

import mimetypes
import re

from oase.channels.families.mime.headers import decode_words, one_line
from oase.channels.families.mime.tree import Budget

MAX_NAME = 200
_BAD = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200d\u2060\ufeff]')
_EXTENSIONS = {"image/jpeg": ".jpg", "text/plain": ".txt", "message/delivery-status": ".txt", "message/rfc822": ".eml",
               "text/rfc822-headers": ".txt", "application/octet-stream": ".bin", "audio/mpeg": ".mp3"}  # fmt: skip


def file_name(stated: str, kind: str, index: int, budget: Budget) -> str:
    """The stated name made harmless, else one from the type: "attachment-2.pdf"."""
    name = one_line(decode_words(stated), 10_000)
    if "/" in name or "\\" in name:
        if re.search(r"^[A-Za-z]:\\|^[/\\]|\.\.[/\\]", name):
            budget.note("attachment: path removed from a name")
            name = re.split(r"[/\\]", name)[-1]
        name = re.sub(r"[/\\]", "-", name)
    name = _BAD.sub("_", name).strip(" .")
    if stated and one_line(stated, 10_000) != _without_direction_change(stated):
        budget.note("attachment: direction characters removed from a name")
    if not name:
        extension = _EXTENSIONS.get(kind) or mimetypes.guess_extension(kind) or ".bin"
        return f"attachment-{index + 1}{extension}"
    if len(name) > MAX_NAME:
        budget.note("attachment: name shortened")
        stem, dot, extension = name.rpartition(".")
        name = f"{stem[: MAX_NAME - 20]}….{extension}" if dot and len(extension) <= 10 else name[: MAX_NAME - 1] + "…"
    return name


def _without_direction_change(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
