"""PostgreSQL as part of Oase: an own server, started and watched by this process, reachable by its user only."""

from .errors import DataFolderInUse, PostgresError, PostgresFailed
from .supervisor import EmbeddedPostgres

__all__ = ["DataFolderInUse", "EmbeddedPostgres", "PostgresError", "PostgresFailed"]
