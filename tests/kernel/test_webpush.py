"""Web push as the RFCs say it: their own examples, and a browser's side written apart from ours."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from tests.kernel.pushservice import BrowserKeys, b64, unb64, verified_claims

from oase.kernel.clock import SetClock
from oase.kernel.errors import Invalid
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.kernel.webpush import LARGEST_PAYLOAD, Subscription, Vapid, check_subscription, encrypt, push_request

ENDPOINT = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"


@pytest.fixture
def vapid() -> Vapid:
    """The key pair of an installation."""
    return Vapid(Safe(b"k" * 32), Settings(public_url="https://hilfe.example"))


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text)), ec.SECP256R1())


def test_the_encryption_is_that_of_the_example_in_rfc_8291() -> None:
    to = Subscription(
        endpoint=ENDPOINT,
        p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth="BTBZMqHH6r4Tts7J_aSIgg",
    )
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        to,
        key=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert b64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_tests_own_push_service_reads_the_examples_of_the_rfcs() -> None:
    keys = BrowserKeys(private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), unb64("BTBZMqHH6r4Tts7J_aSIgg"))
    body = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert keys.read(unb64(body)) == b"When I grow up, I want to be a watermelon"
    header = (  # RFC 8292, section 2.4
        "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6"
        "Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, "
        "k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
    )
    claims = {"aud": "https://push.example.net", "exp": 1453523768, "sub": "mailto:push@example.com"}
    assert verified_claims(header) == claims
    with pytest.raises(InvalidSignature):
        verified_claims(header.replace("1oA, ", "1oQ, "))


@pytest.mark.parametrize("payload", [b"", "Grüße von Þórunn 🌴".encode(), b"x" * LARGEST_PAYLOAD])
def test_the_browser_reads_what_was_sent_to_it(payload: bytes) -> None:
    keys = BrowserKeys()
    first, second = (encrypt(payload, keys.subscription(ENDPOINT)) for _ in range(2))
    assert keys.read(first) == keys.read(second) == payload
    assert first != second
    assert len(first) <= 4096


def test_a_payload_that_no_push_service_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="3993"):
        encrypt(b"x" * (LARGEST_PAYLOAD + 1), BrowserKeys().subscription(ENDPOINT))


def test_a_request_says_who_sends_it_how_long_it_counts_and_what_it_replaces(vapid: Vapid, clock: SetClock) -> None:
    keys, topic = BrowserKeys(), UUID("019aa000-0000-7000-8000-000000000001")
    request = push_request(
        vapid, keys.subscription(ENDPOINT), b"{}", clock.now(), lasts=timedelta(hours=4), urgency="high", topic=topic
    )
    headers = {name: str(value) for name, value in request.headers.items()}
    assert (request.method, request.url, keys.read(request.body)) == ("POST", ENDPOINT, b"{}")
    assert (headers["ttl"], headers["urgency"], headers["content-encoding"]) == ("14400", "high", "aes128gcm")
    assert unb64(headers["topic"]) == topic.bytes
    assert len(headers["topic"]) <= 32  # RFC 8030, section 5.4
    claims = verified_claims(headers["authorization"])
    assert (claims["aud"], claims["sub"]) == ("https://push.example.net", "https://hilfe.example")
    assert 0 < claims["exp"] - clock.now().timestamp() <= 24 * 3600
    assert json.dumps(claims).count(keys.subscription(ENDPOINT).auth) == 0


def test_the_key_pair_belongs_to_the_installation(vapid: Vapid) -> None:
    assert vapid.public == Vapid(Safe(b"k" * 32), Settings()).public
    assert vapid.public != Vapid(Safe(b"l" * 32), Settings()).public
    assert len(unb64(vapid.public)) == 65


@pytest.mark.parametrize(
    "change",
    [
        {"p256dh": b64(b"\x04" + b"\1" * 64)},
        {"p256dh": "kein Schlüssel"},
        {"auth": b64(b"short")},
        {"auth": "ü"},
        {"endpoint": "file:///etc/passwd"},
        {"endpoint": "https://user:secret@push.example.net/"},
    ],
)
def test_what_is_no_subscription_is_refused(change: dict[str, str]) -> None:
    good = BrowserKeys().subscription(ENDPOINT)
    assert check_subscription(good) == good
    with pytest.raises(Invalid):
        check_subscription(Subscription(**{"endpoint": good.endpoint, "p256dh": good.p256dh, "auth": good.auth, **change}))
