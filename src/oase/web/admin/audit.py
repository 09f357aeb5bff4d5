"""The audit log: who did what, in sentences, by person, kind and time."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from msgspec import Struct

from oase.kernel.audit_log import AuditRow, audit_page
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.staff import list_agents, list_api_tokens
from oase.web.admin.frame import page
from oase.web.admin.journal import id_of, moment_of
from oase.web.admin.sentences import sentence
from oase.web.given import GivenServices, GivenViewer

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.AUDIT_READ}
_ROWS: Final = 50
SUBJECTS: Final[tuple[tuple[str, Message], ...]] = (
    ("account", message("Accounts")),
    ("journal", message("Journal")),
    ("agent", message("Agents")),
    ("role", message("Roles")),
    ("team", message("Teams")),
    ("token", message("API tokens")),
    ("webhook", message("Webhooks")),
    ("workspace", message("Workspace")),
    ("retention", message("Retention")),
    ("calendar", message("Opening hours")),
    ("tag", message("Tags")),
    ("snippet", message("Snippets")),
    ("field", message("Fields")),
    ("automation", message("Rules")),
    ("macro", message("Macros")),
    ("person", message("People")),
    ("conversation", message("Conversations")),
    ("message", message("Messages")),
)


class Wanted(Struct, frozen=True, kw_only=True):
    """The filters, as texts of the address."""

    actor: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.actor or self.subject or self.since or self.until)

    def older(self, last: UUID) -> str:
        """The address of the next page."""
        facts = {name: value for name, value in msgspec.structs.asdict(self).items() if value and name != "before"}
        return "/admin/audit?" + urlencode({**facts, "before": str(last)})


class Line(Struct, frozen=True, kw_only=True):
    """One entry in words."""

    row: AuditRow
    sentence: Message
    details: list[tuple[str, str]]


@get("/admin/audit", opt=_READ, include_in_schema=False)
async def show_audit(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The newest acts first."""
    query = request.query_params
    wanted = Wanted(**{name: query.get(name, "") for name in Wanted.__struct_fields__})
    async with services.database.work(viewer.workspace_id) as work:
        agents, tokens = await list_agents(work, also_deactivated=True), await list_api_tokens(work)
        accounts = await services.book.of_workspace(work)
        rows = await audit_page(
            work,
            actor_id=id_of(wanted.actor),
            subject=wanted.subject if wanted.subject in dict(SUBJECTS) else "",
            since=moment_of(wanted.since, viewer.time_zone),
            until=moment_of(wanted.until, viewer.time_zone),
            before=id_of(wanted.before),
            limit=_ROWS + 1,
        )
    names = {agent.id: agent.name for agent in agents} | {account.id: account.name for account in accounts}
    return page(
        request,
        viewer,
        "audit.html",
        "audit",
        lines=[Line(row=row, sentence=sentence(row, names), details=_details(row)) for row in rows[:_ROWS]],
        wanted=wanted,
        older=wanted.older(rows[_ROWS - 1].id) if len(rows) > _ROWS else "",
        actors=[(str(agent.id), agent.name) for agent in agents] + [(str(token.id), token.name) for token in tokens],
        subjects=SUBJECTS,
        now=services.clock.now(),
    )


def _details(row: AuditRow) -> list[tuple[str, str]]:
    """What else was written down, for those who want to know exactly."""
    facts = [(name, value if isinstance(value, str) else msgspec.json.encode(value).decode()) for name, value in row.data.items()]
    known = [("act", row.act), ("id", str(row.subject_id or "")), ("address", row.address), ("request", row.request_id)]
    return [(name, value) for name, value in [*known, *facts] if value not in ("", "null", "[]")]


handlers: Final = [show_audit]
