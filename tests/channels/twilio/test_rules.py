"""What a form says, and accounts of other kinds than the one of the recordings."""

from datetime import UTC, datetime

from msgspec.structs import replace

from oase.channels.adapters.twilio import adapter
from oase.channels.contract import Account, Call, Checked, Envelope, Media, Reply, Say
from oase.kernel.secrets import Secret

HOOK = "https://support.example.com/hooks/twilio/1"
NUMBER = Account(
    id="1",
    channel="twilio",
    settings={"account_sid": "AC12", "sender": "number", "from_number": "+493023125100"},
    secrets={"auth_token": (Secret("token"),), "api_key_secret": (Secret("key"),)},
    webhook_url=HOOK,
)
SERVICE = replace(NUMBER, settings={"account_sid": "AC12", "sender": "service", "messaging_service_sid": "MG34"})
NAME = replace(NUMBER, settings={"account_sid": "AC12", "sender": "number", "from_number": "Muster GmbH"})
SAY = Say(envelope=Envelope(id="0193-a b", to="+4915228817386", at=datetime(2026, 3, 2, tzinfo=UTC)), text="Grüße & 1+1 🧡")


def authorization(call: Call) -> str:
    header = call.headers["authorization"]
    assert isinstance(header, Secret)
    return header.reveal()


def test_a_message_names_its_sender_and_where_its_receipts_go_with_our_id() -> None:
    (call,) = adapter.render(SAY, NUMBER)
    assert call.form == {
        "To": "+4915228817386",
        "Body": "Grüße & 1+1 🧡",
        "From": "+493023125100",
        "StatusCallback": f"{HOOK}?message=0193-a+b#rc=5&rp=5xx,ct,rt",
    }


def test_a_messaging_service_chooses_the_number_itself() -> None:
    found = adapter.render(SAY, SERVICE)[0].form
    assert "From" not in found
    assert found["MessagingServiceSid"] == "MG34"


def test_without_a_public_address_no_receipts_are_asked_for() -> None:
    assert "StatusCallback" not in adapter.render(SAY, replace(NUMBER, webhook_url=""))[0].form


def test_an_api_key_signs_in_instead_of_the_token() -> None:
    with_key = replace(NUMBER, settings={**NUMBER.settings, "api_key_sid": "SK56"})
    assert authorization(adapter.render(SAY, NUMBER)[0]) == "Basic QUMxMjp0b2tlbg=="
    assert authorization(adapter.render(SAY, with_key)[0]) == "Basic U0s1NjprZXk="


def test_a_service_is_checked_where_twilio_keeps_it() -> None:
    account = Reply(status=200, body=b'{"status":"active","friendly_name":"Muster GmbH"}')
    due = adapter.check(SERVICE, [account])
    assert isinstance(due, Call)
    assert due.url == "https://messaging.twilio.com/v1/Services/MG34"
    found = Reply(status=200, body=b'{"friendly_name":"Service"}')
    assert adapter.check(SERVICE, [account, found]) == Checked(ok=True, summary="Muster GmbH · Service")


def test_the_service_is_told_our_address() -> None:
    due = adapter.subscribe(SERVICE, [])
    assert isinstance(due, Call)
    assert str(due.form["InboundRequestUrl"]).startswith(HOOK)
    assert adapter.subscribe(SERVICE, [Reply(status=200, body=b'{"sid":"MG34"}')]) == Checked(
        ok=True, summary="Twilio brings messages to Oase from now on."
    )


def test_a_name_of_letters_has_nothing_to_look_up_and_nothing_to_subscribe() -> None:
    account = Reply(status=200, body=b'{"status":"active","friendly_name":"Muster GmbH"}')
    assert adapter.check(NAME, [account]) == Checked(ok=True, summary="Muster GmbH · Muster GmbH")
    subscribed = adapter.subscribe(NAME, [])
    assert isinstance(subscribed, Checked)
    assert subscribed.ok


def test_wrong_ids_are_told_before_twilio_is_asked() -> None:
    for account in (
        replace(NUMBER, settings={"account_sid": "12"}),
        replace(SERVICE, settings={**SERVICE.settings, "messaging_service_sid": "x"}),
    ):
        found = adapter.check(account)
        assert isinstance(found, Checked)
        assert not found.ok


def test_our_sign_in_stays_away_from_where_the_bytes_lie() -> None:
    media = Media(ref="https://api.twilio.com/2010-04-01/Accounts/AC12/Messages/MM1/Media/ME1", source="call", type="image/jpeg")
    first = adapter.fetch(media, NUMBER)
    second = adapter.fetch(media, NUMBER, [Reply(status=307, headers={"location": "https://mms.twiliocdn.com/x"})])
    assert isinstance(first, Call)
    assert isinstance(second, Call)
    assert "authorization" in first.headers
    assert not second.headers
