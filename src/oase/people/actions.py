"""What agents do with persons: correct what is known about them, tag them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message

_LONGEST: Final = {"name": 200, "organisation": 200, "note": 5_000}


async def change_person(
    work: UnitOfWork, person_id: UUID, *, texts: Mapping[str, str] | None = None, fields: Mapping[str, Any] | None = None
) -> None:
    """Writes name, organisation or note (`texts`) and custom fields; an empty field is taken away. Raises NotFound."""
    changes = {key: value.strip()[: _LONGEST[key]] for key, value in (texts or {}).items() if key in _LONGEST}
    kept = {key: value for key, value in (fields or {}).items() if value not in (None, "")}
    gone = [key for key, value in (fields or {}).items() if value in (None, "")]
    settings = "".join(f"{column} = %({column})s, " for column in changes)
    changed = await work.run(
        f"UPDATE person SET {settings}fields = (fields || %(kept)s) - %(gone)s::text[], updated_at = %(now)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {**changes, "id": person_id, "kept": Jsonb(kept), "gone": gone, "now": work.clock.now()},
    )
    if not changed:
        raise NotFound(message("This person does not exist."))
    work.emit("person", person_id)
    work.audit("person.changed", subject="person", subject_id=person_id, what=sorted({*changes, *(fields or {})}))


async def set_person_tags(work: UnitOfWork, person_id: UUID, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
    """Adds and removes tags of a person."""
    added = [tag.strip()[:40] for tag in add if tag.strip()]
    await work.run(
        "UPDATE person SET tags = ARRAY(SELECT DISTINCT t FROM unnest(tags || %(add)s::text[]) AS t"
        " WHERE t <> ALL(%(remove)s::text[]) ORDER BY t), updated_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": person_id, "add": added, "remove": list(remove), "now": work.clock.now()},
    )
    work.emit("person", person_id)
