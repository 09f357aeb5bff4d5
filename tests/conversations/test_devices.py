"""Push messages to customers' devices: by Web Push and by Firebase, once for each answer, without its words unless allowed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import msgspec
import pytest_asyncio
from tests.kernel.pushservice import PushService, push_service

from oase.channels import AccountBook, create_account
from oase.channels.contract import Raw
from oase.channels.families import visiting, visitor
from oase.conversations import Answer, Author, Device, DevicePush, FcmTarget, forget_stale_devices, keep_device, say
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.main.keeping import PARTS
from oase.people import erase_person

from .conftest import TakeIn
from .firebase import Firebase, firebase

VISITOR = "vAAAAAAAAAAAAAAAAAAAAAA"


@dataclass
class Customer:
    """A customer of the app, who has written once."""

    database: Database
    workspace_id: UUID
    book: AccountBook
    safe: Safe
    account_id: UUID
    push: DevicePush
    web: PushService
    firebase: Firebase

    @property
    def key(self) -> UUID:
        """Of live events."""
        return visitor.live_key(str(self.account_id), VISITOR)

    async def device(self, device: Device) -> UUID:
        """Registers one."""
        async with self.database.work(self.workspace_id) as work:
            return await keep_device(work, self.safe, self.account_id, VISITOR, self.key, device)

    async def browser(self, name: str = "browser", language: str = "de") -> UUID:
        """A browser."""
        return await self.device(Device(kind="webpush", target=self.web.browser(name), language=language))

    async def phone(self, token: str = "fcm-token-1") -> UUID:
        """A phone with the company's own app."""
        return await self.device(Device(kind="fcm", target=FcmTarget(token=token), language="en"))

    async def answered(self, text: str, state: str = "sent") -> UUID:
        """The agent answers; the delivery has come so far."""
        conversation = await self.value("SELECT id FROM conversation")
        async with self.database.work(self.workspace_id) as work:
            answer = Answer(client_key=new_id(), text=text, undo=timedelta(0))
            message = await say(work, self.book, Author(name="Anna Berger"), conversation, answer)
            await work.run(
                "UPDATE delivery SET state = %(state)s WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s",
                {"state": state, "id": message},
            )
        return message

    async def told(self, text: str, state: str = "sent") -> int:
        """The agent answers, nobody confirms: how many devices were told."""
        return await self.push.tell(self.workspace_id, self.key, await self.answered(text, state))

    async def value(self, statement: str) -> Any:
        """One value of the workspace."""
        async with self.database.work(self.workspace_id) as work:
            return await work.value(f"{statement} WHERE workspace_id = %(workspace_id)s")


@pytest_asyncio.fixture
async def customer(
    database: Database, workspace_id: UUID, book: AccountBook, safe: Safe, take_in: TakeIn
) -> AsyncIterator[Customer]:
    """A customer who has written "Hallo"."""
    outside = Outside(Guard(networks=[ip_network("127.0.0.0/8")]))
    async with push_service() as web, firebase() as fcm:
        given = {
            "company": "Muster GmbH", "session_secret": "sitzungen", "identity_secret": "wer", "fcm_url": fcm.url,
            "fcm_service_account": fcm.service_account,
        }  # fmt: skip
        async with database.work(workspace_id) as work:
            account_id = await create_account(work, safe, "app", "App", given)
        account = await book.get(account_id)
        assert account is not None
        session = visitor.Session(visitor=VISITOR, until=1_900_000_000)
        key = visitor.session_key(account.account.secret("session_secret"), session)
        body = msgspec.json.encode(visiting.Message(id="nachricht-1", text="Hallo"))
        query = {"v": VISITOR, "u": "1900000000", "w": "", "s": visitor.sign(key, "deliver", body)}
        await take_in(account_id, Raw(body=body, query=query, received_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC)))
        hub = LiveHub(database)
        push = DevicePush(database, book, hub, outside, safe, Settings())
        yield Customer(database, workspace_id, book, safe, account_id, push, web, fcm)
    await outside.close()


async def test_a_closed_app_is_told_that_there_is_an_answer_but_not_what_it_says(customer: Customer) -> None:
    await customer.browser("laptop")
    await customer.phone()
    assert await customer.told("Ihr Passwort lautet 4711") == 2
    assert customer.web.payloads[0]["title"] == "Muster GmbH"
    assert customer.web.payloads[0]["body"] == "Es gibt eine Antwort für Sie."
    assert customer.firebase.sent[0]["notification"] == {"title": "Muster GmbH", "body": "There is an answer for you."}
    assert "4711" not in repr([customer.web.got, customer.firebase.sent])


async def test_a_newer_answer_takes_the_place_of_an_older_one_on_the_phone(customer: Customer) -> None:
    await customer.phone()
    await customer.told("eins")
    await customer.told("zwei")
    first, second = customer.firebase.sent
    assert first["android"]["collapse_key"] == second["android"]["collapse_key"] == first["data"]["conversation"]
    assert first["apns"]["headers"]["apns-collapse-id"] == first["data"]["conversation"]
    assert customer.firebase.tokens == 1, "An access token is kept while it lasts."


async def test_an_answer_is_pushed_once_however_often_it_is_heard_of(customer: Customer) -> None:
    await customer.browser()
    message = await customer.answered("Hallo")
    assert await customer.push.tell(customer.workspace_id, customer.key, message) == 1
    assert await customer.push.tell(customer.workspace_id, customer.key, message) == 0


async def test_what_an_open_app_has_confirmed_or_is_still_in_the_queue_is_not_pushed(customer: Customer) -> None:
    await customer.browser()
    for state in ("delivered", "read", "queued"):
        assert await customer.told("Hallo", state) == 0
    assert customer.web.got == []


async def test_devices_that_are_gone_are_forgotten_and_others_are_told_all_the_same(customer: Customer) -> None:
    await customer.browser()
    await customer.phone("alt")
    await customer.phone("neu")
    customer.web.status = 410
    customer.firebase.errors["alt"] = (404, "UNREGISTERED")
    assert await customer.told("Hallo") == 1
    assert await customer.value("SELECT count(*) FROM app_device") == 1
    assert await customer.value("SELECT kind FROM app_device") == "fcm"


async def test_trouble_is_noted_at_the_device_and_an_access_token_that_was_taken_back_is_asked_for_anew(
    customer: Customer,
) -> None:
    await customer.phone()
    customer.firebase.refuses_token_once = True
    assert await customer.told("Hallo") == 0
    assert "UNAUTHENTICATED" in await customer.value("SELECT trouble FROM app_device")
    assert await customer.told("Noch einmal") == 1
    assert await customer.value("SELECT trouble FROM app_device") == ""
    assert customer.firebase.tokens == 2


async def test_a_device_that_registers_again_is_one_device_and_its_address_is_sealed(customer: Customer) -> None:
    assert await customer.phone() == await customer.phone()
    assert await customer.value("SELECT count(*) FROM app_device") == 1
    assert b"fcm-token-1" not in await customer.value("SELECT sealed FROM app_device")


async def test_devices_go_with_their_person_and_when_nothing_is_heard_of_them_for_long(customer: Customer) -> None:
    await customer.phone()
    async with customer.database.everywhere() as work:
        await forget_stale_devices(work, work.clock.now() + timedelta(days=200))
    assert await customer.value("SELECT count(*) FROM app_device") == 1
    person = await customer.value("SELECT person_id FROM conversation")
    async with customer.database.work(customer.workspace_id) as work:
        await erase_person(work, PARTS, person)
    assert await customer.value("SELECT count(*) FROM app_device") == 0
