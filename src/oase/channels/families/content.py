"""What messages hold alike wherever they come from: files by their names, places on the map."""

from collections.abc import Mapping
from typing import Any, Final

from oase.channels.contract import Content
from oase.channels.families.json_in_the_wild import Incomplete

_NAME_LENGTH: Final = 255
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_TYPES: Final[Mapping[str, str]] = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif",
    "heic": "image/heic", "svg": "image/svg+xml", "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm",
    "mov": "video/quicktime", "3gp": "video/3gpp", "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "oga": "audio/ogg",
    "opus": "audio/ogg", "aac": "audio/aac", "amr": "audio/amr", "wav": "audio/wav", "flac": "audio/flac", "pdf": "application/pdf",
    "txt": "text/plain", "csv": "text/csv", "ics": "text/calendar", "vcf": "text/vcard", "zip": "application/zip",
    "doc": "application/msword", "xls": "application/vnd.ms-excel", "odt": "application/vnd.oasis.opendocument.text",
    "docx": f"{_OFFICE}.wordprocessingml.document", "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
}  # fmt: skip
_ENDINGS: Final[Mapping[str, str]] = {
    "audio/x-m4a": "m4a", "audio/x-wav": "wav", "text/x-vcard": "vcf", **{type: ending for ending, type in reversed(tuple(_TYPES.items()))},
}  # fmt: skip


def plain_name(name: str) -> str:
    """A file's name without folders and control characters."""
    return "".join(one for one in name.replace("\\", "/").rpartition("/")[2] if one.isprintable())[:_NAME_LENGTH]


def type_of_name(name: str, otherwise: str = "application/octet-stream") -> str:
    """The type that a file's name or address ends like."""
    _, dot, ending = name.rpartition(".")
    return _TYPES.get(ending.lower(), otherwise) if dot else otherwise


def ending_of(type: str) -> str:
    """How the name of a file of this type ends: "jpg"; "bin" where nobody knows."""
    return _ENDINGS.get(type.partition(";")[0].strip().lower(), "bin")


def is_on_earth(latitude: float, longitude: float) -> bool:
    """Whether these are degrees of a place."""
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def on_the_map(latitude: float, longitude: float, name: str = "", address: str = "", **more: Any) -> Content:
    """A place, as text and as data. Raises Incomplete if it is none."""
    if not is_on_earth(latitude, longitude):
        raise Incomplete("The place of the message does not lie on the earth.")
    lines = (name, address, f"{latitude:.6f}, {longitude:.6f}")
    data = {"latitude": latitude, "longitude": longitude, "name": name, "address": address, **more}
    return Content(kind="location", text="\n".join(line for line in lines if line), data=data)
