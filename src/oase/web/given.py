"""What handlers are given by name: `services: GivenServices`, `viewer: GivenViewer`, `directory: GivenDirectory`, `act: GivenAct`."""

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from oase.web.act import Act
from oase.web.directory import Directory
from oase.web.services import Services
from oase.web.sessions import Viewer

GivenServices = NamedDependency[SkipValidation[Services]]
GivenViewer = NamedDependency[SkipValidation[Viewer]]
GivenDirectory = NamedDependency[SkipValidation[Directory]]
GivenAct = NamedDependency[SkipValidation[Act]]
