"""Real mail servers, an account on them, and a sink that remembers like the journal does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
import pytest_asyncio
from tests.servers.mail import Dovecot, Postfix, World, mail_servers, missing

from oase.channels.adapters.email import Email
from oase.channels.contract import Account, Envelope, Raw, Say
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class MemorySink:
    """Keeps deliveries and the cursor together, as one commit does. `broken` lets the next deliveries fail."""

    def __init__(self) -> None:
        self.raws: list[Raw] = []
        self.kept: Mapping[str, Any] = {}
        self.states: list[tuple[str, str]] = []
        self.secrets: list[tuple[str, Secret]] = []
        self.broken = False
        self._changed = asyncio.Condition()

    async def deliver(self, raws: Sequence[Raw], *, cursor: Mapping[str, Any] | None = None) -> None:
        if self.broken:
            raise ConnectionError("The database is away.")
        async with self._changed:
            self.raws.extend(raws)
            self.kept = cursor if cursor is not None else self.kept
            self._changed.notify_all()

    async def cursor(self) -> Mapping[str, Any]:
        return self.kept

    async def state(self, state: Literal["up", "down", "needs_sign_in"], why: str = "") -> None:
        async with self._changed:
            self.states.append((state, why))
            self._changed.notify_all()

    async def keep_secret(self, name: str, secret: Secret) -> None:
        self.secrets.append((name, secret))

    async def until(self, condition: Callable[["MemorySink"], bool], *, seconds: float = 20) -> None:
        """Waits until the condition holds; the states so far say why it does not."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: condition(self))
        except TimeoutError:
            raise AssertionError(f"Waited in vain; {len(self.raws)} mails, states {self.states}, {self.kept}") from None

    async def state_is(self, wanted: str) -> str:
        """Waits for a state; gives its words."""
        await self.until(lambda sink: bool(sink.states) and sink.states[-1][0] == wanted)
        return self.states[-1][1]


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[Dovecot, Postfix]]:
    if why := missing():
        pytest.skip(why)
    with mail_servers() as running:
        yield running


@pytest.fixture
def dovecot(servers: tuple[Dovecot, Postfix]) -> Dovecot:
    return servers[0]


@pytest.fixture
def postfix(servers: tuple[Dovecot, Postfix]) -> Postfix:
    return servers[1]


@pytest_asyncio.fixture
async def world(postfix: Postfix) -> AsyncIterator[World]:
    async with World(postfix.world) as running:
        yield running


@pytest.fixture
def address(dovecot: Dovecot) -> str:
    """A mailbox of the test's own."""
    return dovecot.mailbox()


@pytest.fixture
def account(dovecot: Dovecot, postfix: Postfix, address: str) -> Account:
    return make_account(dovecot, postfix, address)


def make_account(dovecot: Dovecot, postfix: Postfix, address: str, *, password: str = "geheim", **settings: Any) -> Account:
    """An account on the test servers: TLS for IMAP, STARTTLS for SMTP."""
    usual = {
        "address": address,
        "imap_host": "localhost",
        "imap_port": dovecot.imaps,
        "smtp_host": "localhost",
        "smtp_port": postfix.submission,
        "certificate": (dovecot.certificates / "ca.pem").read_text(),
    }
    secrets = {"password": (Secret(password),)}
    return Account(id=str(new_id()), channel="email", settings={**usual, **settings}, secrets=secrets)


@pytest_asyncio.fixture
async def email() -> AsyncIterator[Email]:
    adapter = Email(first_pause=0.05)
    yield adapter
    await adapter.close()


@asynccontextmanager
async def listening(email: Email, account: Account, sink: MemorySink) -> AsyncIterator[asyncio.Task[None]]:
    """The account's listener, running."""
    task = asyncio.create_task(email.listen(account, sink))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def letter(number: int = 1, *, text: str = "Guten Tag, wo bleibt meine Bestellung?", **fields: str) -> bytes:
    """A customer's mail."""
    usual = {
        "From": "Jörg Özdemir <kunde@example.com>",
        "To": "support@firma.example",
        "Subject": f"Bestellung {number} 📦",
        "Message-ID": f"<{number}.{new_id().hex}@example.com>",
        "Date": "Sun, 22 Nov 2026 04:00:00 +0100",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**usual, **given}.items() if value)
    return f"{head}\r\n{text}\r\n".encode()


def say(to: str = "kunde@example.com", *, text: str = "Morgen, versprochen!", **more: Any) -> Say:
    """Something to say by mail; fields of the envelope as keyword arguments."""
    of_envelope = {name: more.pop(name) for name in list(more) if name in Envelope.__struct_fields__}
    envelope = {"id": str(new_id()), "to": to, "subject": "Re: Bestellung", "at": AT, **of_envelope}
    return Say(envelope=Envelope(**envelope), text=text, **more)
