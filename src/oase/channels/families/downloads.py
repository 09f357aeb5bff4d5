"""A file that lies at an address of its own: one call, then its bytes, or why there are none.

Most providers keep files for a while only: what is gone is gone for good, and the customer must be asked. Nothing is changed by
asking, so whatever passes is tried again.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from oase.channels.contract import Again, Call, File, Media, NoReply, Refused, Reply
from oase.channels.families import wordless
from oase.channels.families.content import ending_of
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

SOON: Final = timedelta(seconds=30)
PATIENCE: Final = timedelta(seconds=120)


def download(url: str, headers: Mapping[str, str | Secret] | None = None) -> Call:
    """The call for a file's bytes."""
    return Call(method="GET", url=url, headers=headers or {}, timeout=PATIENCE, download=True)


def downloaded(
    media: Media,
    reply: Reply | NoReply,
    place: str,
    gone: str,
    *,
    gone_by: Collection[int] = (404, 410),
    name: str = "",
    type: str = "",
) -> File | Again | Refused:
    """The file, or why there is none. `gone` says it of the statuses `gone_by`; `name` and `type` where the message named none."""
    if isinstance(reply, NoReply):
        return Refused(why=reply.why) if reply.hopeless else Again(why=reply.why, after=SOON)
    if reply.status == 200:
        return File(name=media.name or name, type=type or media.type, content=reply.body, stated_bytes=reply.stored_bytes)
    if reply.status in gone_by:
        return Refused(why=gone, code=str(reply.status))
    if reply.status in (408, 425, 429) or reply.status >= 500 or reply.status < 300:
        return Again(why=wordless.words_of(place, reply.status), after=asked_wait(reply, SOON))
    why = message(
        "%(place)s does not give Oase this file (HTTP status %(status)s). Please ask the customer to send it again.",
        place=place, status=reply.status,
    )  # fmt: skip
    return Refused(why=why, code=str(reply.status))


def type_of(reply: Reply | NoReply) -> str:
    """The type that the answer states, without its parameters; empty if it states none."""
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower() if isinstance(reply, Reply) else ""


def stated_type(reply: Reply | NoReply, otherwise: str) -> str:
    """The type that the answer states, where it is one that we know."""
    stated = type_of(reply)
    return stated if ending_of(stated) != "bin" else otherwise
