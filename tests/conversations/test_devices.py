"""Push messages to customers' devices: by Web Push, Firebase and Apple, once for each answer, without its words unless allowed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from tests.kernel.pushservice import PushService, push_service
from tests.servers import google
from tests.servers.http2 import Response

from oase.channels import AccountBook, change_account, create_account
from oase.channels.contract import Raw
from oase.channels.families import visiting, visitor
from oase.conversations import Answer, ApnsTarget, Author, Device, DevicePush, FcmTarget, forget_stale_devices, keep_device, say
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.main.keeping import PARTS
from oase.people import erase_person

from .apple import KEY_ID, TEAM, TOPIC, Apple, apple, refused
from .conftest import TakeIn
from .firebase import Firebase, firebase

IPHONE = "0a1b2c3d" * 8
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
    apple: Apple
    clock: SetClock
    slept: list[float]
    in_between: list[Callable[[], Awaitable[None]]]

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

    async def iphone(self, token: str = IPHONE) -> UUID:
        """A phone with the company's own app, which asks Apple itself."""
        return await self.device(Device(kind="apns", target=ApnsTarget(token=token), language="de"))

    async def set(self, **given: Any) -> None:
        """The administrator changes fields of the account."""
        account = await self.book.get(self.account_id)
        assert account is not None
        settings = {**account.account.settings, **given}
        async with self.database.work(self.workspace_id) as work:
            await change_account(work, self.safe, self.account_id, name="App", given=settings, enabled=True)
        self.book.forget(self.account_id)

    async def trouble(self) -> str:
        """What is noted at the only device."""
        return str(await self.value("SELECT trouble FROM app_device"))

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
    database: Database, workspace_id: UUID, book: AccountBook, safe: Safe, take_in: TakeIn, clock: SetClock, tmp_path: Path
) -> AsyncIterator[Customer]:
    """A customer who has written "Hallo"."""
    async with push_service() as web, firebase() as fcm, apple(clock, tmp_path) as (apns, trust):
        outside = Outside(Guard(networks=[ip_network("127.0.0.0/8")]), trust=trust)
        given = {
            "company": "Muster GmbH", "session_secret": "sitzungen", "identity_secret": "wer", "fcm_url": fcm.url,
            "fcm_service_account": fcm.service_account, "apns_key": apns.p8, "apns_key_id": KEY_ID, "apns_team_id": TEAM,
            "apns_topic": TOPIC, "apns_url": apns.url,
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
        slept: list[float] = []
        in_between: list[Callable[[], Awaitable[None]]] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            for happens in in_between:
                await happens()

        clocked = Database(database.dsn, clock=clock)
        await clocked.open()
        push = DevicePush(clocked, book, LiveHub(clocked), outside, safe, Settings(), sleep=sleep)
        yield Customer(clocked, workspace_id, book, safe, account_id, push, web, fcm, apns, clock, slept, in_between)
        await outside.close()
        await clocked.close()


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


async def test_an_access_token_that_was_taken_back_is_asked_for_anew(customer: Customer) -> None:
    await customer.phone()
    customer.firebase.refuses_token_once = True
    assert await customer.told("Hallo") == 1
    assert customer.firebase.tokens == 2
    assert await customer.trouble() == ""


async def test_an_iphone_is_told_by_apple_itself(customer: Customer) -> None:
    await customer.iphone(IPHONE.upper())
    message = await customer.answered("Ihr Passwort lautet 4711")
    assert await customer.push.tell(customer.workspace_id, customer.key, message) == 1
    (push,) = customer.apple.got
    conversation = str(await customer.value("SELECT id FROM conversation"))
    assert push.device == IPHONE
    assert push.payload == {
        "aps": {
            "alert": {"title": "Muster GmbH", "body": "Es gibt eine Antwort für Sie."}, "sound": "default",
            "thread-id": conversation,
        },
        "conversation": conversation,
    }  # fmt: skip
    headers = push.headers
    assert (headers["apns-topic"], headers["apns-push-type"], headers["apns-priority"]) == (TOPIC, "alert", "10")
    assert headers["apns-collapse-id"] == conversation, "A newer notice takes the place of an older one."
    assert int(headers["apns-expiration"]) == int((customer.clock.now() + timedelta(days=1)).timestamp())
    assert "4711" not in repr(push)


@pytest.mark.parametrize("line_end", ["", " ", "\r\n"])
async def test_apples_key_is_good_in_whatever_way_it_was_pasted(customer: Customer, line_end: str) -> None:
    await customer.iphone()
    await customer.set(apns_key=line_end.join(customer.apple.p8.splitlines()))
    assert await customer.told("Hallo") == 1


async def test_apples_token_is_kept_while_it_lasts_and_made_anew_in_time(customer: Customer) -> None:
    await customer.iphone()
    for minutes in (0, 30, 14, 2, 44, 2):  # at the full hour after the first a token would be refused
        customer.clock.advance(timedelta(minutes=minutes))
        assert await customer.told("Hallo") == 1
    assert len(customer.apple.tokens) == 3
    assert customer.apple.server is not None
    assert customer.apple.server.connections == 1


async def test_a_token_that_apple_takes_for_expired_is_renewed_once_and_not_sooner_than_apple_allows(customer: Customer) -> None:
    await customer.iphone()
    assert await customer.told("Hallo") == 1
    customer.clock.advance(timedelta(minutes=25))
    customer.apple.answers = [refused(403, "ExpiredProviderToken")]
    assert await customer.told("Hallo") == 1
    assert len(customer.apple.tokens) == 2
    customer.apple.answers = [refused(403, "ExpiredProviderToken")]
    assert await customer.told("Hallo") == 0
    assert await customer.trouble() == "Apple takes our token for expired: please check the clock of this server."
    assert len(customer.apple.tokens) == 2


async def test_iphones_without_the_app_are_forgotten(customer: Customer) -> None:
    first, second, third = (f"{number}a" * 32 for number in range(3))
    for token in (first, second, third):
        await customer.iphone(token)
    customer.apple.unknown.add(first)
    customer.apple.gone[second] = customer.clock.now() + timedelta(seconds=1)
    assert await customer.told("Hallo") == 1
    assert await customer.value("SELECT count(*) FROM app_device") == 1


async def test_an_app_that_was_installed_again_is_not_forgotten_for_old_news(customer: Customer) -> None:
    await customer.iphone()
    customer.apple.gone[IPHONE] = customer.clock.now() - timedelta(days=3)
    assert await customer.told("Hallo") == 0
    assert await customer.value("SELECT count(*) FROM app_device") == 1


@pytest.mark.parametrize(
    ("answers", "slept"),
    [
        ([refused(503, "Shutdown", last=True)], [30.0]),
        ([refused(500, "InternalServerError"), refused(503, "ServiceUnavailable")], [30.0, 60.0]),
        ([refused(429, "TooManyRequests")], [60.0]),
        ([Response(429, {"retry-after": "70"}, b"")], [70.0]),
        ([None], [10.0]),
    ],
)
async def test_apple_is_asked_again_when_it_is_busy_or_breaks_off(
    customer: Customer, answers: list[Response | None], slept: list[float]
) -> None:
    await customer.iphone()
    customer.apple.answers = answers
    assert await customer.told("Hallo") == 1
    assert customer.slept == slept
    assert len(customer.apple.got) == 1
    assert await customer.trouble() == ""


async def test_who_makes_tokens_too_often_waits_as_long_as_apple_wants_instead_of_trying(customer: Customer) -> None:
    await customer.iphone()
    customer.apple.answers = [refused(429, "TooManyProviderTokenUpdates")]
    assert await customer.told("Hallo") == 0
    assert (customer.slept, await customer.trouble()) == ([], "Apple's push service asks us to wait.")


async def test_who_has_opened_the_app_while_a_service_was_busy_is_not_told_any_more(customer: Customer) -> None:
    await customer.iphone()
    customer.apple.answers = [refused(503, "Shutdown")]

    async def opens() -> None:
        async with customer.database.work(customer.workspace_id) as work:
            await work.run("UPDATE delivery SET state = 'delivered' WHERE workspace_id = %(workspace_id)s")

    customer.in_between.append(opens)
    assert await customer.told("Hallo") == 0
    assert customer.apple.got == []


async def test_a_service_that_stays_busy_is_left_after_three_times(customer: Customer) -> None:
    await customer.iphone()
    customer.apple.answers = [refused(503, "ServiceUnavailable")] * 3
    assert await customer.told("Hallo") == 0
    assert (customer.slept, await customer.trouble()) == ([30.0, 60.0], "Apple's push service asks us to wait.")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"apns_key_id": "ANOTHER123"}, "Apple does not accept the key: please check key, key id and team id."),
        ({"apns_topic": "example.anders"}, "Apple does not know the app: please check its bundle id."),
        ({"apns_key": "kein Schlüssel"}, "This is no key of Apple's: please paste the whole content of the file AuthKey_….p8."),
        ({"apns_team_id": ""}, "For iPhones the account needs Apple's key, its id, the team id and the bundle id."),
    ],
)
async def test_wrong_fields_are_told_in_words_and_no_device_is_forgotten(
    customer: Customer, given: dict[str, str], why: str
) -> None:
    await customer.iphone()
    await customer.set(**given)
    assert await customer.told("Hallo") == 0
    assert (await customer.trouble(), customer.slept) == (why, [])
    assert customer.apple.p8.splitlines()[1] not in repr(await customer.value("SELECT trouble FROM app_device"))


async def test_what_is_sent_to_firebase_is_what_google_has_published(customer: Customer) -> None:
    check = google.fcm()
    await customer.phone()
    await customer.told("Grüße aus der Werkstatt 🚲")
    (body,) = customer.firebase.bodies
    check(body)
    with pytest.raises(AssertionError):
        check({"message": {**body["message"], "notfication": {}}})
    with pytest.raises(AssertionError):
        check({"message": {**body["message"], "android": {"priority": "URGENT"}}})


@pytest.mark.parametrize("code", ["UNREGISTERED", "INVALID_ARGUMENT"])
async def test_phones_without_the_app_are_forgotten(customer: Customer, code: str) -> None:
    await customer.phone()
    customer.firebase.errors["fcm-token-1"] = (404 if code == "UNREGISTERED" else 400, code)
    assert await customer.told("Hallo") == 0
    assert await customer.value("SELECT count(*) FROM app_device") == 0


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (403, "SENDER_ID_MISMATCH", "The device belongs to another project of Firebase than the account's file."),
        (403, "PERMISSION_DENIED", "The service account may not send for this project of Firebase."),
        (401, "THIRD_PARTY_AUTH_ERROR",
         "Firebase has no good key of Apple's for this app: Cloud Messaging, APNs authentication key."),
        (400, "SOMETHING_NEW", "Firebase refuses: 400 SOMETHING_NEW SOMETHING_NEW."),
    ],
)  # fmt: skip
async def test_what_firebase_refuses_is_told_in_words_and_the_device_is_kept(
    customer: Customer, status: int, code: str, why: str
) -> None:
    await customer.phone()
    customer.firebase.errors["fcm-token-1"] = (status, code)
    assert await customer.told("Hallo") == 0
    assert (await customer.trouble(), customer.slept, customer.firebase.tokens) == (why, [], 1)


@pytest.mark.parametrize(
    ("status", "code", "asked", "slept"),
    [
        (429, "QUOTA_EXCEEDED", "", 60.0),
        (429, "QUOTA_EXCEEDED", "90", 90.0),
        (503, "UNAVAILABLE", "20", 20.0),
        (500, "INTERNAL", "", 10.0),
    ],
)
async def test_firebase_is_asked_again_when_it_said_so(
    customer: Customer, status: int, code: str, asked: str, slept: float
) -> None:
    await customer.phone()
    customer.firebase.errors["fcm-token-1"], customer.firebase.retry_after = (status, code), asked

    async def recovers() -> None:
        customer.firebase.errors.clear()

    customer.in_between.append(recovers)
    assert await customer.told("Hallo") == 1
    assert (customer.slept, await customer.trouble()) == ([slept], "")


@pytest.mark.parametrize(
    "file", ["", "{}", '{"project_id": "x", "client_email": "a@example.com", "private_key": "kaputt"}', "deleted"]
)
async def test_a_service_account_that_is_no_good_is_told_in_words(customer: Customer, file: str) -> None:
    await customer.phone()
    if file == "deleted":
        customer.firebase.refuses_account = "invalid_grant"
    elif file:
        await customer.set(fcm_service_account=file)
    else:
        customer.firebase.refuses_account = "invalid_client"
    assert await customer.told("Hallo") == 0
    refused_by_google = "Firebase does not accept the account's file: please generate a new private key."
    no_file = "This is not the file of a service account of Firebase."
    assert await customer.trouble() == (refused_by_google if customer.firebase.refuses_account else no_file)
    assert customer.slept == []


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
