"""STOP and START by text message: heard at once, kept with the address, said once where the provider does not say it."""

from urllib.parse import urlencode
from uuid import UUID

import pytest
from tests.desk.conftest import SAFE

from oase.channels import create_account
from oase.channels.contract import Raw
from oase.channels.families.smpp import ShortMessage, write_message
from oase.channels.families.smpp.messages import Number
from oase.channels.families.wishes import asks_more, wish_of
from oase.conversations import Author, Start
from oase.desk import Grounds, first_contact, ways_to
from oase.kernel.errors import Invalid
from oase.people import consents_of

from .conftest import Plans

PHONE = "+4915228817386"
AGREED = Grounds(basis="consent", note="Im Laden, gestern")


@pytest.mark.parametrize(
    ("text", "wish", "asks"),
    [
        ("STOP", "stop", False),
        (" Stopp! ", "stop", False),
        ("abmelden", "stop", False),
        ("Stop  all", "stop", False),
        ("Cancel", "stop", True),  # perhaps an appointment
        ("START", "start", False),
        ("Anmelden.", "start", False),
        ("YES", "", True),
        ("Please stop the delivery", "", True),
        ("Stoppen Sie bitte die Reparatur", "", True),
        ("", "", True),
    ],
)
def test_only_a_word_alone_is_a_wish(text: str, wish: str, asks: bool) -> None:
    assert (wish_of(text), asks_more(text)) == (wish, asks)


class Phone:
    """A customer with a phone, and our two accounts of text messages."""

    def __init__(self, plans: Plans) -> None:
        self.plans, self.sent = plans, 0

    async def connect(self) -> None:
        given = {"host": "smpp.example.com", "port": 2775, "tls": True, "system_id": "muster", "password": "x",
                 "sender": "+493023125100", "country_code": "49"}  # fmt: skip
        twilio = {"account_sid": "AC1", "auth_token": "t", "from_number": "+493023125101"}
        async with self.plans.desk.work() as work:
            self.smpp = await create_account(work, SAFE, "sms", "SMS", given)
            self.twilio = await create_account(work, SAFE, "twilio", "Twilio", twilio)

    async def texts(self, words: str, *, twilio: bool = False) -> None:
        """The customer sends a text message."""
        self.sent += 1
        desk, account = self.plans.desk, self.twilio if twilio else self.smpp
        if twilio:
            body = urlencode({"MessageSid": f"SM{self.sent}", "From": PHONE, "To": "+493023125101", "Body": words}).encode()
            raw = Raw(body=body, received_at=desk.clock.now())
        else:
            written = write_message(
                ShortMessage(
                    source=Number(PHONE[1:], 1, 1), destination=Number("493023125100", 1, 1), coding=1, text=words.encode()
                )
            )
            head = b"".join(number.to_bytes(4, "big") for number in (16 + len(written), 5, 0, self.sent))
            raw = Raw(body=head + written, headers={"arrival": f"a{self.sent}"}, received_at=desk.clock.now())
        await desk.journal.accept(desk.workspace_id, account, "twilio" if twilio else "sms", raw)
        while await desk.intake.take_batch(desk.workspace_id, account):
            continue
        await self.plans.later(seconds=1)

    async def kept(self) -> list[tuple[str, str, bool]]:
        """What is kept with the address, the newest first: basis, words, whether it stands."""
        async with self.plans.desk.work() as work:
            person: UUID = await work.value("SELECT person_id FROM identity WHERE value = %(phone)s", {"phone": PHONE})
            return [(one.basis, one.wording, one.withdrawn_at is None) for one in await consents_of(work, [person])]

    async def begins(self, grounds: Grounds) -> None:
        """We write first, over the other account, which they have not written to."""
        author = Author(id=self.plans.desk.agents["Anna"], name="Anna")
        start = Start(account_id=self.twilio, address=PHONE, text="Ihr Rad ist da.", author=author)
        async with self.plans.desk.work() as work:
            await first_contact(work, self.plans.book, start, grounds)


async def test_stop_ends_what_stands_forbids_a_first_word_and_is_said_once_and_start_gives_it_back(plans: Plans) -> None:
    phone = Phone(plans)
    await phone.connect()
    await phone.begins(AGREED)
    await phone.texts("Stopp")
    await phone.texts("STOP")
    assert await phone.kept() == [("objection", "Stopp", True), ("consent", "", False)]
    assert await plans.said() == [
        "Ihr Rad ist da.",
        "Sie erhalten keine Nachrichten von Lindgrün Räder mehr. Wenn Sie wieder welche möchten, antworten Sie mit START.",
    ]
    assert await plans.desk.value("SELECT count(*) FROM conversation WHERE waiting_since IS NOT NULL") == 0
    with pytest.raises(Invalid) as error:
        await phone.begins(Grounds(basis="contract", note="Rad abholbereit"))
    assert error.value.field == "basis"
    acts = "SELECT array_agg(act ORDER BY id) FROM audit_entry WHERE act LIKE 'person.%%consent%%' OR act = 'person.objected'"
    assert await plans.desk.value(acts) == ["person.consent_given", "person.objected"]
    await phone.texts("START")
    assert (await phone.kept())[0] == ("consent", "START", True)
    assert (await plans.said())[-1] == "Sie erhalten wieder Nachrichten von Lindgrün Räder. Zum Beenden antworten Sie mit STOP."
    async with plans.desk.work() as work:
        assert [(one.agreed, one.refused) for one in await ways_to(work, plans.book, address=PHONE) if one.asks] != [
            (False, True)
        ]
    await phone.begins(Grounds())


async def test_where_the_provider_says_it_we_do_not_and_a_new_consent_ends_the_objection(plans: Plans) -> None:
    phone = Phone(plans)
    await phone.connect()
    await phone.texts("UNSUBSCRIBE", twilio=True)
    assert (await phone.kept(), await plans.said()) == ([("objection", "UNSUBSCRIBE", True)], [])
    await phone.begins(AGREED)
    assert await phone.kept() == [("consent", "", True), ("objection", "UNSUBSCRIBE", False)]
    await phone.texts("cancel", twilio=True)
    assert await plans.desk.value("SELECT count(*) FROM conversation WHERE waiting_since IS NOT NULL") == 1  # somebody looks
