"""Fitting what is to be said into what a channel can carry, by its manifest alone; nothing that was said is lost.

    html -> text · subject -> first line · a file too big or of a wrong type -> a link · choices -> list -> numbered text
    position -> text with a map link · contact card -> text · text too long -> several messages · many files -> several messages

Pure: links to files need storage, so the caller gives `link_of`; without it the files that need one come back as `NeedsLink`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from oase.channels.contract import (
    CannotSay,
    Capability,
    Card,
    Choice,
    Envelope,
    File,
    Limits,
    Manifest,
    MarkRead,
    Moderate,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    Side,
    UseTemplate,
)
from oase.channels.plaintext import plain_text
from oase.channels.splitting import measured, split_text

LinkOf = Callable[[File], str]


class NeedsLink(Struct, frozen=True, kw_only=True, tag="needs_link"):
    """A file that this channel cannot carry: make a link to it, then degrade the same message again with `link_of`."""

    envelope: Envelope
    file: File
    why: str


def degrade(outbound: Outbound, manifest: Manifest, link_of: LinkOf | None = None) -> tuple[Outbound | NeedsLink, ...]:
    """The messages, in order, that say the same within the manifest's limits.

    The first keeps the envelope's id and what it answers; further ones have "/2", "/3" … behind the id. Empty for signs (typing,
    read) that the channel does not have. What counts is the side, private or public, that the envelope goes to.
    Raises CannotSay for a template, a reaction or an act where there are none.
    """
    side = manifest.side(bool(outbound.envelope.thread))
    match outbound:
        case Say():
            return _say(outbound, side, link_of)
        case Position() if Capability.LOCATION not in side.capabilities:
            return _say(Say(envelope=outbound.envelope, text=_place(outbound)), side, link_of)
        case Card() if Capability.CONTACTS not in side.capabilities:
            text = "\n\n".join(_contact(contact) for contact in outbound.contacts)
            return _say(Say(envelope=outbound.envelope, text=text), side, link_of)
        case UseTemplate() if Capability.TEMPLATE not in side.capabilities:
            raise CannotSay(Capability.TEMPLATE)
        case React() if Capability.REACTION not in side.capabilities:
            raise CannotSay(Capability.REACTION)
        case Moderate() if manifest.public is None or outbound.act not in manifest.public.acts:
            raise CannotSay(outbound.act)
        case MarkRead() if Capability.MARK_READ not in side.capabilities:
            return ()
        case ShowTyping() if Capability.TYPING not in side.capabilities:
            return ()
    return (outbound,)


def _say(say: Say, side: Side, link_of: LinkOf | None) -> tuple[Outbound | NeedsLink, ...]:
    kept, linked = _sorted_files(say.files, side)
    if linked and link_of is None:
        why = f"{side.name.en} does not carry a file of this type or size."
        return tuple(NeedsLink(envelope=say.envelope, file=file, why=why) for file in linked)
    kept, unlinked = _with_links(kept, side, link_of)
    if unlinked:
        return tuple(NeedsLink(envelope=say.envelope, file=file, why=f"{side.name.en} fetches files.") for file in unlinked)
    text, html = _texts(say, side)
    links = "\n".join(f"{file.name}: {link_of(file)}" for file in linked) if link_of else ""
    choices = say.choices
    if choices and not _fits_choices(choices, side):
        links = "\n\n".join(part for part in (_numbered(choices), links) if part)
        choices = ()
    if links:
        text, html = f"{text}\n\n{links}".strip(), ""
    envelope = say.envelope
    if envelope.subject and Capability.SUBJECT not in side.capabilities:
        envelope = replace(envelope, subject="")
    said = replace(say, envelope=envelope, text=text, html=html, files=(), choices=())
    return tuple(_numbered_parts(_parts(said, kept, choices, side)))


def _texts(say: Say, side: Side) -> tuple[str, str]:
    """Text and HTML as this channel carries them."""
    text = say.text or (plain_text(say.html) if say.html else "")
    html = say.html if Capability.HTML in side.capabilities else ""
    if say.envelope.subject and Capability.SUBJECT not in side.capabilities:
        text = f"{say.envelope.subject}\n\n{text}".strip()
    limit = side.limits.text_length
    return text, html if not limit or max(len(html), len(text)) <= limit else ""


def _parts(say: Say, files: Sequence[File], choices: tuple[Choice, ...], side: Side) -> list[Say]:
    """The messages: text, then files (the first with the text beside it, if it fits), then what can be chosen."""
    limits = side.limits
    groups = _groups(files, side)
    parts: list[Say] = []
    if choices:
        *before, last = _split(say.text if say.text.strip() else say.choices_label or "…", limits)
        *more, last = split_text(
            last, min(limits.choices_text_length, limits.text_length) or limits.text_length, limits.text_bytes, limits.counted
        )
        before += more
        parts = [replace(say, text=text, html="") for text in before]
        parts += [replace(say, text="", html="", files=group) for group in groups]
        return [*parts, replace(say, text=last, html="" if before else say.html, choices=choices)]
    if groups and _beside(say.text, groups[0], side):
        parts = [replace(say, files=groups[0])]
        groups = groups[1:]
    elif say.text.strip() or say.html:
        texts = _split(say.text, limits)
        parts = [replace(say, text=text, html=say.html if len(texts) == 1 else "") for text in texts]
    parts += [replace(say, text="", html="", files=group) for group in groups]
    return parts or [say]


def _split(text: str, limits: Limits) -> list[str]:
    return split_text(text, limits.text_length, limits.text_bytes, limits.counted)


def _numbered_parts(parts: Sequence[Say]) -> list[Say]:
    first, *others = parts
    envelope = first.envelope
    answers = envelope.reply_to if envelope.thread else ""  # in public all parts stay below what they answer
    return [
        first,
        *(
            replace(part, envelope=replace(envelope, id=f"{envelope.id}/{number}", reply_to=answers, about=""))
            for number, part in enumerate(others, start=2)
        ),
    ]


def _beside(text: str, group: Sequence[File], side: Side) -> bool:
    """Whether a text can go with these files."""
    limits = side.limits
    if not text:
        return True
    rules = [limits.files.get(kind) for file in group if (kind := _carrier(file, side)) is not None]
    return measured(text, limits.counted) <= limits.caption_length and all(rule is None or rule.caption for rule in rules)


def _groups(files: Sequence[File], side: Side) -> list[tuple[File, ...]]:
    """The files as they share messages."""
    limits = side.limits
    groups: list[tuple[File, ...]] = []
    for file in files:
        if groups:
            size = sum(other.size_bytes for other in groups[-1]) + file.size_bytes
            if len(groups[-1]) < limits.attachments_per_message and (
                not limits.files_size_bytes or size <= limits.files_size_bytes
            ):
                groups[-1] = (*groups[-1], file)
                continue
        groups.append((file,))
    return groups


def _sorted_files(files: Sequence[File], side: Side) -> tuple[list[File], list[File]]:
    """Files that go as they are, and files that need a link."""
    carried: list[File] = []
    linked: list[File] = []
    for file in files:
        (carried if _carrier(file, side) is not None else linked).append(file)
    return carried, linked


def _with_links(files: Sequence[File], side: Side, link_of: LinkOf | None) -> tuple[list[File], list[File]]:
    """The files with the addresses from which the provider fetches them, where it does; and those that have none yet."""
    fetched = [file for file in files if (kind := _carrier(file, side)) is not None and side.limits.files[kind].by_link]
    if not fetched:
        return list(files), []
    if link_of is None:
        return list(files), [file for file in fetched if not file.link]
    return [replace(file, link=file.link or link_of(file)) if file in fetched else file for file in files], []


def _carrier(file: File, side: Side) -> Capability | None:
    total = side.limits.files_size_bytes
    if side.limits.attachments_per_message < 1 or (total and file.size_bytes > total):
        return None
    kind = side.limits.carrier(file.type, file.size_bytes)
    return kind if kind in side.capabilities else None


def _fits_choices(choices: Sequence[Choice], side: Side) -> bool:
    limits, has = side.limits, side.capabilities
    described = any(choice.description for choice in choices)
    as_list = (
        Capability.LIST in has
        and len(choices) <= limits.list_rows
        and all(
            len(choice.title) <= limits.row_length and len(choice.description) <= limits.row_description_length
            for choice in choices
        )
    )
    as_buttons = (
        Capability.BUTTONS in has
        and len(choices) <= limits.buttons
        and all(len(choice.title) <= limits.button_length for choice in choices)
        and not described
    )
    distinct = len({choice.title for choice in choices}) == len(choices) and all(choice.title.strip() for choice in choices)
    return distinct and (as_buttons or as_list)


def _numbered(choices: Sequence[Choice]) -> str:
    return "\n".join(
        f"{number}. {choice.title}" + (f" – {choice.description}" if choice.description else "")
        for number, choice in enumerate(choices, start=1)
    )


def _place(position: Position) -> str:
    """A place in words, with a link to a map that needs no consent to cookies."""
    point = f"mlat={position.latitude:.6f}&mlon={position.longitude:.6f}"
    lines = (position.name, position.address, f"https://www.openstreetmap.org/?{point}")
    return "\n".join(line for line in lines if line)


def _contact(contact: Mapping[str, Any]) -> str:
    lines: list[str] = [str(contact.get(key)) for key in ("name", "organisation") if contact.get(key)]
    for key in ("phones", "emails"):
        values = contact.get(key) or ()
        lines += [str(value) for value in ([values] if isinstance(values, str) else values)]
    return "\n".join(lines)
