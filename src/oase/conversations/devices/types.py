"""What a device is, and what a push service said."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from oase.channels.contract import Reply
from oase.channels.families.waiting import asked_wait
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.webpush import Subscription, check_subscription

DeviceKind = Literal["webpush", "fcm", "apns"]
_TOKEN_LENGTH: Final = 4_000
_APNS_TOKEN: Final = re.compile(r"(?:[0-9a-fA-F]{2}){8,200}")  # of changing length, says Apple: bytes in hexadecimal


class FcmTarget(Struct, frozen=True, kw_only=True):
    """An installation of an app, as Firebase names it."""

    token: str


class ApnsTarget(Struct, frozen=True, kw_only=True):
    """An installation of an app on a device of Apple's, as Apple's push service names it: hexadecimal."""

    token: str


Target = Subscription | FcmTarget | ApnsTarget


class Device(Struct, frozen=True, kw_only=True):
    """Where a customer can be told; `target` is secret."""

    kind: DeviceKind
    target: Target
    language: str = "en"

    @property
    def address(self) -> str:
        """By what it is recognised."""
        return self.target.endpoint if isinstance(self.target, Subscription) else self.target.token


def check_device(device: Device) -> Device:
    """A device that can be written to; raises Invalid."""
    target = device.target
    if isinstance(target, Subscription):
        check_subscription(target)
    elif isinstance(target, ApnsTarget):
        if not _APNS_TOKEN.fullmatch(target.token):
            raise Invalid(message("This is no device token of Apple's push service: it has to be hexadecimal."), field="token")
    elif not target.token.strip() or len(target.token) > _TOKEN_LENGTH or not target.token.isascii():
        raise Invalid(message("This is no token of Firebase Cloud Messaging."), field="token")
    return device


class Notice(Struct, frozen=True, kw_only=True):
    """What a device is to show."""

    title: str
    body: str
    conversation: str  # a newer notice of the same one takes the place of an older one


class Verdict(Struct, frozen=True, kw_only=True):
    """What a service said to a push message.

    gone: this device does not exist any more. later: again after so many seconds, if nobody has the answer by then. renew: our
    access token was not good (any more); once more with a new one. refused: it will not get better by itself.
    """

    fate: Literal["arrived", "gone", "later", "renew", "refused"]
    why: str = ""  # a sentence for administrators
    after: float = 0


ARRIVED: Final = Verdict(fate="arrived")
GONE: Final = Verdict(fate="gone")


def later(why: str, headers: Mapping[str, str], otherwise: timedelta, now: datetime) -> Verdict:
    """Again, when the service has asked for it."""
    wait = asked_wait(Reply(status=0, headers=headers), otherwise, now)
    return Verdict(fate="later", why=why, after=wait.total_seconds())
