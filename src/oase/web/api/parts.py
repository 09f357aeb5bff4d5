"""What the API keeps for the life of the process; made at the first request."""

import time
from dataclasses import dataclass

from litestar import Litestar
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from oase.conversations import Starter
from oase.web.api.caller import REQUESTS_PER_MINUTE, Budget, Caller, Programs
from oase.web.services import Services


@dataclass(frozen=True, slots=True)
class Parts:
    """Programs behind tokens, limits, and the one who starts conversations in batches."""

    programs: Programs
    budget: Budget
    starter: Starter


def make_parts(services: Services) -> Parts:
    """The parts of this process."""
    return Parts(
        programs=Programs(services.database, time.monotonic),
        budget=Budget(REQUESTS_PER_MINUTE, time.monotonic),
        starter=Starter(services.database, services.book),
    )


def parts_of(app: Litestar) -> Parts:
    """The parts of this application, made when first asked for."""
    if "api" not in app.state:
        app.state.api = make_parts(app.state.services)
    parts: Parts = app.state.api
    return parts


GivenCaller = NamedDependency[SkipValidation[Caller]]
GivenParts = NamedDependency[SkipValidation[Parts]]
