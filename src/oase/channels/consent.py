"""Signing in at a provider in the browser, for every channel whose manifest has a `Consent`.

    begin --state, challenge--> provider, the person agrees --code, state--> read_state, claimed once
                                                                                    |
    account: refresh token sealed, who signed in  <--keep_consent--  finish --code, verifier--> token endpoint

`state` is sealed: only this installation and the session that began can open it, for ten minutes, and it is taken once. It
names the account and what the account asked for, so that a code never goes to an address that was entered meanwhile. The PKCE
verifier is made of the installation's key and the state's own number: nothing has to be kept between the two ways.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import quote, urlsplit
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.channels import kept
from oase.channels.contract import Account, Consent, Manifest, Setting, holds
from oase.channels.families import oauth
from oase.channels.families.oauth import wording
from oase.channels.types import StoredAccount
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, OaseError
from oase.kernel.http import OutgoingRequest, Outside
from oase.kernel.i18n import message
from oase.kernel.idempotency import claim, once
from oase.kernel.secrets import CannotOpen, Safe, Secret

LASTS: Final = timedelta(minutes=10)
_PLACE: Final = re.compile(r"\{(\w+)(?:\|([^{}]*))?\}")
_STATE_CHARACTERS: Final = 2_000
_NAME: Final = 200


class ConsentRefused(OaseError):
    """Nobody was signed in; the message says why and what to do."""


class Attempt(Struct, frozen=True, kw_only=True):
    """A sign-in on its way: what its `state` says."""

    account_id: UUID
    setting: str
    number: str
    asked: str  # a hash of what the account asked for
    at: datetime


class SignedIn(Struct, frozen=True, kw_only=True):
    """What a sign-in gave. `who` is empty where the provider does not say it."""

    secret: Secret
    who: str


def consent_for(manifest: Manifest, values: Mapping[str, Any]) -> tuple[Setting, Consent] | None:
    """How an account with these settings is signed in, and the secret that this gives; None where there is no such way."""
    for setting in manifest.settings:
        for consent in setting.consents:
            if setting.applies(values) and holds(consent.only_if, values):
                return setting, consent
    return None


def signed_in_as(account: Account, setting: str) -> str:
    """Who signed in for this secret; empty where nobody did, or the provider did not say it."""
    return account.secret(kept.who(setting)).reveal()


def begin(safe: Safe, account: Account, setting: Setting, consent: Consent, *, session_id: UUID, back: str, now: datetime) -> str:
    """The address to which the browser goes. Raises Invalid, naming the setting that is missing."""
    client_id, authorize, exchange = _ready(account, consent)
    number = token_urlsafe(24)
    attempt = Attempt(
        account_id=UUID(account.id), setting=setting.name, number=number, asked=_asked(client_id, authorize, exchange), at=now
    )
    sealed = safe.seal(Secret(msgspec.json.encode(attempt).decode()), purpose=_purpose(session_id))
    texts = (str(account.settings.get(name) or "").strip() for name in consent.hints)
    return oauth.authorization_address(
        authorize,
        **{
            **consent.parameters,
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": back,
            "scope": _filled(consent.scopes, account.settings),
            "state": urlsafe_b64encode(sealed).rstrip(b"=").decode(),
            "code_challenge": oauth.challenge(_verifier(safe, number)),
            "code_challenge_method": "S256",
            "login_hint": next((text for text in texts if text), ""),
        },
    )


def read_state(safe: Safe, state: str, *, session_id: UUID, now: datetime) -> Attempt:
    """The sign-in that came back. Raises ConsentRefused for a state that is not of this session, or too old."""
    try:
        sealed = urlsafe_b64decode((state + "=" * (-len(state) % 4)).encode("ascii")) if len(state) < _STATE_CHARACTERS else b""
        attempt = msgspec.json.decode(safe.open(sealed, purpose=_purpose(session_id)).reveal(), type=Attempt)
    except (CannotOpen, ValueError, msgspec.DecodeError):
        raise ConsentRefused(
            message("This sign-in was not begun here, or by somebody else. Begin it on the account's page.")
        ) from None
    if not timedelta(0) <= now - attempt.at <= LASTS:
        raise ConsentRefused(message("This sign-in took too long. Begin it once more on the account's page."))
    return attempt


async def claim_state(work: UnitOfWork, attempt: Attempt) -> None:
    """Takes the sign-in, once. Raises ConsentRefused when it comes a second time."""
    one = once(attempt.account_id, f"consent/{attempt.number}", b"")
    if await claim(work, {one.id: one}):
        raise ConsentRefused(message("This sign-in was finished already. If it did not work, begin it once more."))


async def finish(
    safe: Safe, outside: Outside, account: StoredAccount, attempt: Attempt, answer: Mapping[str, str], *, back: str
) -> SignedIn:
    """Exchanges what the browser brought (`code`, or `error`) for what is kept. Raises ConsentRefused."""
    consent, client_id, exchange = _still_asked(account, attempt)
    if answer.get("error"):
        raise ConsentRefused(wording.explained(answer["error"], oauth.first_line(answer.get("error_description", "")), back))
    if consent.issuer and answer.get("iss", consent.issuer) != consent.issuer:
        raise ConsentRefused(message("This answer came from another provider than the one that was asked. Begin once more."))
    if not answer.get("code"):
        raise ConsentRefused(message("The provider sent you back without a code. Begin once more."))
    secret = account.account.secret(consent.client_secret)
    body = oauth.form(
        grant_type="authorization_code",
        code=answer["code"],
        redirect_uri=back,
        client_id=client_id,
        client_secret="" if consent.basic else secret,
        code_verifier=_verifier(safe, attempt.number),
    )
    headers: dict[str, str | Secret] = {**oauth.HEADERS}
    if consent.basic:
        headers["Authorization"] = oauth.basic(client_id, secret)
    request = OutgoingRequest(method="POST", url=exchange, headers=headers, body=body, limit_bytes=oauth.LIMIT_BYTES)
    try:
        reply = await outside.send(request)
    except OaseError as error:
        raise ConsentRefused(message("Nobody is signed in yet. %(why)s Begin once more later.", why=error)) from None
    said = oauth.read_answer(reply.status, reply.body)
    if isinstance(said, oauth.Refusal):
        raise ConsentRefused(wording.explained(said.code, said.words, back))
    if not said.refresh_token:
        raise ConsentRefused(wording.ONLY_FOR_AN_HOUR)
    return SignedIn(secret=said.refresh_token, who=_who(said.id_token, client_id))


def _still_asked(account: StoredAccount, attempt: Attempt) -> tuple[Consent, str, str]:
    """The consent, client id and token endpoint, if they are those for which the browser went."""
    found = consent_for(account.manifest, account.account.settings)
    if found is not None and found[0].name == attempt.setting:
        try:
            client_id, authorize, exchange = _ready(account.account, found[1])
        except Invalid:
            found = None
        else:
            if _asked(client_id, authorize, exchange) == attempt.asked:
                return found[1], client_id, exchange
    raise ConsentRefused(message("The account's settings were changed meanwhile. Begin the sign-in once more."))


def _ready(account: Account, consent: Consent) -> tuple[str, str, str]:
    """Client id, and the two addresses of the provider; raises Invalid naming what is missing."""
    settings = account.settings
    client_id = str(settings.get(consent.client_id) or "").strip()
    if not client_id:
        raise Invalid(message("Without the client id of your application the provider signs nobody in."), field=consent.client_id)
    authorize, exchange = _filled(consent.authorize, settings), _filled(consent.exchange, settings)
    for template, address in ((consent.authorize, authorize), (consent.exchange, exchange)):
        if not _is_safe(address):
            place = _PLACE.search(template)
            said = message("This address is needed here, and must begin with https://.")
            raise Invalid(said, field=place[1] if place else "")
    return client_id, authorize, exchange


def _filled(template: str, settings: Mapping[str, Any]) -> str:
    def value(place: re.Match[str]) -> str:
        text = str(settings.get(place[1]) or "").strip() or place[2] or ""
        return text if place[0] == template else quote(text, safe="")

    return _PLACE.sub(value, template)


def _is_safe(address: str) -> bool:
    """Codes and secrets go over TLS only (RFC 6749, 3.1 and 3.2), or stay on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")))


def _asked(*texts: str) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()


def _purpose(session_id: UUID) -> str:
    return f"consent/{session_id}"


def _verifier(safe: Safe, number: str) -> str:
    return urlsafe_b64encode(safe.derive(f"consent/{number}")).rstrip(b"=").decode()


def _who(id_token: Secret, client_id: str) -> str:
    """Who signed in, as the provider's id token for us says."""
    said = oauth.claims(id_token)
    meant_for = said.get("aud")
    if client_id not in (meant_for if isinstance(meant_for, list) else [meant_for]):
        return ""
    return next((str(said[name])[:_NAME] for name in ("email", "preferred_username", "upn") if said.get(name)), "")
