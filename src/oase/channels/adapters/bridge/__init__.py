"""The bridge: a channel whose connector is a program of somebody else, in any language, spoken to over HTTP (`families.bridge`)."""

from oase.channels.adapters.bridge.adapter import Bridge

__all__ = ["Bridge", "adapter"]

adapter = Bridge()
