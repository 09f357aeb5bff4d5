"""A real Matrix homeserver for tests: Synapse with SQLite in a temporary folder on a free loopback port.

Synapse has a virtual environment of its own in the git-ignored folder `.test/synapse`, made once by `install()` or
`python -m tests.servers.synapse`: its dependencies are not ours.
"""

import contextlib
import fcntl
import hashlib
import hmac
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers.mail import free_port, wait_until

SERVER = "chat.example"
VERSION = "1.163.2"
_VENV = Path(__file__).resolve().parents[2] / ".test" / "synapse"
_READY = _VENV / f"installed-{VERSION}"
_SHARED_SECRET = "for-tests-only"


def missing() -> str:
    """Why Synapse cannot run here, as a sentence; empty if it can."""
    return "" if _READY.exists() else install()


def install() -> str:
    """Installs Synapse if it is not there; why that cannot be done, as a sentence, or '' when all is well."""
    _VENV.parent.mkdir(exist_ok=True)
    with (_VENV.parent / "synapse.lock").open("w") as lock:  # one at a time, should several test processes come at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _READY.exists():
            return ""
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(_VENV)], capture_output=True, text=True, check=False)
        uv = [str(Path(sys.executable).parent / "uv"), "pip", "install", "--python", str(_VENV / "bin/python")]
        done = subprocess.run([*uv, f"matrix-synapse=={VERSION}"], capture_output=True, text=True, timeout=600, check=False)
        if made.returncode or done.returncode:
            return f"Synapse could not be installed: {(made.stderr + done.stderr).strip()[-300:]}"
        _READY.touch()
    return ""


class Synapse:
    """A running homeserver."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "homeserver.yaml").write_text(json.dumps(self._settings()))  # JSON is YAML
        (folder / "log.yaml").write_text(json.dumps(_LOG))
        generate = [str(_VENV / "bin/python"), "-m", "synapse.app.homeserver", "-c", str(folder / "homeserver.yaml")]
        subprocess.run([*generate, "--generate-keys"], check=True, capture_output=True, cwd=folder)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [str(_VENV / "bin/python"), "-m", "synapse.app.homeserver", "-c", str(self.folder / "homeserver.yaml")]
        with (self.folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)
        wait_until(self._answers, what=f"Synapse; {(self.folder / 'out.log')}", seconds=90)

    def stop(self) -> None:
        """Stops it and waits until it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
            self._process = None

    def register(self, name: str, displayname: str = "") -> dict[str, Any]:
        """A new user, signed in: `user_id`, `access_token`, `device_id`. Password "geheim"."""
        where = f"{self.base}/_synapse/admin/v1/register"
        with urllib.request.urlopen(where, timeout=30) as reply:
            nonce = json.load(reply)["nonce"]
        signed = b"\0".join(part.encode() for part in (nonce, name, "geheim", "notadmin"))
        mac = hmac.new(_SHARED_SECRET.encode(), signed, hashlib.sha1).hexdigest()
        body = {
            "nonce": nonce,
            "username": name,
            "displayname": displayname or name,
            "password": "geheim",
            "admin": False,
            "mac": mac,
        }
        request = urllib.request.Request(where, json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            return dict(json.load(reply))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/health", timeout=2) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def _settings(self) -> dict[str, Any]:
        many = {"per_second": 10_000, "burst_count": 10_000}
        limits = {f"rc_{name}": many for name in ("message", "registration", "admin_redaction")}
        return {
            "server_name": SERVER,
            "pid_file": str(self.folder / "pid"),
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "tls": False,
                    "resources": [{"names": ["client"]}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "log_config": str(self.folder / "log.yaml"),
            "media_store_path": str(self.folder / "media"),
            "registration_shared_secret": _SHARED_SECRET,
            "report_stats": False,
            "signing_key_path": str(self.folder / "signing.key"),
            "trusted_key_servers": [],
            "macaroon_secret_key": _SHARED_SECRET,
            "form_secret": _SHARED_SECRET,
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            "url_preview_enabled": False,
            "enable_authenticated_media": True,
            "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), many),
            "rc_joins": dict.fromkeys(("local", "remote"), many),
            "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), many),
            **limits,
        }


_LOG = {
    "version": 1,
    "handlers": {"out": {"class": "logging.StreamHandler", "level": "WARNING"}},
    "root": {"level": "WARNING", "handlers": ["out"]},
    "disable_existing_loggers": False,
}


@contextlib.contextmanager
def synapse() -> Iterator[Synapse]:
    """One running homeserver, in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="oase-synapse-"))
    server = Synapse(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    print(install(), file=sys.stderr, end="")
