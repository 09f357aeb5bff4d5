"""How Microsoft signs: for the contract suite. Written from Microsoft's description, apart from the adapter's own code."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache, cached_property

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from msgspec.structs import replace

from oase.channels.contract import Account, Raw
from oase.channels.testing import ChannelSuite
from oase.kernel.secrets import Secret


def encoded(content: bytes) -> str:
    """Base64 as tokens have it."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """A key of the test run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(name: str) -> str:
    """The public half, as Microsoft publishes its keys."""
    numbers = key(name).public_key().public_numbers()
    n, e = (encoded(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (numbers.n, numbers.e))
    return json.dumps({"keys": [{"kty": "RSA", "use": "sig", "kid": name, "n": n, "e": e, "endorsements": ["msteams"]}]})


def token(name: str, claims: Mapping[str, object], algorithm: str = "RS256") -> str:
    """A signed token."""
    head = {"typ": "JWT", "alg": algorithm, "kid": name, "x5t": name}
    signed = f"{encoded(json.dumps(head).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{signed}.{encoded(key(name).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


class Suite(ChannelSuite):
    """Deliveries of Teams carry a token in the header Authorization."""

    @cached_property
    def account(self) -> Account:
        """With Microsoft's keys as `renew` keeps them: the newest, and the ones before."""
        account = super().account
        keys = (Secret(published("new")), Secret(published("old")))
        return replace(account, secrets={**account.secrets, "access_token": (Secret("token-7Qx"),), "signing_keys": keys})

    def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:
        known = {published(name): name for name in ("new", "old")}
        name = known.get(secrets.get("signing_keys", Secret("")).reveal(), "somebody-elses")
        try:
            service = json.loads(raw.body).get("serviceUrl")
        except (ValueError, AttributeError):
            service = None
        now = int(raw.received_at.timestamp())
        claims = {
            "iss": "https://api.botframework.com",
            "aud": self.account.settings["app_id"],
            "nbf": now - 60,
            "exp": now + 3600,
        }
        signed = token(name, {**claims, "serviceurl": service or "https://smba.trafficmanager.net/emea/"})
        return replace(raw, headers={**raw.headers, "authorization": f"Bearer {signed}"})
