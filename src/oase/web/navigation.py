"""The areas on the rail, in order, and who sees them. A new area adds its line here."""

from typing import Final

from msgspec import Struct

from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.sessions import Viewer


class Place(Struct, frozen=True):
    """One area: its id (`area` in templates), address, icon and name; any one of the permissions opens it."""

    id: str
    path: str
    icon: str
    name: str
    permissions: frozenset[Permission]


_ADMINISTRATION: Final = frozenset(
    {
        Permission.ACCOUNT_READ,
        Permission.JOURNAL_READ,
        Permission.STAFF_WRITE,
        Permission.ROLE_WRITE,
        Permission.TEAM_WRITE,
        Permission.HOURS_WRITE,
        Permission.PROMISE_WRITE,
        Permission.TAG_WRITE,
        Permission.SNIPPET_WRITE,
        Permission.AUTOMATION_WRITE,
        Permission.FIELD_WRITE,
        Permission.TOKEN_WRITE,
        Permission.WEBHOOK_WRITE,
        Permission.AUDIT_READ,
        Permission.SETTINGS_WRITE,
        Permission.CONVERSATION_EXPORT,
    }
)
PLACES: Final = (
    Place("inbox", "/inbox", "inbox", message("Inbox"), frozenset({Permission.CONVERSATION_READ})),
    Place("floor", "/floor", "activity", message("Floor"), frozenset({Permission.REPORT_READ})),
    Place("search", "/search", "search", message("Search"), frozenset({Permission.CONVERSATION_READ})),
    Place("reports", "/reports/response-times", "chart-bar", message("Reports"), frozenset({Permission.REPORT_READ})),
    Place("admin", "/admin", "settings", message("Administration"), _ADMINISTRATION),
)


def places(viewer: Viewer) -> list[Place]:
    """The areas that this viewer may open."""
    return [place for place in PLACES if place.permissions & viewer.permissions]
