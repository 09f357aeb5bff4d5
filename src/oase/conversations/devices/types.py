"""What a device is."""

from typing import Final, Literal

from msgspec import Struct

from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.webpush import Subscription, check_subscription

DeviceKind = Literal["webpush", "fcm"]
_TOKEN_LENGTH: Final = 4_000


class FcmTarget(Struct, frozen=True, kw_only=True):
    """An installation of an app, as Firebase names it."""

    token: str


class Device(Struct, frozen=True, kw_only=True):
    """Where a customer can be told; `target` is secret."""

    kind: DeviceKind
    target: Subscription | FcmTarget
    language: str = "en"

    @property
    def address(self) -> str:
        """By what it is recognised."""
        return self.target.endpoint if isinstance(self.target, Subscription) else self.target.token


def check_device(device: Device) -> Device:
    """A device that can be written to; raises Invalid."""
    if isinstance(device.target, Subscription):
        check_subscription(device.target)
    elif not device.target.token.strip() or len(device.target.token) > _TOKEN_LENGTH or not device.target.token.isascii():
        raise Invalid(message("This is no token of Firebase Cloud Messaging."), field="token")
    return device
