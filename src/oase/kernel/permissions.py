"""Who may do what: permissions by name, and the roles that every workspace begins with.

The names are part of the product: they stand in roles of a workspace's own, in API tokens and in the audit log.
"""

from collections.abc import Iterable, Mapping, Set
from enum import StrEnum
from typing import Final

from oase.kernel.errors import Forbidden
from oase.kernel.i18n import message


class Permission(StrEnum):
    """One thing that a person or a token may do."""

    CONVERSATION_READ = "conversation.read"
    CONVERSATION_REPLY = "conversation.reply"
    CONVERSATION_NOTE = "conversation.note"
    CONVERSATION_ASSIGN = "conversation.assign"
    CONVERSATION_CLOSE = "conversation.close"
    CONVERSATION_MODERATE = "conversation.moderate"
    CONVERSATION_DELETE = "conversation.delete"
    CONVERSATION_EXPORT = "conversation.export"
    PERSON_READ = "person.read"
    PERSON_WRITE = "person.write"
    PERSON_MERGE = "person.merge"
    PERSON_ERASE = "person.erase"
    SNIPPET_WRITE = "snippet.write"
    TAG_WRITE = "tag.write"
    FIELD_WRITE = "field.write"
    VIEW_SHARE = "view.share"
    AUTOMATION_WRITE = "automation.write"
    JOURNAL_READ = "journal.read"
    JOURNAL_REPLAY = "journal.replay"
    ACCOUNT_READ = "account.read"
    ACCOUNT_WRITE = "account.write"
    STAFF_READ = "staff.read"
    STAFF_WRITE = "staff.write"
    ROLE_WRITE = "role.write"
    TEAM_WRITE = "team.write"
    HOURS_WRITE = "hours.write"
    PROMISE_WRITE = "promise.write"
    SETTINGS_WRITE = "settings.write"
    AUDIT_READ = "audit.read"
    TOKEN_WRITE = "token.write"  # noqa: S105 - a name
    WEBHOOK_WRITE = "webhook.write"
    REPORT_READ = "report.read"


_READING: Final = frozenset(
    {Permission.CONVERSATION_READ, Permission.PERSON_READ, Permission.STAFF_READ, Permission.REPORT_READ},
)
_ANSWERING: Final = frozenset(
    {
        Permission.CONVERSATION_READ,
        Permission.CONVERSATION_REPLY,
        Permission.CONVERSATION_NOTE,
        Permission.CONVERSATION_ASSIGN,
        Permission.CONVERSATION_CLOSE,
        Permission.CONVERSATION_MODERATE,
        Permission.PERSON_READ,
        Permission.PERSON_WRITE,
        Permission.STAFF_READ,
    }
)
_LEADING: Final = _ANSWERING | {
    Permission.CONVERSATION_DELETE,
    Permission.CONVERSATION_EXPORT,
    Permission.PERSON_MERGE,
    Permission.SNIPPET_WRITE,
    Permission.TAG_WRITE,
    Permission.FIELD_WRITE,
    Permission.VIEW_SHARE,
    Permission.AUTOMATION_WRITE,
    Permission.JOURNAL_READ,
    Permission.JOURNAL_REPLAY,
    Permission.ACCOUNT_READ,
    Permission.TEAM_WRITE,
    Permission.HOURS_WRITE,
    Permission.PROMISE_WRITE,
    Permission.REPORT_READ,
}

# The key is stored; the name shown is a message of the staff slice.
BUILT_IN_ROLES: Final[Mapping[str, frozenset[Permission]]] = {
    "administrator": frozenset(Permission),
    "team_lead": _LEADING,
    "agent": _ANSWERING,
    "viewer": _READING,
}


def require(held: Set[Permission], permission: Permission) -> None:
    """Raises Forbidden unless `permission` is among those held."""
    if permission not in held:
        raise Forbidden(message("You need the permission “%(name)s” for this.", name=permission.value), permission=permission)


def known(names: Iterable[str]) -> frozenset[Permission]:
    """The permissions of these names; names of a newer or older version of Oase are passed over, never granted."""
    return frozenset(Permission(name) for name in names if name in _NAMES)


_NAMES: Final = frozenset(Permission)
