"""One specimen of everything that can be said, by the capability that it needs."""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec.structs import replace

from oase.channels.contract import (
    Capability,
    Card,
    Choice,
    Envelope,
    File,
    MarkRead,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)

TO: Mapping[str, str] = {"phone": "+4915228817386", "email": "erika.mustermann@example.com"}
_JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
_TEXT = "Guten Tag, Frau Özdemir! Ihr Paket ist unterwegs 📦 – https://example.com/sendung?id=4711"


def specimens(
    identity: str, to: str = "", reply_to: str = "<frage-1@example.com>", tokens: Mapping[str, str] | None = None
) -> Mapping[Capability, Outbound]:
    """What shows each outgoing capability, to an address of that kind."""
    envelope = Envelope(
        id="0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a",
        to=to or TO.get(identity, "person-1"),
        to_name="Erika Mustermann",
        from_name="Jörg Müller",
        at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )
    answering = replace(envelope, reply_to=reply_to, tokens=tokens or {})
    text = Say(envelope=envelope, text=_TEXT)
    offers = tuple(Choice(id=f"slot-{number}", title=f"{8 + number}:00 Uhr") for number in range(2))
    rows = tuple(replace(offer, description="noch frei") for offer in offers) + tuple(
        Choice(id=f"store-{number}", title=f"Filiale {number}") for number in range(3)
    )
    return {
        Capability.TEXT: text,
        Capability.HTML: replace(text, html="<p>Guten Tag, Frau <b>Özdemir</b>!</p>"),
        Capability.SUBJECT: replace(text, envelope=replace(envelope, subject="Ihr Paket – unterwegs")),
        Capability.COPY: replace(text, envelope=replace(envelope, copy_to=("max@example.com",))),
        Capability.IMAGE: _file(envelope, "Zählerstand.jpg", "image/jpeg", _JPEG, "So sieht es aus."),
        Capability.AUDIO: _file(envelope, "Ansage.mp3", "audio/mpeg", b"ID3\x04" + bytes(20)),
        Capability.VOICE: _file(envelope, "Antwort.ogg", "audio/ogg; codecs=opus", b"OggS" + bytes(20)),
        Capability.VIDEO: _file(envelope, "Einbau.mp4", "video/mp4", b"\0\0\0\x18ftypmp42" + bytes(20), "Schritt 3"),
        Capability.DOCUMENT: _file(envelope, "Rechnung 2026-03.pdf", "application/pdf", b"%PDF-1.7\n%%EOF\n", "Ihre Rechnung"),
        Capability.STICKER: _file(envelope, "Daumen.webp", "image/webp", b"RIFF\x1a\0\0\0WEBPVP8L" + bytes(12)),
        Capability.LOCATION: Position(
            envelope=envelope, latitude=52.520008, longitude=13.404954, name="Filiale Mitte", address="Am Platz 1, 10178 Berlin"
        ),
        Capability.CONTACTS: Card(
            envelope=envelope,
            contacts=(
                {
                    "name": "Jörg Müller",
                    "phones": ["+49 30 23125 101"],
                    "emails": ["j.mueller@example.com"],
                    "organisation": "Muster GmbH",
                },
            ),
        ),
        Capability.BUTTONS: replace(text, text="Wann passt es Ihnen?", choices=offers),
        Capability.LIST: replace(text, text="Wo holen Sie ab?", choices=rows, choices_label="Filiale wählen"),
        Capability.TEMPLATE: UseTemplate(
            envelope=envelope,
            name="paket_unterwegs",
            language="de",
            parameters={"header": ("4711",), "body": ("Frau Özdemir", "morgen"), "button.0": ("4711",)},
        ),
        Capability.REPLY: replace(text, envelope=answering),
        Capability.REACTION: React(envelope=answering, emoji="👍"),
        Capability.TYPING: ShowTyping(envelope=answering),
        Capability.MARK_READ: MarkRead(envelope=answering),
    }


def _file(envelope: Envelope, name: str, type: str, content: bytes, text: str = "") -> Say:
    link = f"https://support.example.com/d/{len(content)}"
    return Say(envelope=envelope, text=text, files=(File(name=name, type=type, content=content, link=link),))
