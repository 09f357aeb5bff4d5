"""Customers' phones and browsers, and the push messages that tell them of an answer while their app is closed.

device --PUT--> app_device (sealed)      answer sent --live log--> nobody has it after some seconds --> a push to each device
"""

from oase.conversations.devices.repository import forget_device, forget_stale_devices, keep_device
from oase.conversations.devices.types import ApnsTarget, Device, DeviceKind, FcmTarget, check_device
from oase.conversations.devices.worker import DevicePush

__all__ = [
    "ApnsTarget",
    "Device",
    "DeviceKind",
    "DevicePush",
    "FcmTarget",
    "check_device",
    "forget_device",
    "forget_stale_devices",
    "keep_device",
]
