"""Workspaces, agents, roles, teams, and ways in, as values."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.kernel.audit import Actor
from oase.kernel.i18n import Language, Message, message
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Secret

State = Literal["active", "invited", "deactivated"]
Theme = Literal["auto", "light", "dark"]

ROLE_NAMES: Final[dict[str, Message]] = {
    "administrator": message("Administrator"),
    "team_lead": message("Team lead"),
    "agent": message("Agent"),
    "viewer": message("Viewer"),
}


class Workspace(Struct, frozen=True, kw_only=True):
    """One company's data."""

    id: UUID
    name: str
    slug: str
    language: Language
    time_zone: str
    settings: dict[str, Any]
    created_at: datetime


class Preferences(Struct, frozen=True, kw_only=True):
    """How an agent likes it. Stored with defaults left out; unknown entries are passed over."""

    theme: Theme = "auto"
    send_with: Literal["enter", "control_enter"] = "control_enter"
    density: Literal["comfortable", "compact"] = "comfortable"


class Role(Struct, frozen=True, kw_only=True):
    """A set of permissions. `key` is set for the four that every workspace begins with; those cannot be changed."""

    id: UUID
    key: str
    name: str
    permissions: frozenset[Permission]

    @property
    def built_in(self) -> bool:
        """Whether the role belongs to Oase itself."""
        return bool(self.key)

    @property
    def title(self) -> str:
        """The name to show; for a built-in role a message, so that the reader's language can be used."""
        return ROLE_NAMES.get(self.key, self.name)


class Team(Struct, frozen=True, kw_only=True):
    """Agents who work on the same conversations; `members` are their ids, `leads` those who lead it."""

    id: UUID
    name: str
    description: str
    colour: str
    members: tuple[UUID, ...]
    leads: tuple[UUID, ...]


SkillKind = Literal["language", "product", "channel", "own"]


class Skill(Struct, frozen=True, kw_only=True):
    """Something that not every agent can do.

    `code` says which conversations need it: of a language its code ("de"), of a channel its name ("whatsapp") or its pace
    ("live"), of the other kinds a tag. Empty: no conversation asks for it by itself.
    """

    id: UUID
    kind: SkillKind
    name: str
    code: str


class Agent(Struct, frozen=True, kw_only=True):
    """A person inside, as others see them."""

    id: UUID
    name: str
    email: str
    state: State
    language: Language
    time_zone: str
    picture: str
    signature: str
    preferences: Preferences
    roles: tuple[UUID, ...]
    teams: tuple[UUID, ...]
    second_factor: bool
    created_at: datetime
    last_seen_at: datetime | None


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who is behind a session: all that a page needs, from one query. `role` is the key or name of the widest role."""

    session_id: UUID
    agent_id: UUID
    workspace_id: UUID
    workspace_name: str
    name: str
    email: str
    role: str
    permissions: frozenset[Permission]
    language: Language
    time_zone: str
    picture: str
    preferences: Preferences


class NewSession(Struct, frozen=True, kw_only=True):
    """A sign-in that worked: the token goes into the browser's cookie and is known nowhere else."""

    token: Secret
    session_id: UUID
    agent_id: UUID
    workspace_id: UUID


class SecondStep(Struct, frozen=True, kw_only=True):
    """The password was right; now the code. The ticket says so for five minutes."""

    ticket: Secret


class Visit(Struct, frozen=True, kw_only=True):
    """Where a request comes from: network address and what the browser calls itself."""

    address: str = ""
    user_agent: str = ""


class SessionInfo(Struct, frozen=True, kw_only=True):
    """A session in the list of one's own."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    address: str
    user_agent: str


class ApiToken(Struct, frozen=True, kw_only=True):
    """An API token as it is listed: the token itself was shown once."""

    id: UUID
    name: str
    hint: str
    permissions: frozenset[Permission]
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokenHolder(Struct, frozen=True, kw_only=True):
    """The program behind an API token."""

    token_id: UUID
    workspace_id: UUID
    name: str
    permissions: frozenset[Permission]

    @property
    def actor(self) -> Actor:
        """The program as the one who acts, for the audit log."""
        return Actor(kind="token", id=self.token_id, name=self.name)


class TotpSetUp(Struct, frozen=True, kw_only=True):
    """A second factor about to be set up: the secret to type and the address for the QR code."""

    secret: Secret
    uri: Secret


class Mail(Struct, frozen=True, kw_only=True):
    """A mail to send; the caller sends it, after the commit. Where no mail can be sent, `link` can be handed over otherwise."""

    to: str
    to_name: str
    subject: str
    text: str
    link: str = ""
