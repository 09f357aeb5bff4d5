"""What PostgreSQL is told: how a new cluster is made, its settings, and who may sign in. Pure text, no I/O."""

import sys
from collections.abc import Mapping
from pathlib import Path

from .places import PORT

BUILTIN_LOCALE_SINCE = 17
SUPERUSER = "postgres"
ROLE = "oase"
DATABASE = "oase"

MEMORY = {
    # Modest: everything of Oase together stays below 190 MiB.
    "shared_buffers": "32MB",
    "max_connections": "100",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "autovacuum_work_mem": "16MB",
    "effective_cache_size": "512MB",
    "huge_pages": "off",
    "jit": "off",
    # Few processes, each costs one to three megabytes.
    "max_worker_processes": "2",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "10s",  # a young table is planned badly until it has been analysed for the first time
}
OPERATION = {
    # No replica can be attached, so the log need not carry what replicas need. Every commit is still on disk.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "log_lock_waits": "on",
    "password_encryption": "scram-sha-256",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# Commits still reach the operating system: killed processes lose nothing, only a crash of the machine does.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}


def initdb_arguments(data: str, major: int, *, durable: bool) -> list[str]:
    """The arguments of initdb for the data folder `data`."""
    arguments = [
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        "--auth=peer" if sys.platform != "win32" else "--auth=reject",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        # LC_CTYPE too: PostgreSQL's parser for full-text search asks it what a letter is.
        "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C",
    ]
    if major >= BUILTIN_LOCALE_SINCE:
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return arguments if durable else [*arguments, "--no-sync"]


def server_arguments(data: str, socket: Path) -> list[str]:
    """The arguments of postgres. What keeps others out stands here, where no file and no ALTER SYSTEM overrides it."""
    fixed = {
        "listen_addresses": "",
        "unix_socket_directories": _list_item(str(socket)),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
    }
    return ["-D", data, *(f"--{name}={value}" for name, value in fixed.items())]


def _list_item(value: str) -> str:
    """One item of a list in a setting: a comma in the path must not split it."""
    return '"' + value.replace('"', '""') + '"'


def settings_text(major: int, *, durable: bool, more: Mapping[str, str], local: bool) -> str:
    """postgresql.conf; `local`: the administrator has put a local.conf beside it."""
    values = MEMORY | OPERATION | (DURABLE if durable else NOT_DURABLE)
    if major >= 18:
        values |= {"io_method": "sync", "autovacuum_worker_slots": "4"}  # no processes for reading ahead
    lines = [f"{name} = '{_quoted(value)}'" for name, value in (values | dict(more)).items()]
    head = "# Written by Oase at every start. Own settings: local.conf in this folder, read last, from the next start.\n"
    return head + "\n".join([*lines, "include 'local.conf'"] if local else lines) + "\n"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def access_text() -> str:
    """pg_hba.conf: through the socket only, and only as whom the map allows."""
    return "# Written by Oase at every start.\nlocal all all peer map=oase\n"


def map_text(user: str) -> str:
    """pg_ident.conf: the user Oase runs as is both roles; nobody else is any."""
    name = '"' + user.replace('"', '""') + '"'
    return f"# Written by Oase at every start.\noase {name} {SUPERUSER}\noase {name} {ROLE}\n"
