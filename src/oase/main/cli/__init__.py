"""The command line: `oase <command>`. Each command's file is imported only when it is called: `oase --help` answers at once."""

import sys

from cyclopts import App

from oase.kernel.errors import OaseError

app = App(name="oase", help="Customer service on every channel, as one dialogue per person.", version_flags=["--version"])
app.command("oase.main.cli.processes:run", name="run")
app.command("oase.main.cli.processes:serve", name="serve")
app.command("oase.main.cli.processes:work", name="work")
app.command("oase.main.cli.processes:connect", name="connect")
app.command("oase.main.cli.processes:database", name="database")
app.command("oase.main.cli.settings:show", name="settings")


def main() -> None:
    """The entry point: what goes wrong as foreseen is one sentence, not a traceback."""
    try:
        app()
    except OaseError as error:
        print(f"oase: {error}", file=sys.stderr)
        sys.exit(1)
