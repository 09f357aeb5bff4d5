"""The first start."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from oase import staff
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.errors import Invalid
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Secret
from oase.staff import AlreadySetUp, NewSession, SetUp, WeakPassword

from .conftest import IDLE, PASSWORD, VISIT

GIVEN = SetUp(
    workspace_name="Müller & Söhne GmbH",
    name="Zoë Schäfer",
    email="Zoe@Example.com",
    password=PASSWORD,
    language="de",
    time_zone="Europe/Vienna",
)


@pytest_asyncio.fixture
async def empty(fresh_dsn: str, clock: SetClock) -> AsyncIterator[Database]:
    database = Database(fresh_dsn, clock=clock, connections=6)
    await database.open()
    yield database
    await database.close()


async def test_the_first_start_founds_a_workspace_and_signs_its_administrator_in(empty: Database) -> None:
    assert not await staff.is_set_up(empty)
    session = await staff.set_up(empty, GIVEN, VISIT)
    viewer = await staff.who(empty, session.token, idle=IDLE)
    assert viewer is not None
    assert (viewer.name, viewer.email, viewer.role, viewer.workspace_name) == (
        "Zoë Schäfer",
        "zoe@example.com",
        "administrator",
        "Müller & Söhne GmbH",
    )
    assert (viewer.permissions, viewer.language, viewer.time_zone) == (frozenset(Permission), "de", "Europe/Vienna")
    assert await staff.is_set_up(empty)
    assert [workspace.slug for workspace in await staff.list_workspaces(empty)] == ["mueller-soehne-gmbh"]


async def test_the_first_start_is_over_afterwards(empty: Database) -> None:
    await staff.set_up(empty, GIVEN, VISIT)
    with pytest.raises(AlreadySetUp):
        await staff.set_up(empty, GIVEN, VISIT)


async def test_of_many_first_starts_at_once_one_succeeds(empty: Database) -> None:
    outcomes = await asyncio.gather(*(staff.set_up(empty, GIVEN, VISIT) for _ in range(6)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, AlreadySetUp)] == [NewSession]
    assert len(await staff.list_workspaces(empty)) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"password": Secret("passwort1234")}, WeakPassword),
        ({"password": Secret("Müller Söhne GmbH")}, WeakPassword),
        ({"email": "zoe"}, Invalid),
        ({"name": " "}, Invalid),
        ({"workspace_name": ""}, Invalid),
        ({"time_zone": "Mond/Mare"}, Invalid),
    ],
)
async def test_what_cannot_be_used_founds_nothing(empty: Database, change: dict[str, object], error: type[Exception]) -> None:
    given = {name: getattr(GIVEN, name) for name in GIVEN.__struct_fields__}
    with pytest.raises(error):
        await staff.set_up(empty, SetUp(**{**given, **change}), VISIT)
    assert not await staff.is_set_up(empty)
