"""Access tokens for XOAUTH2: fetched with a refresh token or the application's own credentials, and kept until they expire.

refresh token --token endpoint--> access token (kept in memory, renewed two minutes before its end)
                              `-> a new refresh token, where the provider rotates them (Microsoft): to be kept by the caller
"""

import asyncio
from collections.abc import Callable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oase.channels.adapters.email.configuration import OAuth, SignIn, nobody_signed_in
from oase.channels.adapters.email.errors import Down, NotSignedIn
from oase.channels.families import oauth as wire
from oase.kernel.errors import OaseError
from oase.kernel.http import OutgoingRequest, OutgoingResponse, Outside
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

NOBODY: Final = message("Nobody has signed in at the provider yet: the button for it is on the account's page.")
_EARLY_SECONDS: Final = 120
_DAY_SECONDS: Final = 86_400


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
        if nobody_signed_in(sign_in):
            raise NotSignedIn(NOBODY)
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
        grant: dict[str, str | Secret] = (
            {"grant_type": "client_credentials"}
            if oauth.by_itself
            else {"grant_type": "refresh_token", "refresh_token": refresh_token}
        )
        body = wire.form(client_id=oauth.client_id, client_secret=oauth.client_secret, scope=oauth.scope, **grant)
        try:
            answer = await self._outside().send(
                OutgoingRequest(method="POST", url=oauth.endpoint, headers=wire.HEADERS, body=body, limit_bytes=wire.LIMIT_BYTES)
            )
        except OaseError as error:
            raise Down(message("No access token could be fetched: %(why)s", why=error)) from None
        return _read(answer, refresh_token)


def _read(answer: OutgoingResponse, refresh_token: Secret) -> _Kept:
    said = wire.read_answer(answer.status, answer.body)
    if isinstance(said, wire.Granted):
        until = asyncio.get_running_loop().time() + max(said.seconds - _EARLY_SECONDS, said.seconds / 2)
        return _Kept(said.access_token, until, said.refresh_token or refresh_token)
    if said.for_now:
        raise Down(message("No access token could be fetched: %(why)s", why=said.words))
    if said.code == "invalid_grant":
        words = message("The provider ended our access: sign in there again. The provider's words: %(words)s", words=said.words)
        raise NotSignedIn(words, code=said.code)
    raise NotSignedIn(message("The provider gives out no access token: %(words)s", words=said.words), code=said.code)
