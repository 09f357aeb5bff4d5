"""Hashing of passwords: argon2id in threads of its own, never in the event loop.

Parameters: 19 MiB, two passes, one lane (OWASP password storage cheat sheet, 2026). Two at a time per process, so that a rush of
sign-ins costs time, not memory. Hashes made with other parameters are made anew at the next sign-in.
"""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from oase.kernel.secrets import Secret

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_THREADS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# Of a random text that nobody knows: looked at when there is no account, so that the answer takes the same time.
_NOBODYS: Final = "$argon2id$v=19$m=19456,t=2,p=1$q1qLk9AipNkMPebUU0s9zw$nsTydvHUi0cYBK2WhUdThqthrVb+2q03+nOt3VigDZM"


async def hash_password(password: Secret) -> str:
    """The argon2id hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, _normal(password))


async def verify(stored: str, password: Secret) -> bool:
    """Whether this is the password of the stored hash. An empty hash takes the same time and fits nothing."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, stored, _normal(password))


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _NOBODYS, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: Secret) -> str:
    """Keyboards write the same letter in several ways (NIST SP 800-63B, section 3.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password.reveal())
