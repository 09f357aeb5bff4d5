"""A real XMPP server for tests: Prosody in a temporary folder on free loopback ports.

Nothing is installed here: `tests/servers/install.sh` does that; `missing()` says what is not there.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.servers import certificates
from tests.servers.mail import free_port, listening, wait_until

DOMAIN = "chat.example"


def missing() -> str:
    """Why Prosody cannot run here, as a sentence; empty if it can."""
    return "" if shutil.which("prosody") else "Prosody is not installed (run tests/servers/install.sh)."


class Prosody:
    """A running server with archive, copies, stream management, offline storage and file upload."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port, self.http = free_port(), free_port(), free_port()
        certificates.make(folder, names=(DOMAIN,))
        self.authority = (folder / "ca.pem").read_text()
        (folder / "data").mkdir()
        (folder / "prosody.cfg.lua").write_text(_CONFIGURATION.format(server=self, folder=folder, domain=DOMAIN))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = ["prosody", "--config", str(self.folder / "prosody.cfg.lua"), "-F"]
        with (self.folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_until(lambda: all(map(listening, (self.port, self.tls_port, self.http))), what=f"Prosody; {self.folder}/out.log")

    def stop(self) -> None:
        """Stops it and waits until it is gone, with every session."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def register(self, name: str, password: str = "geheim") -> str:
        """A new account; its address."""
        self._control("register", name, DOMAIN, password)
        return f"{name}@{DOMAIN}"

    def remove(self, jid: str) -> None:
        """Takes an account away."""
        self._control("deluser", jid)

    def _control(self, *words: str) -> None:
        command = ["prosodyctl", "--config", str(self.folder / "prosody.cfg.lua"), *words]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


_CONFIGURATION = """
run_as_root = true
daemonize = false
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
log = {{ warn = "{folder}/prosody.log" }}
interfaces = {{ "127.0.0.1" }}
local_interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {server.port} }}
c2s_direct_tls_ports = {{ {server.tls_port} }}
c2s_direct_tls_ssl = {{ key = "{folder}/server.key", certificate = "{folder}/server.pem" }}
http_ports = {{ {server.http} }}
https_ports = {{}}
http_interfaces = {{ "127.0.0.1" }}
modules_enabled = {{
  "roster", "saslauth", "tls", "disco", "carbons", "pep", "ping", "mam", "smacks", "offline", "presence", "message", "iq", "limits"
}}
modules_disabled = {{ "s2s" }}
authentication = "internal_plain"
storage = "internal"
default_archive_policy = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
ssl = {{ key = "{folder}/server.key", certificate = "{folder}/server.pem" }}
limits = {{ c2s = {{ rate = "10mb/s" }} }}

VirtualHost "{domain}"

Component "upload.{domain}" "http_file_share"
  http_file_share_size_limit = 1000000
  http_host = "127.0.0.1"
  http_external_url = "http://127.0.0.1:{server.http}/"
"""


@contextlib.contextmanager
def prosody() -> Iterator[Prosody]:
    """One running server, in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="oase-prosody-"))
    server = Prosody(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
