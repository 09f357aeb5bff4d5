"""What is wrong with an installation, and what to do: `oase doctor`."""

import os
import shutil
import socket
import stat
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final, Literal

import psycopg
from msgspec import Struct

from oase.channels import AccountBook
from oase.kernel.clock import SystemClock
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.secrets import Safe, load_key
from oase.kernel.settings import Settings
from oase.kernel.tls import BadCertificate, receiver_certificate
from oase.main.house import database_of
from oase.main.migrate import HEAD, schema_version

_LEAST_FREE_BYTES: Final = 2_000_000_000
_RENEW_BEFORE: Final = timedelta(days=14)


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    state: Literal["good", "hint", "bad"]
    what: str
    remedy: str = ""


def _good(what: str) -> Finding:
    return Finding(state="good", what=what)


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Looks at one thing after the other; what depends on something broken is left out."""
    yield _good(f"Python {sys.version.split()[0]}, data in {settings.data_dir}")
    for finding in [*_folder(settings), _port(settings), *_receiver(settings)]:
        yield finding
    try:
        async with database_of(settings, "either") as dsn:
            async for finding in _database(settings, dsn):
                yield finding
    except (OaseError, psycopg.Error, OSError) as error:
        yield Finding(
            state="bad",
            what=f"The database cannot be used: {error}",
            remedy="Look at its log (postgres/log in the data folder), or at OASE_DATABASE_URL.",
        )


def _folder(settings: Settings) -> list[Finding]:
    folder = settings.data_dir
    if not folder.exists():
        return [_good("The data folder does not exist yet: it is made at the first start.")]
    findings = []
    if not os.access(folder, os.W_OK):
        findings.append(
            Finding(state="bad", what=f"{folder} cannot be written to.", remedy="Give it to the user that runs Oase.")
        )
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE_BYTES:
        findings.append(
            Finding(state="bad", what=f"Only {free / 1e9:.1f} GB are free.", remedy="Make room: the database stops at zero.")
        )
    else:
        findings.append(_good(f"{free / 1e9:.0f} GB free"))
    key = folder / "secret.key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        findings.append(Finding(state="bad", what="Others may read secret.key.", remedy=f"chmod 600 {key}"))
    return findings


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex((settings.host if settings.host != "0.0.0.0" else "127.0.0.1", settings.port)) == 0:  # noqa: S104
            return _good(f"Something answers on port {settings.port} (Oase, if it runs)")
    return Finding(state="hint", what=f"Nothing answers on port {settings.port}.", remedy="Start it: oase run")


def _receiver(settings: Settings) -> list[Finding]:
    if not settings.mail_receiver_port:
        return []
    try:
        certificate = receiver_certificate(settings)
    except BadCertificate as error:
        remedy = "Correct OASE_MAIL_RECEIVER_CERTIFICATE and OASE_MAIL_RECEIVER_KEY; without them Oase takes in mail unencrypted."
        return [Finding(state="bad", what=str(error), remedy=remedy)]
    if certificate is None:
        return [_good("The mail receiver offers no encryption (no certificate is set)")]
    facts, now = certificate.facts(), SystemClock().now()
    what = f"The mail receiver's certificate for {', '.join(facts.names)}"
    if facts.ends <= now:
        return [Finding(state="bad", what=f"{what} ended on {facts.ends:%Y-%m-%d}.", remedy="Renew it; Oase reads it by itself.")]
    if facts.ends - now < _RENEW_BEFORE:
        return [Finding(state="hint", what=f"{what} ends on {facts.ends:%Y-%m-%d}.", remedy="Is its renewal running?")]
    return [_good(f"{what} is good until {facts.ends:%Y-%m-%d}")]


async def _database(settings: Settings, dsn: str) -> AsyncIterator[Finding]:
    version = await schema_version(dsn)
    if version != HEAD:
        yield Finding(
            state="hint", what=f"The schema is {version or 'not there yet'}, this Oase has {HEAD}.", remedy="oase migrate"
        )
        if version is None:
            return
    database = Database(dsn, connections=2)
    await database.open()
    try:
        async with database.everywhere() as work:
            server = await work.value("SHOW server_version")
            stuck = await work.value(
                "SELECT count(*) FROM journal WHERE state = 'new' AND received_at < now() - interval '5 minutes'"
            )
            trouble = await work.value("SELECT count(*) FROM journal WHERE state IN ('partial', 'quarantined')")
            unknown = await work.value("SELECT count(*) FROM delivery WHERE state = 'unknown'")
            late = await work.value(
                "SELECT count(*) FROM delivery WHERE state = 'queued' AND next_at < now() - interval '10 minutes'"
            )
        yield _good(f"PostgreSQL {server}, schema {version}")
        yield _count(stuck, "deliveries have waited for more than five minutes", "Is a worker running? oase run, or oase work")
        yield _count(trouble, "deliveries could not be read, wholly or in part", "oase journal list --state trouble", "hint")
        yield _count(late, "answers are more than ten minutes late", "Look at the accounts below")
        yield _count(unknown, "answers have an unknown fate", "Decide in their conversations", "hint")
        async for finding in _accounts(settings, database):
            yield finding
    finally:
        await database.close()


def _count(number: int, what: str, remedy: str, state: Literal["hint", "bad"] = "bad") -> Finding:
    return Finding(state=state, what=f"{number} {what}.", remedy=remedy) if number else _good(f"No {what}.")


async def _accounts(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    safe = Safe(load_key(settings.data_dir, settings.secret_key.reveal()))
    for account in await AccountBook(database, safe, settings.url).enabled():
        name = f"{account.manifest.name.en} “{account.name}”"
        if account.ends_soon(database.clock.now()):
            ends = account.expires_at.date() if account.expires_at else ""
            yield Finding(state="hint", what=f"The credentials of {name} end on {ends}", remedy="Enter new ones before.")
        if account.state == "up":
            yield _good(f"{name} is up")
        else:
            remedy = "Enter its credentials anew." if account.state == "needs_sign_in" else "It is tried again by itself."
            yield Finding(state="bad", what=f"{name} is {account.state.replace('_', ' ')}: {account.state_why}", remedy=remedy)
