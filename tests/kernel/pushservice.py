"""A push service of a browser's maker, and the browser behind it: written from RFC 8030, 8188, 8291 and 8292, not from our code."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oase.kernel.webpush import Subscription


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    encoding = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return key.public_key().public_bytes(*encoding)


def verified_claims(authorization: str) -> dict[str, Any]:
    """The claims of a VAPID header (RFC 8292, section 3); raises InvalidSignature."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = given["t"].split(".")
    assert json.loads(unb64(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = unb64(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(given["k"]))
    encoded = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(encoded, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    found: dict[str, Any] = json.loads(unb64(claims))
    return found


@dataclass
class BrowserKeys:
    """What a browser makes for a subscription and keeps to itself."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes ok"

    def subscription(self, endpoint: str) -> Subscription:
        """What the page of ours is given."""
        return Subscription(endpoint=endpoint, p256dh=b64(point(self.key)), auth=b64(self.auth))

    def read(self, body: bytes) -> bytes:
        """Decrypts a message (RFC 8188 section 2, RFC 8291 section 3.3)."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        secret = hkdf(self.auth, shared, b"WebPush: info\0" + point(self.key) + theirs, 32)
        nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        record = AESGCM(hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)).decrypt(nonce, sealed, None)
        content = record.rstrip(b"\0")
        assert content[-1] == 2
        return content[:-1]


@dataclass
class PushService:
    """Takes messages for browsers, checks who sends them, and answers as the test wants."""

    url: str = ""
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, BrowserKeys] = field(default_factory=dict)
    got: list[tuple[str, Mapping[str, str], dict[str, Any]]] = field(default_factory=list)

    def browser(self, name: str = "browser") -> Subscription:
        """A browser subscribes."""
        self.browsers[name] = keys = BrowserKeys()
        return keys.subscription(f"{self.url}/push/{name}")

    async def take(self, request: web.Request) -> web.Response:
        """RFC 8030, section 5."""
        claims = verified_claims(request.headers["authorization"])
        assert claims["aud"] == self.url
        name = request.match_info["name"]
        payload = json.loads(self.browsers[name].read(await request.read()))
        self.got.append((name, {key.lower(): value for key, value in request.headers.items()}, payload))
        return web.Response(status=self.status, headers=self.headers)

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """What browsers were shown."""
        return [payload for _, _, payload in self.got]


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """A push service that listens on this machine."""
    service = PushService()
    app = web.Application()
    app.router.add_post("/push/{name}", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()
