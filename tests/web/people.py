"""An application with everything real but the person at the screen, who is chosen by the test."""

from uuid import UUID

from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.web.sessions import Viewer


def viewer(workspace_id: UUID, **changes: object) -> Viewer:
    """An administrator of this workspace, unless `changes` says otherwise."""
    facts: dict[str, object] = {
        "agent_id": new_id(),
        "session_id": new_id(),
        "workspace_id": workspace_id,
        "workspace_name": "Muster GmbH",
        "name": "Änne Köhler",
        "email": "aenne@example.com",
        "role": "administrator",
        "permissions": frozenset(Permission),
    }
    return Viewer(**{**facts, **changes})  # type: ignore[arg-type]
