"""An adapter from outside: made by following "A connector in an afternoon" to the letter, installed by pip, held to the suite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .afternoon import follow, install


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a reader of the page has in the end."""
    return follow(tmp_path_factory.mktemp("oase-flaschenpost"))


@pytest.fixture(scope="module")
def installed(package: Path) -> Path:
    """Where pip has installed it, beside what is installed here."""
    return install(package)


def run(installed: Path, *command: str, **environment: str) -> str:
    """What a program says in which the package is installed; fails with its words."""
    surroundings = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")]),
        **environment,
    }
    ran = subprocess.run([sys.executable, *command], env=surroundings, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-3000:]
    return ran.stdout


def suite(package: Path, installed: Path, *chosen: str) -> str:
    """What the suite says of the package; snapshots are written, as its author does at first."""
    asked = (
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(package),
        str(package / "tests"),
    )
    return run(installed, *asked, *chosen, OASE_SNAPSHOTS="write")


def test_the_package_passes_the_published_suite(package: Path, installed: Path) -> None:
    suite(package, installed)
    assert (package / "tests/snapshots/text.json").exists()


def test_the_suite_notices_when_the_package_is_changed_for_the_worse(package: Path, installed: Path) -> None:
    module = installed / "oase_flaschenpost/__init__.py"
    right = module.read_text("utf-8")
    module.write_text(right.replace("if reply.status in (401, 403):", "if reply.status in (402, 403, 451):"), "utf-8")
    try:
        with pytest.raises(AssertionError, match="wrong-key"):
            suite(package, installed, "-k", "recorded_replies")
    finally:
        module.write_text(right, "utf-8")
