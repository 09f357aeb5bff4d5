"""The command line: `oase <command>`. Each command's file is imported only when it is called: `oase --help` answers at once."""

import sys

from cyclopts import App

from oase.kernel.errors import OaseError

app = App(name="oase", help="Customer service on every channel, as one dialogue per person.", version_flags=["--version"])
_COMMANDS = (
    ("run", "processes:run", "Start everything in one process."),
    ("serve", "processes:serve", "Start the web part only."),
    ("work", "processes:work", "Start a worker only."),
    ("connect", "processes:connect", "Start the connections only: mailboxes, mail receiver."),
    ("database", "database:database", "Start our own PostgreSQL only."),
    ("demo", "processes:demo", "Start with a demonstration company, in a folder that is thrown away."),
    ("settings", "settings:show", "Every setting with its meaning, default and value."),
    ("migrate", "maintain:migrate", "Bring the database to this version's schema."),
    ("backup", "maintain:backup", "Write everything into one file."),
    ("restore", "maintain:restore", "Put a backup into an empty installation."),
    ("doctor", "maintain:doctor", "Look for what is wrong, and say what to do."),
    ("measure", "maintain:measure", "Measure anew how long customers waited."),
    ("journal", "journal:app", "What the outside world delivered, and what became of it."),
    ("mail", "mail:app", "How raw mails are understood."),
    ("bridge", "bridge:app", "Connectors in any language: the protocol, and whether one keeps to it."),
)
for _name, _place, _help in _COMMANDS:
    app.command(f"oase.main.cli.{_place}", name=_name, help=_help)


def main() -> None:
    """The entry point: what goes wrong as foreseen is one sentence, not a traceback."""
    try:
        app()
    except OaseError as error:
        print(f"oase: {error}", file=sys.stderr)
        sys.exit(1)
