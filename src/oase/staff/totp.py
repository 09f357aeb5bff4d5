"""The second factor: codes that change every 30 seconds (TOTP, RFC 6238), and recovery codes for the lost phone."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp

from oase.kernel.secrets import Secret

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike
_RECOVERY_LENGTH: Final = 15  # 74 bits: a quick hash is enough


def new_secret() -> Secret:
    """A new secret, 160 bits in base32."""
    return Secret(pyotp.random_base32(32))


def uri(secret: Secret, *, email: str, issuer: str) -> Secret:
    """The otpauth address for the QR code."""
    return Secret(pyotp.TOTP(secret.reveal()).provisioning_uri(name=email, issuer_name=issuer))


def matching_step(secret: Secret, code: str, now: datetime) -> int | None:
    """The number of the 30-second step that this code belongs to: the present one, or one before or after for clocks that differ."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp, present = pyotp.TOTP(secret.reveal()), int(now.timestamp()) // STEP_SECONDS
    steps = [step for step in (present - 1, present, present + 1) if hmac.compare_digest(totp.generate_otp(step), digits)]
    return max(steps, default=None)


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes such as "k7mfx-2qv9r-hd4wt", each of which opens once."""
    codes = ("".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES))
    return tuple("-".join((code[:5], code[5:10], code[10:])) for code in codes)


def recovery_hash(code: str) -> bytes:
    """What is stored of a recovery code; spaces, hyphens and capitals do not matter."""
    plain = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.blake2b(plain.encode(), digest_size=32).digest()


def purpose(agent_id: UUID) -> str:
    """What a sealed secret is for: it opens for its own agent only."""
    return f"agent/{agent_id}/totp"
