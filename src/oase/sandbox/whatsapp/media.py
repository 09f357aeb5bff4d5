"""Media: what may be uploaded, and addresses that expire.

Source: page "Media" (supported types and sizes; a media address is valid for 5 minutes and needs the access token).
"""

import hashlib
import hmac
from urllib.parse import parse_qs, urlencode

from oase.kernel.clock import Clock
from oase.sandbox.whatsapp.errors import refuse
from oase.sandbox.whatsapp.types import Json, Media

_MEGABYTE = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
_LIMITS: dict[str, int] = {
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MEGABYTE),
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * _MEGABYTE),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * _MEGABYTE),
    "image/webp": _MEGABYTE // 2,
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        ),
        100 * _MEGABYTE,
    ),
}


def check_upload(mime_type: str, size_bytes: int) -> str:
    """The type without parameters. Raises Refused for a type or size that Meta does not take."""
    plain = mime_type.split(";", maxsplit=1)[0].strip().lower()
    limit = _LIMITS.get(plain)
    if limit is None:
        raise refuse(
            100,
            f"Param file must be a file with one of the following types: {', '.join(sorted(_LIMITS))}. "
            f"Received file of type '{plain}'.",
        )
    if size_bytes == 0:
        raise refuse(131053, "The file is empty.")
    if size_bytes > limit:
        raise refuse(131053, f"The file is {size_bytes} bytes long; {plain} may have {limit}.")
    return plain


def address(media: Media, *, base: str, key: bytes, clock: Clock, valid_seconds: float) -> str:
    """A download address with its end and a hash, like those of lookaside.fbsbx.com."""
    until = str(int(clock.now().timestamp() + valid_seconds))
    query = {"mid": media.id, "ext": until, "hash": _hash(key, media.id, until)}
    return f"{base}/lookaside/whatsapp_business/attachments/?{urlencode(query)}"


def media_of_address(query: str, *, key: bytes, clock: Clock) -> str:
    """The media id of a download address; '' when it is forged or expired."""
    values = {name: found[0] for name, found in parse_qs(query).items()}
    media_id, until = values.get("mid", ""), values.get("ext", "")
    good = hmac.compare_digest(_hash(key, media_id, until).encode(), values.get("hash", "").encode())
    return media_id if good and until.isdigit() and clock.now().timestamp() <= int(until) else ""


def _hash(key: bytes, media_id: str, until: str) -> str:
    return hmac.new(key, f"{media_id}.{until}".encode(), hashlib.sha256).hexdigest()[:40]


def media_answer(media: Media, url: str) -> Json:
    """Graph's answer for a media id; the size is a string, as in the v23.0 description."""
    return {
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": str(len(media.data)),
        "id": media.id,
    }
