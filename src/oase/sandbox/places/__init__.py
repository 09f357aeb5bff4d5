"""The base of all simulated platforms but the first: chats with the company alone, public posts, webhooks, faults.

A platform is a folder of the sandbox with a subclass of `Platform` that knows the provider's API; `installed.py` lists them.
"""

from oase.sandbox.places.courier import Hook
from oase.sandbox.places.platform import COMPANY_NAME, FAULTS, Platform
from oase.sandbox.places.routes import places_router
from oase.sandbox.places.timeline import COMPANY
from oase.sandbox.places.types import Accepted, Choice, Contact, Customer, File, Json, Message, Post, Spot

__all__ = [
    "COMPANY",
    "COMPANY_NAME",
    "FAULTS",
    "Accepted",
    "Choice",
    "Contact",
    "Customer",
    "File",
    "Hook",
    "Json",
    "Message",
    "Platform",
    "Post",
    "Spot",
    "places_router",
]
