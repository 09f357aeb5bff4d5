"""What can go wrong with the embedded PostgreSQL."""

from oase.kernel.errors import OaseError


class PostgresError(OaseError):
    """The root of this package's errors."""


class DataFolderInUse(PostgresError):
    """Another process owns this data folder; the message names the folder and, where known, the process."""


class PostgresFailed(PostgresError):
    """The server cannot be made or started. `log` holds its last lines, which are also part of the message."""

    def __init__(self, message: str, *, log: str = "") -> None:
        super().__init__(f"{message}\nIts last words:\n{log}" if log else message)
        self.log = log
