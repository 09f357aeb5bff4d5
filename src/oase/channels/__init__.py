"""Channels: the contract that every place of dialogue meets, the adapters, and their registry."""

from oase.channels import contract
from oase.channels.registry import adapter, adapters

__all__ = ["adapter", "adapters", "contract"]
