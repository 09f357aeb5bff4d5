"""How Microsoft signs: tokens (JWT, RS256), and the public key as a JWK that says for which channels it may speak.

The key is the same after each start, as Microsoft's are for months: whoever has fetched it can go on checking.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot (read 2026-11)
"""

import json
import math
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from oase.sandbox.places import Json

KEY_ID: Final = "sandbox-2026-11"
_EXPONENT: Final = 65537
_P: Final = int(
    "e97b55d338008cdb0546fe4a0b7772be284812ab0a4be7d5ac14adea0f2f9d3420feda94682fa74c6e24011a9f9cd7e35ba4782091dc7e1bc85045660117f722"
    "bc8c32837a203b0c34fdcb6bb9cf2821ba760b1dc57ba7045ba8051f5695f7e4745caa83ea6c348c9454d23304218255d7d149ae67602a2d15f7786b50ac03d3",
    16,
)
_Q: Final = int(
    "c78141d473a793a08023a330490fa864021fed73a9aa1158747d564c8b8ddf8803026441b41192091ac946e1080a0a8bc5fe70829c0fad2c6698e57123432b63"
    "b8cd2849d7040ae358a74a2ac0a15da4fcfe36fa6305ac7f84e3da5fdb4231eb9cde9330893ef249eb97f00ff43c698d3837dcb9b05d45b9f353750e63ca4149",
    16,
)


@cache
def _key() -> rsa.RSAPrivateKey:
    d = pow(_EXPONENT, -1, math.lcm(_P - 1, _Q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, _P * _Q)
    numbers = rsa.RSAPrivateNumbers(
        p=_P, q=_Q, d=d, dmp1=rsa.rsa_crt_dmp1(d, _P), dmq1=rsa.rsa_crt_dmq1(d, _Q), iqmp=rsa.rsa_crt_iqmp(_P, _Q),
        public_numbers=public,
    )  # fmt: skip
    return numbers.private_key()


def published_keys() -> Json:
    """The keys as Microsoft publishes them (RFC 7517, with `endorsements`)."""
    n, e = (_encoded(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (_P * _Q, _EXPONENT))
    channels = ["msteams", "webchat", "directline"]
    return {"keys": [{"kty": "RSA", "use": "sig", "kid": KEY_ID, "x5t": KEY_ID, "n": n, "e": e, "endorsements": channels}]}


def signed(claims: Mapping[str, object], *, forged: bool = False) -> str:
    """A token with these claims; a forged one carries the signature of something else."""
    head = {"typ": "JWT", "alg": "RS256", "kid": KEY_ID, "x5t": KEY_ID}
    content = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}"
    signature = _key().sign(b"something else" if forged else content.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{content}.{_encoded(signature)}"


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
