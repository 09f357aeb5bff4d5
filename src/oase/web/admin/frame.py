"""What all pages of the administration share: the list of pages beside them, notices after an act, typed confirmations."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Request, Response
from litestar.response import Redirect
from msgspec import Struct

from oase.kernel.errors import Invalid
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.web.pages import render
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]


class Part(Struct, frozen=True):
    """One page of the list: its id, icon, name, and what it takes to open it. Its address is /admin/<id>."""

    id: str
    icon: str
    name: Message
    permission: Permission

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/admin/{self.id}"


GROUPS: Final[tuple[tuple[Message, tuple[Part, ...]], ...]] = (
    (
        message("Channels"),
        (
            Part("channels", "plug-connected", message("Accounts"), Permission.ACCOUNT_READ),
            Part("journal", "history", message("Journal"), Permission.JOURNAL_READ),
        ),
    ),
    (
        message("Staff"),
        (
            Part("agents", "users", message("Agents"), Permission.STAFF_WRITE),
            Part("teams", "users-group", message("Teams"), Permission.TEAM_WRITE),
            Part("skills", "bolt", message("Skills"), Permission.TEAM_WRITE),
            Part("shifts", "calendar", message("Shifts"), Permission.TEAM_WRITE),
            Part("presence", "activity", message("Presence"), Permission.TEAM_WRITE),
            Part("roles", "shield-check", message("Roles"), Permission.ROLE_WRITE),
        ),
    ),
    (
        message("Desk"),
        (
            Part("promises", "clock", message("Promises"), Permission.PROMISE_WRITE),
            Part("hours", "calendar-time", message("Opening hours"), Permission.HOURS_WRITE),
            Part("tags", "tags", message("Tags"), Permission.TAG_WRITE),
            Part("snippets", "message-2", message("Snippets"), Permission.SNIPPET_WRITE),
            Part("automations", "bolt", message("Rules"), Permission.AUTOMATION_WRITE),
            Part("macros", "player-play", message("Macros"), Permission.AUTOMATION_WRITE),
            Part("fields", "forms", message("Fields"), Permission.FIELD_WRITE),
        ),
    ),
    (
        message("Company"),
        (
            Part("workspace", "building", message("Workspace"), Permission.SETTINGS_WRITE),
            Part("response-times", "hourglass", message("Response times"), Permission.SETTINGS_WRITE),
            Part("retention", "clock", message("Retention"), Permission.SETTINGS_WRITE),
            Part("persons", "user-circle", message("Personal data"), Permission.CONVERSATION_EXPORT),
            Part("tokens", "key", message("API tokens"), Permission.TOKEN_WRITE),
            Part("webhooks", "webhook", message("Webhooks"), Permission.WEBHOOK_WRITE),
            Part("audit", "list-check", message("Audit log"), Permission.AUDIT_READ),
        ),
    ),
)

_DONE: Final[Mapping[str, Message]] = {
    "saved": message("Saved."),
    "created": message("Created."),
    "deleted": message("Deleted."),
    "followed": message("From now on it is closed, too, when that calendar says so."),
    "left": message("That calendar no longer counts."),
    "published": message("The address is below. Whoever knows it can follow these hours."),
    "withdrawn": message("The address has ended."),
    "merged": message("Merged."),
    "moved": message("Moved."),
    "on": message("Switched on."),
    "off": message("Switched off."),
    "connected": message("The account is connected."),
    "not-connected": message("Saved, but the connection does not work yet. What is wrong stands below."),
    "connected-again": message("The connection works."),
    "synchronised": message("The templates are up to date."),
    "invited": message("The invitation is on its way by mail."),
    "deactivated": message("Deactivated. All of their sessions have ended."),
    "reactivated": message("Active again."),
    "second-factor": message("The second factor is off. At the next sign-in the password is enough."),
    "replayed": message("Back in the queue. It will be taken in again at once."),
    "signed-in": message("Signed in at the provider. Messages flow again within a few seconds."),
    "signed-in-only": message("Signed in at the provider. The connection does not work yet: what is wrong stands below."),
    "renewed": message("Renewed. The old one stays valid until you renew it once more."),
    "sent": message("It is on its way; the log below says what becomes of it."),
    "erased": message("Erased. Nothing of this person is left here."),
    "revoked": message("The token has ended."),
}


def groups_of(viewer: Viewer) -> list[tuple[Message, list[Part]]]:
    """The pages that this viewer may open, by group."""
    found = ((name, [part for part in parts if viewer.may(part.permission)]) for name, parts in GROUPS)
    return [(name, parts) for name, parts in found if parts]


def page(request: AnyRequest, viewer: Viewer, template: str, part: str, *, status: int = 200, **context: Any) -> Response[Any]:
    """A page of the administration; `part` is the entry of the list that it belongs to."""
    done = _DONE.get(request.query_params.get("done", ""))
    return render(request, f"admin/{template}", status=status, part=part, groups=groups_of(viewer), done=done, **context)


def back(path: str, done: str = "") -> Redirect:
    """To a page after an act, with a word of what happened."""
    return Redirect(path, query_params={"done": done} if done else None, status_code=303)


def confirm(form: Mapping[str, str], name: str) -> None:
    """Raises Invalid unless the name was typed, as destructive acts ask for."""
    if " ".join(form.get("confirm", "").split()) != " ".join(str(name).split()):
        raise Invalid(message("Nothing was deleted: please type “%(name)s” to confirm.", name=name), field="confirm")


def chosen(values: Sequence[str], known: Sequence[str]) -> list[str]:
    """Of what a form sent, that which exists."""
    return [value for value in dict.fromkeys(values) if value in set(known)]
