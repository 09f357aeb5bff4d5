"""The simulated homeserver, driven by matrix-nio."""

import pytest
import pytest_asyncio
from nio import AsyncClient, LoginResponse, RoomSendResponse, SyncResponse
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.sandbox.matrix import Matrix

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket
AYLIN = "@aylin:matrix.sandbox.example"


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    return await start(platforms=(Matrix,))


@pytest.fixture
def matrix(world: World) -> Matrix:
    platform = world.sandbox.platforms["matrix"]
    assert isinstance(platform, Matrix)
    return platform


async def test_nio_signs_in_joins_and_writes(matrix: Matrix) -> None:
    client = AsyncClient(matrix.base_url, matrix.user)
    assert isinstance(await client.login(matrix.password), LoginResponse)
    matrix.phone.write(AYLIN, "Grüße 🧡")
    synced = await client.sync()
    assert isinstance(synced, SyncResponse)
    (room,) = synced.rooms.invite
    await client.join(room)
    synced = await client.sync(since=synced.next_batch)
    assert isinstance(synced, SyncResponse)
    texts = [getattr(event, "body", "") for event in synced.rooms.join[room].timeline.events]
    assert "Grüße 🧡" in texts
    sent = await client.room_send(room, "m.room.message", {"msgtype": "m.text", "body": "Guten Tag"})
    await client.close()
    assert isinstance(sent, RoomSendResponse)
    assert [one.text for one in matrix.phone.chats[AYLIN]] == ["Grüße 🧡", "Guten Tag"]
