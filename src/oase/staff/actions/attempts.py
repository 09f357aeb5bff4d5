"""Failed sign-ins are counted before the password is looked at, so that many at once gain nothing."""

from uuid import UUID

from oase.kernel.db import Database, UnitOfWork
from oase.staff.errors import TooManyAttempts
from oase.staff.repository import access
from oase.staff.rules import PER_ADDRESS, PER_PERSON, RESET_MAILS, Limit, counted, lock_key, network_of, wait_left

Keys = dict[UUID, Limit]


def sign_in_keys(email: str, address: str) -> Keys:
    """What a sign-in by password is counted under: the person and the network."""
    keys = {lock_key("person", email): PER_PERSON}
    return {**keys, lock_key("network", network_of(address)): PER_ADDRESS} if address else keys


def code_keys(agent_id: UUID) -> Keys:
    """What codes of the second factor are counted under."""
    return {lock_key("code", str(agent_id)): PER_PERSON}


def reset_keys(email: str, address: str) -> Keys:
    """What requests for a reset mail are counted under."""
    keys = {lock_key("reset", email): RESET_MAILS}
    return {**keys, lock_key("reset network", network_of(address)): PER_ADDRESS} if address else keys


async def count(work: UnitOfWork, keys: Keys) -> None:
    """Counts one attempt under each key; raises TooManyAttempts, and counts nothing, if one of them has to wait."""
    now = work.clock.now()
    earlier = {key: await access.attempts_locked(work, key, now) for key in sorted(keys)}
    wait = max(wait_left(attempts, now) for attempts in earlier.values())
    if wait:
        raise TooManyAttempts(int(wait.total_seconds()) + 1)
    for key, attempts in earlier.items():
        await access.put_attempts(work, key, counted(attempts, keys[key], now))


async def succeeded(database: Database, keys: Keys) -> int:
    """Takes the attempt back: the person's are forgotten, the network's one less. Gives the person's failures before."""
    async with database.everywhere() as work:
        failures = 0
        for key in sorted(keys):
            if keys[key] is PER_ADDRESS:
                await access.take_back(work, key)
            else:
                failures += max(await access.forgive(work, key) - 1, 0)
    return failures
