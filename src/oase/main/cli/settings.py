"""`oase settings`: every setting with its meaning, default and present value."""

import os
from pathlib import Path

from oase.kernel.settings import describe, load


def show() -> None:
    """Print every setting: its name, what it means, its default and its present value (secrets are masked)."""
    for line in describe(load(os.environ, Path.cwd())):
        print(f"{line.name}\n    {line.meaning}\n    default: {line.default or '–'}    now: {line.value or '–'}\n")
