"""A company with its staff, on a real database whose clock stands still."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from oase import staff
from oase.kernel.audit import Actor
from oase.kernel.clock import SetClock
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.permissions import BUILT_IN_ROLES, Permission
from oase.kernel.secrets import Safe, Secret
from oase.staff import NewSession, SignedIn, Visit

PASSWORD = Secret("Blaukraut bleibt 7 Brautkleid")
URL = "https://hilfe.example.com"
VISIT = Visit(address="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/149.0")
EVERYTHING = frozenset(Permission)
IDLE = timedelta(days=14)


@pytest.fixture
def safe() -> Safe:
    return Safe(bytes(range(32)))


@pytest_asyncio.fixture
async def house(shared_dsn: str, clock: SetClock) -> AsyncIterator[Database]:
    """The shared database with the test's own clock."""
    database = Database(shared_dsn, clock=clock, connections=6)
    await database.open()
    yield database
    await database.close()


@dataclass(frozen=True)
class Company:
    """A workspace with an administrator (Zoë), a team lead (Jörg) and an agent (Ayşe). Mail addresses are its own."""

    database: Database
    clock: SetClock
    safe: Safe
    workspace_id: UUID
    zoe: UUID
    joerg: UUID
    ayse: UUID

    def email(self, name: str) -> str:
        return f"{name}@{self.workspace_id.hex}.example"

    def work(self, actor: UUID | None = None):  # type: ignore[no-untyped-def]
        return self.database.work(self.workspace_id, actor=Actor(kind="agent", id=actor or self.zoe, name="Zoë Schäfer"))

    @property
    def visit(self) -> Visit:
        """From a network that is the company's own, so that tests do not count each other's failures."""
        digits = self.workspace_id.hex[-8:]
        return Visit(address=f"2001:db8:{digits[:4]}:{digits[4:]}::1", user_agent=VISIT.user_agent)

    async def sign_in(self, name: str = "zoe", password: Secret = PASSWORD, visit: Visit | None = None) -> NewSession:
        session = await staff.sign_in(
            self.database, self.safe, email=self.email(name), password=password, visit=visit or self.visit
        )
        assert isinstance(session, NewSession)
        return session

    async def who(self, session: NewSession) -> SignedIn | None:
        return await staff.who(self.database, session.token, idle=IDLE)

    async def role(self, key: str) -> UUID:
        async with self.work() as work:
            return next(role.id for role in await staff.list_roles(work) if role.key == key)

    async def acts(self) -> list[str]:
        async with self.work() as work:
            return [
                row[0]
                for row in await work.tuples("SELECT act FROM audit_entry WHERE workspace_id = %(workspace_id)s ORDER BY id")
            ]


@pytest_asyncio.fixture(scope="session")
async def password_hash() -> str:
    return await staff.hash_password(PASSWORD)


@pytest_asyncio.fixture
async def company(house: Database, clock: SetClock, safe: Safe, password_hash: str) -> Company:
    made = Company(house, clock, safe, new_id(), new_id(), new_id(), new_id())
    async with made.work() as work:
        await add_company(work, made, password_hash)
    return made


async def add_company(work: UnitOfWork, made: Company, password_hash: str) -> None:
    await staff.found_workspace(work, name="Müller & Söhne", language="de", slug=made.workspace_id.hex)
    people = [
        (made.zoe, "Zoë Schäfer", "zoe", "administrator"),
        (made.joerg, "Jörg Öztürk", "joerg", "team_lead"),
        (made.ayse, "Ayşe Yılmaz", "ayse", "agent"),
    ]
    for agent_id, name, short, role in people:
        await staff.add_agent(
            work, agent_id, name=name, email=made.email(short), password_hash=password_hash, roles=(role,), language="de"
        )


def rights(key: str) -> frozenset[Permission]:
    return BUILT_IN_ROLES[key]
