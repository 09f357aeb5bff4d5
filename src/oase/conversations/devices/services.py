"""The push services: which one a device is with, who we are to it, what it says.

webpush: our own key pair (VAPID) · fcm: an access token for an hour · apns: a provider token, signed anew in time
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

import msgspec

from oase.channels import StoredAccount
from oase.conversations.devices import apns, fcm
from oase.conversations.devices.repository import Kept, Unheard
from oase.conversations.devices.types import ARRIVED, GONE, ApnsTarget, FcmTarget, Notice, Verdict, later
from oase.kernel.clock import Clock
from oase.kernel.errors import Invalid, OaseError
from oase.kernel.http import Outside
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret
from oase.kernel.webpush import Subscription, Vapid, push_request

_LASTS: Final = timedelta(days=1)
_EARLIER: Final = timedelta(minutes=2)
_BUSY: Final = timedelta(seconds=10)


class Services:
    """Sends a notice to a device. Keeps the tokens by which the services know us, for as long as they last."""

    def __init__(self, outside: Outside, vapid: Vapid, clock: Clock) -> None:
        self._outside, self._vapid, self._clock = outside, vapid, clock
        self._access: dict[str, tuple[Secret, datetime]] = {}  # of Firebase, until
        self._provider: dict[tuple[str, str, str], tuple[Secret, datetime]] = {}  # for Apple, since
        self._asking = asyncio.Lock()

    async def push(self, account: StoredAccount, device: Kept, unheard: Unheard, notice: Notice) -> Verdict:
        """Once, or twice where a token has to be renewed; what came of it."""
        verdict = await self._push(account, device, unheard, notice)
        if verdict.fate == "renew":
            verdict = await self._push(account, device, unheard, notice)
        return msgspec.structs.replace(verdict, fate="refused") if verdict.fate == "renew" else verdict

    async def _push(self, account: StoredAccount, device: Kept, unheard: Unheard, notice: Notice) -> Verdict:
        target = device.device.target
        try:
            if isinstance(target, FcmTarget):
                return await self._firebase(account, target, notice)
            if isinstance(target, ApnsTarget):
                return await self._apple(account, device, target, unheard, notice)
            return await self._browser(target, unheard, notice)
        except Invalid as error:  # the account's fields
            return Verdict(fate="refused", why=str(error))
        except OaseError as error:
            return Verdict(fate="later", why=str(error), after=_BUSY.total_seconds())

    async def _browser(self, target: Subscription, unheard: Unheard, notice: Notice) -> Verdict:
        payload, now = msgspec.json.encode(notice), self._clock.now()
        request = push_request(self._vapid, target, payload, now, lasts=_LASTS, urgency="high", topic=unheard.conversation_id)
        answer = await self._outside.send(request)
        if answer.status in (404, 410):
            return GONE
        if answer.status in (408, 425, 429) or answer.status >= 500:
            why = message("The browser's push service asks us to wait.")
            return later(why, answer.headers, _BUSY, now)
        if 200 <= answer.status < 300:
            return ARRIVED
        said = f"{answer.status} {answer.body[:100].decode(errors='replace')}".strip()
        return Verdict(fate="refused", why=message("The browser's push service refuses: %(why)s.", why=said))

    async def _firebase(self, account: StoredAccount, target: FcmTarget, notice: Notice) -> Verdict:
        now = self._clock.now()
        if not account.account.secrets.get("fcm_service_account"):
            raise Invalid(message("The account has no file of a service account of Firebase."), field="fcm_service_account")
        service = fcm.read_service_account(account.account.secret("fcm_service_account"))
        async with self._asking:  # asked for once, however many pushes need it
            access = await self._access_token(service, now)
        base = str(account.account.settings.get("fcm_url") or "https://fcm.googleapis.com")
        answer = await self._outside.send(fcm.message_request(base, service, access, target.token, notice, now, lasts=_LASTS))
        verdict = fcm.judge(answer.status, answer.headers, answer.body, now)
        if verdict.fate == "renew" and self._access.get(service.client_email, (None,))[0] is access:
            del self._access[service.client_email]
        return verdict

    async def _access_token(self, service: fcm.ServiceAccount, now: datetime) -> Secret:
        known = self._access.get(service.client_email)
        if known is not None and now < known[1]:
            return known[0]
        access, lasts = fcm.read_access(await self._outside.send(fcm.token_request(service, now)))
        self._access[service.client_email] = (access, now + lasts - _EARLIER)
        return access

    async def _apple(self, account: StoredAccount, device: Kept, target: ApnsTarget, unheard: Unheard, notice: Notice) -> Verdict:
        now, key = self._clock.now(), apns.key_of(account.account)
        provider = self._provider_token(key, now)
        name = uuid5(device.id, str(unheard.message_id))  # the same when it is tried again
        request = apns.push_request(key, provider, target.token, notice, now, lasts=_LASTS, id=name)
        answer = await self._outside.send(request)
        verdict = apns.judge(answer.status, answer.headers, answer.body, device.seen_at, now)
        if verdict.fate == "renew" and not self._renewable(key, provider, now):
            return msgspec.structs.replace(verdict, fate="refused")
        return verdict

    def _provider_token(self, key: apns.Key, now: datetime) -> Secret:
        known = self._provider.get(_name(key))
        if known is None or now >= known[1] + apns.TOKEN_LASTS:
            known = self._provider[_name(key)] = (apns.provider_token(key, now), now)
        return known[0]

    def _renewable(self, key: apns.Key, provider: Secret, now: datetime) -> bool:
        """Forgets a token that Apple takes for expired, unless that would be sooner than Apple allows."""
        token, since = self._provider.get(_name(key), (None, now))
        if token is provider and now < since + apns.TOKEN_RENEWED_AFTER:
            return False
        if token is provider:
            del self._provider[_name(key)]
        return True


def _name(key: apns.Key) -> tuple[str, str, str]:
    """By which a token is kept; a key that was replaced makes a new one."""
    return key.team_id, key.key_id, key.pem.reveal()
