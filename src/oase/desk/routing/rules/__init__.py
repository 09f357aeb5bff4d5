"""The pure core of routing."""

from oase.desk.routing.rules.core import Router
from oase.desk.routing.rules.types import *  # noqa: F403
