"""The arena of the fault test: an installation in separate processes, simulated providers, load in both directions.

customers (sandbox) --signed webhooks--> serve ─┐                       ┌─> work ×2 --APIs--> sandbox (counts what it took)
customers (SMTP) -------mails----------> connect┴─> PostgreSQL (ours) <─┴─ agents answer (20/s)
                        platforms <--asked-- connect
"""

import asyncio
import contextlib
import itertools
import os
import random
import re
import signal
import smtplib
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import psycopg

from oase.channels import AccountBook, create_account
from oase.conversations import Answer, Author, say
from oase.kernel.clock import SystemClock
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.ids import new_id
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.secrets import Safe, load_key
from oase.main.demo.places import CONNECTIONS, Connection
from oase.main.poller import asks
from oase.sandbox.installed import PLATFORMS
from oase.sandbox.live import Hub
from oase.sandbox.places import Platform

from .processes import BIN, Program, free_port, wait_for

NUMBER_ID = "106540352242922"
MAIL = "service@lindgruen.example"
MAILERS = 20  # customers who write mails, each with a mail server of his own
PLACES = tuple(one for one in PLATFORMS if one.features and one.id in CONNECTIONS)
AT_EACH_PLACE = 10  # customers


@dataclass
class Arena:
    """The running installation."""

    folder: Path
    programs: dict[str, Program]
    sandbox_url: str
    web_url: str
    mail_port: int
    database: Database
    book: AccountBook
    workspace_id: UUID
    whatsapp: UUID
    email: UUID
    places: dict[str, UUID] = field(default_factory=dict)  # the account of each further platform
    keepers: list[asyncio.Task[None]] = field(default_factory=list)

    async def report(self) -> str:
        """How everything stands, for a failure's message."""
        lines = []
        async with aiohttp.ClientSession() as session, session.get(f"{self.sandbox_url}/control/webhooks") as answer:
            found = await answer.json()
            lines.append(f"provider: {found['counts']} pending {found['pending']}")
        async with self.database.everywhere() as work:
            lines.append(f"journal {await work.tuples('SELECT channel, state, count(*) FROM journal GROUP BY 1, 2')}")
            lines.append(
                f"deliveries {await work.tuples('SELECT state, why, attempts, count(*) FROM delivery GROUP BY 1, 2, 3')}"
            )
            lines.append(f"accounts {await work.tuples('SELECT name, state, state_why FROM account')}")
            waiting = "SELECT recipient, attempts, next_at, now(), id FROM delivery WHERE state = 'queued' ORDER BY id LIMIT 5"
            lines.append(f"waiting {await work.tuples(waiting)}")
            held = "SELECT l.pid, objid, a.state, a.state_change, a.query FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            lines.append(f"locks {await work.tuples(held + ' WHERE locktype = %(kind)s', {'kind': 'advisory'})}")
        for one in self.programs.values():
            lines.append(f"--- {one.name} ({one.deaths} deaths)\n" + "\n".join(one.log.read_text().splitlines()[-12:]))
        return "\n".join(lines)

    def failures(self) -> list[str]:
        """What the processes say of parts that failed: none may, whatever happens around it."""
        logs = [one.log.read_text().splitlines() for one in self.programs.values()]
        return [line for lines in logs for line in lines if "house.part_failed" in line]

    async def postmaster(self) -> int | None:
        """The process id of the database server."""
        try:
            return int((self.folder / "postgres/cluster/postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None


@contextlib.asynccontextmanager
async def open_arena(folder: Path) -> AsyncIterator[Arena]:
    """Starts everything; ends everything."""
    web, sandbox, mail = free_port(), free_port(and_behind=4), free_port()
    common = {
        "OASE_DATA_DIR": str(folder),
        "OASE_DEMO": "0",
        "OASE_SANDBOX": "0",
        "OASE_PORT": str(web),
        "OASE_MAIL_RECEIVER_PORT": str(mail),
        "OASE_ALLOW_PRIVATE_NETWORKS": "127.0.0.0/8",
        "OASE_LOG_LEVEL": "warning",
    }
    oase = str(BIN / "oase")
    own = EmbeddedPostgres(folder / "postgres")
    base = Program("database", [oase, "database"], common, folder / "database.log")
    keepers = [asyncio.create_task(base.keep())]
    await wait_for(lambda: _answers(own.dsn()), 30, "the database")
    connected = {**common, "OASE_DATABASE_URL": own.dsn()}
    from oase.main.migrate import migrate

    await migrate(own.dsn())
    database = Database(own.dsn())
    await database.open()
    safe = Safe(load_key(folder))
    workspace_id = new_id()
    async with database.work(workspace_id) as work:
        whatsapp = await create_account(
            work, safe, "whatsapp", "WhatsApp", _whatsapp(f"http://127.0.0.1:{sandbox}/sandbox/graph")
        )
        email = await create_account(work, safe, "email", "Mail", _email())
        places = {one.id: await _place(work, safe, one, f"http://127.0.0.1:{sandbox}/sandbox") for one in PLACES}
    programs = {
        "database": base,
        "web": Program("web", [oase, "serve"], connected, folder / "web.log"),
        "worker 1": Program("worker 1", [oase, "work"], connected, folder / "worker1.log"),
        "worker 2": Program("worker 2", [oase, "work"], connected, folder / "worker2.log"),
        "connector": Program("connector", [oase, "connect"], connected, folder / "connector.log"),
    }
    hook = f"http://127.0.0.1:{web}/hooks/whatsapp/{whatsapp}"
    hooks = [f"--hook={one}={hook_of(web, one, account)}" for one, account in places.items()]
    simulator = [sys.executable, "-m", "oase.sandbox", "--port", str(sandbox), "--webhook", hook, "--no-pair-limit", *hooks]
    provider = Program("provider", simulator, {}, folder / "provider.log")
    keepers += [asyncio.create_task(one.keep()) for name, one in programs.items() if name != "database"]
    keepers.append(asyncio.create_task(provider.keep()))
    arena = Arena(
        folder, programs, f"http://127.0.0.1:{sandbox}/sandbox", f"http://127.0.0.1:{web}", mail, database,
        AccountBook(database, safe, "https://support.example.com"), workspace_id, whatsapp, email, places, keepers,
    )  # fmt: skip
    try:
        await wait_for(lambda: _web_answers(f"{arena.web_url}/readyz"), 40, "the web process")
        await wait_for(lambda: _web_answers(f"{arena.sandbox_url}/control/numbers"), 20, "the simulated provider")
        await wait_for(lambda: _asked(arena), 60, "the first question to providers: what was said before it is not taken in")
        yield arena
    finally:
        await database.close()
        for keeper in reversed(keepers):
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)


def hook_of(web: int, platform: str, account: UUID) -> str:
    """Where a platform's webhooks arrive."""
    connection = _connection(platform, "")
    return f"http://127.0.0.1:{web}/hooks/{connection.channel}/{account}"


def _connection(platform: str, sandbox: str) -> Connection:
    kind = next(one for one in PLACES if one.id == platform)
    return CONNECTIONS[platform](kind(SystemClock(), Hub(), f"{sandbox}/{platform}"))


async def _place(work: UnitOfWork, safe: Safe, kind: type[Platform], sandbox: str) -> UUID:
    connection = _connection(kind.id, sandbox)
    return await create_account(work, safe, connection.channel, connection.name, connection.settings)


def _whatsapp(graph: str) -> dict[str, Any]:
    return {
        "phone_number_id": NUMBER_ID, "waba_id": "102290129340398", "access_token": "EAAsandbox",
        "app_secret": "sandbox-app-secret", "verify_token": "sandbox-verify-token", "base_url": graph,
    }  # fmt: skip


def _email() -> dict[str, Any]:
    return {
        "address": MAIL, "sender_name": "Lindgrün", "incoming": "receiver", "smtp_host": "127.0.0.1", "smtp_port": 1,
        "smtp_security": "none", "smtp_sign_in": False,
    }  # fmt: skip


async def _answers(dsn: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=2) as connection:
            await connection.execute("SELECT 1")
        return True
    except psycopg.Error:
        return False


async def _asked(arena: Arena) -> bool:
    polled = {one.id for one in await arena.book.enabled() if asks(one)}
    async with arena.database.everywhere() as work:
        begun = await work.tuples("SELECT id FROM account WHERE cursor <> '{}'")
    return polled <= {one for (one,) in begun}


async def _web_answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(url, timeout=aiohttp.ClientTimeout(total=2)) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


@dataclass
class Load:
    """What goes in and out while processes die."""

    arena: Arena
    whatsapp_messages: int
    mails: int
    elsewhere: int  # messages on all other platforms together
    seconds: float
    answers_per_second: float
    senders: int = 200  # each gets fewer answers than the provider lets one person have at once
    agents: int = 10
    written: Counter[str] = field(default_factory=Counter)  # messages by platform and person
    missing: list[str] = field(default_factory=list)  # answers that count as sent and that no provider took
    besides: Counter[str] = field(default_factory=Counter)  # what was heard that nobody of the load wrote
    answered: dict[UUID, str] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        """All streams side by side, until everything has been handed over."""
        stop = asyncio.Event()
        agents = [asyncio.create_task(self._answer(stop, agent)) for agent in range(self.agents)]
        await asyncio.gather(self._write(), self._mail(), self._write_elsewhere())
        stop.set()
        await asyncio.gather(*agents)

    async def _write(self) -> None:
        """Customers write on WhatsApp; the simulated provider keeps trying until our webhook says 200."""
        sent: Counter[str] = Counter()
        began = time.monotonic()
        async with aiohttp.ClientSession() as session:
            for start in range(0, self.whatsapp_messages, 20):
                items = []
                for number in range(start, min(start + 20, self.whatsapp_messages)):
                    sender = f"4917139200{number % self.senders:03d}"
                    sent[sender] += 1
                    items.append(
                        {"wa_id": sender, "name": f"Kundin {sender}", "number": NUMBER_ID, "text": f"Frage {sent[sender]}"}
                    )
                async with session.post(f"{self.arena.sandbox_url}/control/load", json=items) as answer:
                    assert answer.status < 300, await answer.text()
                await _until(began + self.seconds * (start + 20) / self.whatsapp_messages)

    async def _write_elsewhere(self) -> None:
        """Customers of all other platforms write, in turn; the simulators keep it until our side has taken it."""
        began = time.monotonic()
        async with aiohttp.ClientSession() as session:
            people = {one.id: [await self._person(session, one.id, n) for n in range(AT_EACH_PLACE)] for one in PLACES}
            for number in range(self.elsewhere if PLACES else 0):
                place = PLACES[number % len(PLACES)].id
                person = number // len(PLACES) % AT_EACH_PLACE
                self.written[f"{place}/{person}"] += 1
                text = f"{place}/{person} Frage {self.written[f'{place}/{person}']}"
                items = [{"customer": people[place][person], "text": text}]
                async with session.post(f"{self.arena.sandbox_url}/apps/{place}/load", json=items) as answer:
                    assert answer.status < 300, await answer.text()
                await _until(began + self.seconds * (number + 1) / self.elsewhere)

    async def _person(self, session: aiohttp.ClientSession, place: str, number: int) -> str:
        asked = {"name": f"Kundin {number} Öztürk"}
        async with session.post(f"{self.arena.sandbox_url}/apps/{place}/customers", json=asked) as answer:
            return str((await answer.json())["id"])

    async def _mail(self) -> None:
        """Customers write mails; their servers keep trying until ours says 250, each for itself."""
        began = time.monotonic()
        with ThreadPoolExecutor(MAILERS) as servers:

            async def mail(sender: int) -> None:
                for number in range(sender, self.mails, MAILERS):
                    await _until(began + self.seconds * number / self.mails)
                    await asyncio.get_running_loop().run_in_executor(servers, self._deliver, number)

            await asyncio.gather(*(mail(sender) for sender in range(MAILERS)))

    def _deliver(self, number: int) -> None:
        sender = f"kunde{number % MAILERS}@example.com"
        message = EmailMessage()
        message["From"] = f"Kunde Öztürk {number % MAILERS} <{sender}>"
        message["To"] = MAIL
        message["Subject"] = f"Frage {number // MAILERS + 1}"
        message["Message-ID"] = f"<fault-{number}@example.com>"
        message.set_content(f"Guten Tag,\n\nFrage {number // MAILERS + 1}\n")
        while True:
            try:
                source = (f"127.0.1.{number % MAILERS + 1}", 0)
                with smtplib.SMTP("127.0.0.1", self.arena.mail_port, timeout=10, source_address=source) as server:
                    server.send_message(message, sender, [MAIL])
                return
            except (smtplib.SMTPException, OSError) as error:
                self.refusals[type(error).__name__] += 1
                time.sleep(0.3)

    async def _answer(self, stop: asyncio.Event, agent: int) -> None:
        """Agents answer open conversations; a failed request is repeated with the same key, as a browser does."""
        number = 0
        began = time.monotonic()
        while not stop.is_set():
            number += 1
            key = uuid4()
            while not stop.is_set():
                try:
                    async with self.arena.database.work(self.arena.workspace_id) as work:
                        conversation = await work.value(
                            "SELECT id FROM conversation WHERE account_id = %(account)s ORDER BY random() LIMIT 1",
                            {"account": self._account(agent, number)},
                        )
                        if conversation is None:
                            break
                        answer = Answer(client_key=key, text=f"Antwort {agent}.{number}", undo=timedelta(0), then=None)
                        message = await say(work, self.arena.book, Author(name="Sophie"), conversation, answer)
                    self.answered[message] = f"Antwort {agent}.{number}"
                    break
                except (OaseError, psycopg.Error) as error:
                    self.refusals[type(error).__name__] += 1
                    await asyncio.sleep(0.1)
            await _until(began + number * self.agents / self.answers_per_second)

    def _account(self, agent: int, number: int) -> UUID:
        """On which account an agent answers next: two of three times WhatsApp, else each of the others in turn."""
        others = list(self.arena.places.values())
        turn = number * self.agents + agent
        return others[turn // 3 % len(others)] if others and turn % 3 == 0 else self.arena.whatsapp


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))


class Killer:
    """Kills processes of all kinds at random moments, so many in so long."""

    def __init__(self, arena: Arena, kills: int, seconds: float, seed: int) -> None:
        self._arena = arena
        self._kills = kills
        self._seconds = seconds
        self._random = random.Random(seed)
        self.deaths: Counter[str] = Counter()

    async def run(self) -> None:
        """One kill after the other; every kind of process gets its share."""
        kinds = ["web", "worker 1", "worker 2", "connector", "postmaster", "database"]
        began = time.monotonic()
        for number in range(self._kills):
            await _until(began + self._seconds * (number + self._random.random()) / self._kills)
            if number % len(kinds) == 0:
                self._random.shuffle(kinds)
            kind = kinds[number % len(kinds)]
            while not await self._kill(kind):  # noqa: ASYNC110 - it is being started again
                await asyncio.sleep(0.2)
            self.deaths[kind] += 1

    async def _kill(self, kind: str) -> bool:
        if kind != "postmaster":
            return self._arena.programs[kind].kill()
        pid = await self._arena.postmaster()
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False


async def drained(arena: Arena) -> bool:
    """Nothing waits any more, in or out, here or at the providers; what is asked for must have been asked for."""
    try:
        async with aiohttp.ClientSession() as session:
            for path in ("control", *(f"apps/{one}" for one in arena.places)):
                async with session.get(f"{arena.sandbox_url}/{path}/webhooks") as answer:
                    if (await answer.json())["pending"]:
                        return False
        async with arena.database.everywhere() as work:
            return not await work.value(
                "SELECT (SELECT count(*) FROM journal WHERE state = 'new')"
                " + (SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending'))"
            )
    except (OaseError, psycopg.Error, aiohttp.ClientError, OSError):
        return False


@dataclass
class Verdict:
    """What was counted afterwards."""

    received: int
    lost: int
    doubled: int
    out_of_order: int
    answers: int
    once: int
    unknown: int
    failed: int
    silently_lost: int
    sent_twice: int


async def all_heard(load: Load) -> bool:
    """Everything that was written on platforms that are asked has arrived, or will not: nothing new came since the last look."""
    async with load.arena.database.everywhere() as work:
        heard = await work.value("SELECT count(*) FROM message WHERE direction = 'in' AND text LIKE '%%/%% Frage %%'")
    return bool(heard >= load.written.total())


async def judge(load: Load) -> Verdict:
    """Counts what is in the database against what was written, and what the provider took against what was said."""
    arena = load.arena
    async with arena.database.work(arena.workspace_id) as work:
        incoming = await work.tuples(
            "SELECT i.value, m.text FROM message m JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id"
            " WHERE m.direction = 'in' ORDER BY m.at, m.id"
        )
        deliveries = await work.tuples("SELECT id, message_id, state FROM delivery")
        texts = dict(await work.tuples("SELECT d.id::text, m.text FROM delivery d JOIN message m ON m.id = d.message_id"))
        channels = dict(await work.tuples("SELECT d.id::text, a.channel FROM delivery d JOIN account a ON a.id = d.account_id"))
    accepted = await _accepted(arena, texts)
    by_sender: dict[str, list[int]] = defaultdict(list)
    for sender, text in incoming:
        numbers = re.findall(r"Frage (\d+)", text)
        if not numbers:
            load.besides[text] += 1  # what a platform says by itself: somebody has subscribed
            continue
        named = re.search(r"(\w+/\d+) Frage", text)  # written on one of the further platforms
        by_sender[named[1] if named else sender].append(int(numbers[-1]))
    expected = Counter(f"+4917139200{n % load.senders:03d}" for n in range(load.whatsapp_messages))
    expected.update(f"kunde{n % MAILERS}@example.com" for n in range(load.mails))
    expected.update(load.written)
    lost = sum(len(set(range(1, count + 1)) - set(by_sender[sender])) for sender, count in expected.items())
    doubled = sum(len(found) - len(set(found)) for found in by_sender.values())
    disorder = sum(1 for found in by_sender.values() for a, b in itertools.pairwise(found) if a > b)
    states = {str(delivery): state for delivery, _, state in deliveries}
    said = {message for _, message, _ in deliveries}
    missing = [one for one, state in states.items() if state in ("sent", "delivered", "read") and not accepted.get(one)]
    load.missing += [f"{texts[one]} over {channels[one]}: {states[one]}" for one in missing]
    return Verdict(
        received=sum(map(len, by_sender.values())),
        lost=lost,
        doubled=doubled,
        out_of_order=disorder,
        answers=len(load.answered),
        once=sum(1 for one, state in states.items() if accepted.get(one) == 1 and state in ("sent", "delivered", "read")),
        unknown=sum(1 for state in states.values() if state == "unknown"),
        failed=sum(1 for state in states.values() if state == "failed"),
        silently_lost=len(missing) + len(set(load.answered) - said),
        sent_twice=sum(1 for one in states if accepted.get(one, 0) > 1),
    )


async def _accepted(arena: Arena, texts: dict[str, str]) -> dict[str, int]:
    """How often the providers took each delivery; on the further platforms known by its text, which no other answer has."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{arena.sandbox_url}/control/accepted/counts") as answer:
            accepted: dict[str, int] = await answer.json()
        by_text: Counter[str] = Counter()
        for place in arena.places:
            async with session.get(f"{arena.sandbox_url}/apps/{place}/accepted/counts") as answer:
                for said, count in (await answer.json()).items():
                    found = re.search(r"Antwort \d+\.\d+", said)  # some places put the customer's name in front
                    by_text[found[0] if found else said] += count
    return accepted | {delivery: by_text[text] for delivery, text in texts.items() if text in by_text}
