"""`oase mail explain`: how a raw mail is understood, for administrators who ask "why was this shown so"."""

import json as json_text
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from oase.channels.families import mime

app = App(name="mail", help="Tools for mails.")


@app.command
def explain(file: Annotated[Path, Parameter(allow_leading_hyphen=True)], *, json: bool = False) -> None:
    """Show how Oase understands a raw mail (a file, or - for standard input)."""
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    found = mime.explain(mime.read(raw))
    if json:
        print(json_text.dumps(found, ensure_ascii=False, indent=2))
        return
    table = Table(show_header=False, show_lines=True)
    for key, value in found.items():
        table.add_row(key, value if isinstance(value, str) else json_text.dumps(value, ensure_ascii=False))
    Console().print(table)
