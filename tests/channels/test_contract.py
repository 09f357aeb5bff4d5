"""The contract suite over every adapter that is installed, by entry point.

An adapter's files lie in `tests/channels/<id>/`: `recordings/`, `replies/`, `dialogues/`, `snapshots/`, `account.json`, and
`suite.py` with how its provider signs, where it does.
"""

import importlib.util
import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from oase.channels.contract import Adapter
from oase.channels.testing import ChannelSuite

HERE = Path(__file__).parent


def suite_of(channel: str, adapter: Adapter) -> type[ChannelSuite]:
    """The suite of one channel: its own, where it has one, with the installed adapter."""
    file = HERE / channel / "suite.py"
    base: type[ChannelSuite] = ChannelSuite
    if file.exists():
        spec = importlib.util.spec_from_file_location(f"suite_of_{channel}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        base = module.Suite
    return type(f"Test_{channel}", (base,), {"adapter": adapter, "recordings": HERE / channel / "recordings"})


INSTALLED = sorted(entry_points(group="oase.channels"), key=lambda point: point.name)


@pytest.mark.parametrize("point", INSTALLED, ids=lambda point: point.name)
def test_the_entry_point_gives_an_adapter_of_that_name(point: EntryPoint) -> None:
    adapter = point.load()
    assert isinstance(adapter, Adapter)
    assert adapter.manifest.id == point.name


def test_channels_work_without_the_tools_of_their_tests() -> None:
    program = "import sys; import oase.channels; sys.exit(any(name in sys.modules for name in ('pytest', 'hypothesis')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


for _point in INSTALLED:
    try:
        _adapter = _point.load()
    except ImportError:  # told by the test above
        continue
    globals()[f"Test_{_point.name}"] = suite_of(_point.name, _adapter)
del _point
