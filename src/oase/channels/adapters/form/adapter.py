"""Submissions of the contact form, checked and understood."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Final

import msgspec
from msgspec import Meta, Struct

from oase.channels.adapters.form.manifest import MANIFEST
from oase.channels.contract import (
    Accepted,
    Account,
    Adapter,
    Address,
    Call,
    CannotSay,
    Capability,
    Content,
    Event,
    Malformed,
    Manifest,
    Media,
    NoReply,
    Outbound,
    Outcome,
    Raw,
    Received,
    Reply,
)
from oase.channels.families import visitor
from oase.channels.families.json_in_the_wild import decode, sound

SIGNATURE_HEADER = "x-oase-signature"


class Answered(Struct, frozen=True, kw_only=True):
    """One field as it was filled in; `label` is what the person read."""

    name: str
    label: str
    value: str


class Attached(Struct, frozen=True, kw_only=True):
    """An uploaded file that lies in our storage already."""

    blob: str
    name: str
    type: str
    size_bytes: int


class Submission(Struct, frozen=True, kw_only=True):
    """What the hosted page hands over."""

    id: Annotated[str, Meta(min_length=8, max_length=64)]
    email: Annotated[str, Meta(min_length=3, max_length=320)]
    name: str = ""
    subject: str = ""
    message: str = ""
    phone: str = ""
    answers: list[Answered] = []
    files: list[Attached] = []
    language: str = ""
    page: str = ""  # address of the page that embeds the form
    reference: str = ""  # the number that the person was shown


_decoder: Final = msgspec.json.Decoder(Submission)


class ContactForm(Adapter):
    """The adapter of the hosted and embedded form."""

    manifest: ClassVar[Manifest] = MANIFEST

    def verify(self, raw: Raw, account: Account) -> None:
        """Only our own page, after its checks, can have made this."""
        visitor.check_page(raw.headers.get(SIGNATURE_HEADER, ""), raw.body, account.secrets.get("page_secret", ()))

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The page gives each opened form an id, so a second click is the same submission."""
        try:
            return _decode(raw.body).id.encode()
        except Malformed:
            return None

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """One message, from the mail address that was given."""
        found = _decode(raw.body)
        if "@" not in found.email.strip():
            raise Malformed(f"{found.email!r} is no mail address, so there is nobody to answer.")
        sender = Address(value=found.email.strip().lower(), name=found.name.strip(), fields=_fields(found))
        media = tuple(
            Media(ref=file.blob, source="blob", type=file.type, name=file.name, size_bytes=file.size_bytes)
            for file in found.files
        )
        data = {"answers": [msgspec.structs.asdict(one) for one in found.answers], "reference": found.reference}
        content = Content(text=_text(found), subject=found.subject.strip(), media=media, data=data)
        origin = {"form": account.name, **({"page": found.page} if found.page else {})}
        return [Received(external_id=found.id, sender=sender, at=raw.received_at, content=content, origin=origin)]

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """A form carries nothing outward: the conversation is answered through `answer_account`."""
        raise CannotSay(Capability.TEXT, "A form is answered by mail.")

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """Never asked, since nothing is rendered."""
        return Accepted(external_id="")


def _decode(body: bytes) -> Submission:
    return decode(sound(body), _decoder)


def _fields(found: Submission) -> dict[str, str]:
    fields = {one.name: one.value for one in found.answers if one.value}
    return fields | {key: value for key, value in (("phone", found.phone), ("language", found.language)) if value}


def _text(found: Submission) -> str:
    """The message, and below it the other answers, one line each: readable by itself."""
    lines = [f"{one.label}: {one.value}" for one in found.answers if one.value]
    return "\n\n".join(part for part in (found.message.strip(), "\n".join(lines)) if part)
