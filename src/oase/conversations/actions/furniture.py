"""What a company furnishes its desk with: tags, snippets and custom fields are made, changed and removed."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, get_args
from uuid import UUID

from oase.conversations import furniture
from oase.conversations.blanks import SNIPPET_VARIABLES, blanks_in
from oase.conversations.furniture import FieldKind, FieldSubject, StoredField, StoredSnippet, TagUse
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

QUIET_COLOR: Final = "#64748b"
_TAG_LENGTH: Final = 40
_TEXT_LENGTH: Final = 20_000
_COLOR: Final = re.compile(r"#[0-9a-f]{6}")
_SHORTCUT: Final = re.compile(r"[\w.-]{1,40}")
_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


async def save_tag(work: UnitOfWork, *, name: str, color: str = QUIET_COLOR, tag_id: UUID | None = None) -> UUID:
    """Writes a tag; a new name reaches what carries it, and the views that ask for it. Raises Invalid, Conflict, NotFound."""
    name = one_line(name, field="name", at_most=_TAG_LENGTH)
    if not _COLOR.fullmatch(color.lower()):
        raise Invalid(message("A colour looks like this: #0f766e."), field="color")
    before = await _tag(work, tag_id) if tag_id else None
    tag_id = tag_id or new_id()
    await furniture.put_tag(work, tag_id, name, color.lower())
    if before is not None and before.name != name:
        await furniture.replace_tag(work, before.name, name)
    act = "tag.changed" if before else "tag.created"
    work.audit(act, subject="tag", subject_id=tag_id, name=name, before=before.name if before else "", color=color.lower())
    return tag_id


async def merge_tags(work: UnitOfWork, tag_id: UUID, into_id: UUID) -> int:
    """Puts another tag in this one's place everywhere; gives the number of conversations. Raises Conflict, NotFound."""
    if tag_id == into_id:
        raise Conflict(message("A tag cannot be merged into itself."))
    first, second = sorted((tag_id, into_id))
    tags = {first: await _tag(work, first), second: await _tag(work, second)}
    count = await furniture.replace_tag(work, tags[tag_id].name, tags[into_id].name)
    await furniture.delete_tag(work, tag_id)
    work.audit("tag.merged", subject="tag", subject_id=tag_id, name=tags[tag_id].name, into=tags[into_id].name, count=count)
    return count


async def remove_tag(work: UnitOfWork, tag_id: UUID) -> int:
    """Takes the tag off everything and removes it; gives the number of conversations. Raises NotFound."""
    tag = await _tag(work, tag_id)
    count = await furniture.replace_tag(work, tag.name, None)
    await furniture.delete_tag(work, tag_id)
    work.audit("tag.deleted", subject="tag", subject_id=tag_id, name=tag.name, count=count)
    return count


async def save_snippet(
    work: UnitOfWork,
    *,
    shortcut: str,
    name: str,
    texts: Mapping[str, str],
    team_id: UUID | None = None,
    snippet_id: UUID | None = None,
) -> UUID:
    """Writes a prepared answer. Raises Invalid (a wrong shortcut, no text, an unknown variable), Conflict, NotFound."""
    shortcut = shortcut.strip().lstrip("/").lower()
    if not _SHORTCUT.fullmatch(shortcut):
        raise Invalid(message("A shortcut is one word of letters, digits, dots and hyphens."), field="shortcut")
    name = one_line(name, field="name", at_most=120)
    kept = {language: text.strip()[:_TEXT_LENGTH] for language, text in texts.items() if text.strip()}
    if not kept:
        raise Invalid(message("Please write a text in at least one language."), field="text_de")
    for language, text in kept.items():
        for variable in blanks_in(text):
            if variable not in SNIPPET_VARIABLES:
                raise Invalid(message("There is no variable “%(name)s”.", name=variable[:60]), field=f"text_{language}")
    if snippet_id:
        await find_snippet(work, snippet_id)
    act = "snippet.changed" if snippet_id else "snippet.created"
    snippet_id = snippet_id or new_id()
    await furniture.put_snippet(work, snippet_id, shortcut, name, kept, team_id)
    work.audit(act, subject="snippet", subject_id=snippet_id, name=name, shortcut=shortcut)
    return snippet_id


async def find_snippet(work: UnitOfWork, snippet_id: UUID) -> StoredSnippet:
    """One snippet; raises NotFound."""
    found = await furniture.find_snippet(work, snippet_id)
    if found is None:
        raise NotFound(message("This snippet does not exist."))
    return found


async def remove_snippet(work: UnitOfWork, snippet_id: UUID) -> None:
    """Removes a prepared answer; what was sent with it stays. Raises NotFound."""
    snippet = await find_snippet(work, snippet_id)
    await furniture.delete_snippet(work, snippet_id)
    work.audit("snippet.deleted", subject="snippet", subject_id=snippet_id, name=snippet.name, shortcut=snippet.shortcut)


async def save_field(
    work: UnitOfWork,
    *,
    subject: str,
    labels: Mapping[str, str],
    kind: str,
    choices: Sequence[str] = (),
    field_id: UUID | None = None,
) -> UUID:
    """Writes a custom field. Subject, key and kind stay as they were made. Raises Invalid, Conflict, NotFound."""
    named = {language: one_line(label, field="label_de", at_most=80) for language, label in labels.items() if label.strip()}
    if not named:
        raise Invalid(message("Please give a name."), field="label_de")
    fields = await furniture.all_fields(work)
    before = next((one for one in fields if one.id == field_id), None)
    if field_id and before is None:
        raise NotFound(message("This field does not exist."))
    if before is None:
        before = _new_field(subject, kind, key_of(named.get("en") or next(iter(named.values()))), len(fields))
    kept = list(dict.fromkeys(one.strip()[:120] for one in choices if one.strip()))
    if before.kind == "choice" and not kept:
        raise Invalid(message("Please give at least one choice."), field="choices")
    field = StoredField(
        id=before.id, subject=before.subject, key=before.key, labels=named, kind=before.kind,
        choices=kept if before.kind == "choice" else [], position=before.position,
    )  # fmt: skip
    await furniture.put_field(work, field)
    act = "field.changed" if field_id else "field.created"
    work.audit(act, subject="field", subject_id=field.id, name=next(iter(named.values())), key=field.key, of=field.subject)
    return field.id


async def move_field(work: UnitOfWork, field_id: UUID, *, up: bool) -> None:
    """Moves a field by one place among those of its subject. Raises NotFound."""
    fields = await furniture.all_fields(work)
    own = next((one for one in fields if one.id == field_id), None)
    if own is None:
        raise NotFound(message("This field does not exist."))
    ids = [one.id for one in fields if one.subject == own.subject]
    place = ids.index(field_id)
    other = place - 1 if up else place + 1
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
        await furniture.order_fields(work, ids)
        work.audit("field.moved", subject="field", subject_id=field_id, name=next(iter(own.labels.values()), own.key), up=up)


async def remove_field(work: UnitOfWork, field_id: UUID) -> None:
    """Removes a custom field; what was entered is kept, but not shown any more. Raises NotFound."""
    field = next((one for one in await furniture.all_fields(work) if one.id == field_id), None)
    if field is None:
        raise NotFound(message("This field does not exist."))
    await furniture.delete_field(work, field_id)
    work.audit("field.deleted", subject="field", subject_id=field_id, name=next(iter(field.labels.values()), field.key))


def key_of(label: str) -> str:
    """A key for programs out of a label: "Größe (cm)" is "groesse_cm"."""
    folded = unicodedata.normalize("NFKD", label.lower().translate(_FOLDED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:40] or "field"


def one_line(text: str, *, field: str, at_most: int) -> str:
    """A name on one line; raises Invalid if nothing is left or it is too long."""
    visible = "".join(character if character.isprintable() else " " for character in unicodedata.normalize("NFC", text))
    line = " ".join(visible.split())
    if not line:
        raise Invalid(message("Please give a name."), field=field)
    if len(line) > at_most:
        raise Invalid(message("This name is too long: %(n)s characters at most.", n=at_most), field=field)
    return line


def _new_field(subject: str, kind: str, key: str, position: int) -> StoredField:
    if subject not in get_args(FieldSubject):
        raise Invalid(message("Please say where the field belongs."), field="subject")
    if kind not in get_args(FieldKind):
        raise Invalid(message("Please choose a kind."), field="kind")
    return StoredField(id=new_id(), subject=subject, key=key, labels={}, kind=kind, choices=[], position=position)  # type: ignore[arg-type]


async def _tag(work: UnitOfWork, tag_id: UUID) -> TagUse:
    found = await furniture.find_tag(work, tag_id)
    if found is None:
        raise NotFound(message("This tag does not exist."))
    return found
