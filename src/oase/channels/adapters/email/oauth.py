"""Access tokens for XOAUTH2: fetched with a refresh token or the application's own credentials, and kept until they expire.

refresh token --token endpoint--> access token (kept in memory, renewed two minutes before its end)
                              `-> a new refresh token, where the provider rotates them (Microsoft): to be kept by the caller
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oase.channels.adapters.email.configuration import OAuth, SignIn
from oase.channels.adapters.email.errors import Down, NotSignedIn
from oase.kernel.errors import OaseError
from oase.kernel.http import OutgoingRequest, OutgoingResponse, Outside
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_EARLY_SECONDS: Final = 120
_USUAL_SECONDS: Final = 3600
_DAY_SECONDS: Final = 86_400
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class _Kept(Struct):
    token: Secret
    until: float  # by the loop's clock
    refresh_token: Secret


class Tokens:
    """The access tokens of this process. One request at a time for each account."""

    def __init__(self, outside: Callable[[], Outside]) -> None:
        self._outside = outside
        self._kept: dict[OAuth, _Kept] = {}
        self._locks: dict[OAuth, asyncio.Lock] = {}

    async def access(self, sign_in: SignIn, *, refused: Secret | None = None) -> Secret:
        """An access token, another one than `refused`. Raises NotSignedIn, Down."""
        oauth = sign_in.oauth
        if oauth is None:
            raise NotSignedIn(message("This account does not sign in with tokens."))
        async with self._locks.setdefault(oauth, asyncio.Lock()):
            kept = self._kept.get(oauth)
            now = asyncio.get_running_loop().time()
            if kept is None or kept.until <= now or kept.token == refused:
                kept = await self._fetch(oauth, kept.refresh_token if kept else oauth.refresh_token)
                self._forget_old(now)
                self._kept[oauth] = kept
                # The account may soon be given to us with the new refresh token: then nothing needs to be fetched again.
                self._kept.setdefault(replace(oauth, refresh_token=kept.refresh_token), kept)
            return kept.token

    def _forget_old(self, now: float) -> None:
        """Rotation leaves an entry behind each time; those that nobody has asked for in a day go."""
        for oauth in [oauth for oauth, kept in self._kept.items() if kept.until <= now - _DAY_SECONDS]:
            del self._kept[oauth]
            if not self._locks.get(oauth, asyncio.Lock()).locked():
                self._locks.pop(oauth, None)

    def renewed(self, sign_in: SignIn) -> Secret | None:
        """The refresh token that the provider gave in place of the account's own."""
        kept = self._kept.get(sign_in.oauth) if sign_in.oauth else None
        return kept.refresh_token if kept and sign_in.oauth and kept.refresh_token != sign_in.oauth.refresh_token else None

    async def _fetch(self, oauth: OAuth, refresh_token: Secret) -> _Kept:
        form = {"client_id": oauth.client_id, "client_secret": oauth.client_secret.reveal(), "scope": oauth.scope}
        if refresh_token:
            form |= {"grant_type": "refresh_token", "refresh_token": refresh_token.reveal()}
        else:
            form |= {"grant_type": "client_credentials"}
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        try:
            answer = await self._outside().send(
                OutgoingRequest(method="POST", url=oauth.endpoint, headers=_FORM, body=body, limit_bytes=1_000_000)
            )
        except OaseError as error:
            raise Down(message("No access token could be fetched: %(why)s", why=error)) from None
        return _read(answer, refresh_token)


def _read(answer: OutgoingResponse, refresh_token: Secret) -> _Kept:
    try:
        said: Any = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        said = {}
    said = said if isinstance(said, dict) else {}
    token = said.get("access_token")
    if answer.status == 200 and isinstance(token, str) and token:
        seconds = said.get("expires_in")
        lasts = float(seconds) if isinstance(seconds, int | float | str) and str(seconds).isdigit() else _USUAL_SECONDS
        until = asyncio.get_running_loop().time() + max(lasts - _EARLY_SECONDS, lasts / 2)
        rotated = said.get("refresh_token")
        return _Kept(Secret(token), until, Secret(rotated) if isinstance(rotated, str) and rotated else refresh_token)
    code = str(said.get("error") or answer.status)
    words = str(said.get("error_description") or said.get("error") or f"HTTP {answer.status}").splitlines()[0][:300]
    if answer.status in (400, 401, 403) and code not in ("temporarily_unavailable", "server_error", "slow_down"):
        raise NotSignedIn(message("The provider gives out no access token: %(words)s", words=words), code=code)
    raise Down(message("No access token could be fetched: %(why)s", why=words))
