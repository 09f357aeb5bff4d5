"""Outgoing: ten accounts with 75 messages each to a provider that answers in 5 ms; then one account's own limit, to the message.

Everything is queued first; then one worker process starts. The provider is a bare server in this process that notes when each
request came; the limit of the same run is the same requests sent by 160 tasks without any bookkeeping.
"""

import asyncio
import json
import time
from uuid import UUID

import aiohttp
import uvloop

from bench.ground import BIN, Ground, open_ground, process, say
from oase.channels import AccountBook
from oase.conversations import Answer, Author, Start, Starter
from oase.conversations import say as answer
from oase.kernel.audit import Actor
from oase.kernel.ids import new_id

LANES, EACH = 10, 300
REACH = 500.0
PORT = 18640
_OK = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{}"


class Provider(asyncio.Protocol):
    """Answers every message with an id after 5 ms."""

    moments: dict[str, list[float]] = {}  # noqa: RUF012 - of all connections, by account
    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection."""
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        """A request, or a piece of one."""
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end or len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]):
            return
        self._buffer = b""
        account = head.split(b" ")[1].decode().split("/")[-2]
        Provider.moments.setdefault(account, []).append(time.monotonic())
        Provider.taken += 1
        content = json.dumps({"messages": [{"id": f"wamid.out.{Provider.taken}"}]})
        text = _OK.format(len(content), content).encode()
        asyncio.get_running_loop().call_later(0.005, self._transport.write, text)  # type: ignore[attr-defined]


def busiest_second(moments: list[float]) -> int:
    """The most requests within any second."""
    start = most = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] >= 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most


async def _queue(ground: Ground, account: UUID, lane: int) -> None:
    """Conversations in which the customer has just written, and an answer in each."""
    book = AccountBook(ground.database, ground.safe, "https://support.example.com")
    starter = Starter(ground.database, book)
    starts = [
        Start(
            account_id=account, address=f"+491713920{lane:02d}{number:03d}", text="Guten Tag, ist mein Rad fertig?", name="Anna"
        )
        for number in range(EACH)
    ]
    started = await asyncio.gather(*(starter.start(ground.workspace_id, Actor(), one) for one in starts))
    for chunk in range(0, EACH, 50):
        async with ground.database.work(ground.workspace_id) as work:
            for one in started[chunk : chunk + 50]:
                await answer(
                    work, book, Author(name="Ayşe"), one.conversation_id, Answer(client_key=new_id(), text="Ja, seit heute! 🚲")
                )


async def _limit() -> float:
    """The same requests without bookkeeping."""
    total = LANES * EACH
    numbers = iter(range(total))
    url = f"http://127.0.0.1:{PORT}/graph/v23.0/plain/messages"

    async def send(session: aiohttp.ClientSession) -> None:
        for _ in numbers:
            async with session.post(url, json={"to": "+49171392000", "text": {"body": "Ja, seit heute!"}}) as response:
                await response.read()

    began = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(send(session) for _ in range(LANES * 16)))
    return total / (time.perf_counter() - began)


async def measure(ground: Ground) -> None:
    """Ten lanes side by side."""
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", PORT)
    accounts = [await ground.whatsapp(f"http://127.0.0.1:{PORT}/graph", f"1065403522429{lane:02d}") for lane in range(LANES)]
    for lane, account in enumerate(accounts):
        await _queue(ground, account, lane)
    async with ground.database.everywhere() as work:
        await work.run("UPDATE delivery SET next_at = now()")
    async with process([str(BIN / "oase"), "work"], ground.environment(PORT + 1)):
        async with asyncio.timeout(120):
            while Provider.taken < LANES * EACH:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            while await _unsettled(ground):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    moments = sorted(moment for lane in Provider.moments.values() for moment in lane)
    rate = (len(moments) - 1) / (moments[-1] - moments[0])
    busiest = max(busiest_second(sorted(lane)) for lane in Provider.moments.values())
    async with ground.database.everywhere() as work:
        states = dict(await work.tuples("SELECT state, count(*) FROM delivery GROUP BY 1"))  # type: ignore[arg-type]
    Provider.moments.clear()
    limit = await _limit()
    server.close()
    say("outgoing", per_second=rate, reach=REACH, busiest_second_of_a_lane=str(busiest), allowed="80", states=str(states),
        limit_per_second=limit, ratio=rate / limit)  # fmt: skip


async def _unsettled(ground: Ground) -> bool:
    async with ground.database.everywhere() as work:
        return bool(await work.value("SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending')"))


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        await measure(ground)


if __name__ == "__main__":
    uvloop.run(main())
