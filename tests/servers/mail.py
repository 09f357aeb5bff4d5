"""Real mail servers for tests: a private Dovecot and a private Postfix in a temporary folder on free loopback ports.

    test --submission/mx--> Postfix --LMTP--> Dovecot --IMAP--> Oase
                               |----LMTP----> Oase's own receiver   (domain receiver.example)
                               `----SMTP----> World, a server inside the test: the rest of the internet

Nothing is installed here: `tests/servers/install.sh` does that; `missing()` says what is not there.
"""

import asyncio
import base64
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.servers import certificates

DOMAIN = "firma.example"
RECEIVER_DOMAIN = "receiver.example"
_MAILBOXES = 300
_CHANCE = random.SystemRandom()  # the seed of the tests is the same in all processes: they would all look at the same ports
ISSUER = "https://login.example.com/"


def missing() -> str:
    """Why the real servers cannot run here, as a sentence; empty if they can."""
    absent = [name for name in ("dovecot", "postfix") if not shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")]
    if absent:
        return f"Not installed: {', '.join(absent)} (run tests/servers/install.sh)."
    if os.getuid() != 0:
        return "Postfix can only be started by root."
    return ""


def free_port() -> int:
    """A loopback port that was free a moment ago; below those that the system gives to outgoing connections, which would take it."""
    while True:
        port = _CHANCE.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = 20.0) -> None:
    """Looks again and again until the condition holds; fails with `what` after the given time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"Waited {seconds:.0f} s in vain for: {what}")
        time.sleep(0.02)


def listening(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Tokens:
    """An identity provider's key: signs access tokens (RS256) that Dovecot checks offline."""

    def __init__(self, folder: Path) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self._key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        place = folder / "keys" / "default" / "RS256" / "default"
        place.parent.mkdir(parents=True)
        place.write_bytes(public)

    def sign(self, user: str, *, seconds: int = 3600, issuer: str = ISSUER) -> str:
        """An access token for the user."""
        now = int(time.time())
        claims = {"iss": issuer, "sub": user, "email": user, "iat": now - 5, "nbf": now - 5, "exp": now + seconds}
        signed = b".".join(_base64(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
        return (signed + b"." + _base64(self._key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))).decode()


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Dovecot:
    """IMAP (plain and TLS), LMTP, and the password check for Postfix."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "dovecot"
        self.folder.mkdir(mode=0o755)
        self.certificates = folder
        self.imap, self.imaps, self.lmtp, self.auth = (free_port() for _ in range(4))
        self.tokens = Tokens(self.folder)
        self._unused = iter(range(_MAILBOXES))
        boxes = (f"box{number:03}" for number in range(_MAILBOXES))  # all at once: Dovecot sees changes only second by second
        lines = (f"{box}@{DOMAIN}:{{plain}}geheim:65534:65534::{self.folder}/mail/{box}::\n" for box in boxes)
        (self.folder / "users").write_text("".join(lines))
        self._process: subprocess.Popen[bytes] | None = None
        mail = self.folder / "mail"
        mail.mkdir()
        os.chown(mail, 65534, 65534)
        (self.folder / "oauth2.conf").write_text(_OAUTH2.format(folder=self.folder, issuer=ISSUER))
        self.configure()

    def configure(self, *, without: str = "") -> None:
        """Writes the configuration; `without` names a capability (IDLE) that the server then does not offer."""
        words = _CAPABILITIES.replace(f" {without}", "")
        capability = f"imap_capability = {words}" if without else ""
        text = _DOVECOT.format(d=self, folder=self.folder, certificates=self.certificates, capability=capability)
        (self.folder / "dovecot.conf").write_text(text)

    def mailbox(self) -> str:
        """The address of a mailbox that nobody has used yet; its password is "geheim"."""
        return f"box{next(self._unused):03}@{DOMAIN}"

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, start_new_session=True)
        wait_until(lambda: listening(self.imap) and listening(self.lmtp), what=f"Dovecot; {self.folder}/dovecot.log")

    def stop(self) -> None:
        """Stops it and waits until it is gone, with every connection."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def maildir(self, address: str) -> Path:
        """Where this user's mails lie."""
        return self.folder / "mail" / address.partition("@")[0]

    def deliver(self, address: str, raw: bytes) -> None:
        """Puts a mail into the user's inbox by LMTP."""
        import smtplib

        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            lmtp.sendmail("kundin@example.com", [address], raw)


class Postfix:
    """A mail server with MX, submission (STARTTLS) and submissions (TLS) ports."""

    def __init__(self, folder: Path, dovecot: Dovecot) -> None:
        self.folder = folder / "postfix"
        self.certificates = folder
        self.mx, self.submission, self.submissions, self.world, self.receiver = (free_port() for _ in range(5))
        self.dovecot = dovecot
        for name in ("", "queue", "data"):
            (self.folder / name).mkdir(mode=0o755)
        shutil.chown(self.folder / "data", "postfix")
        main = _POSTFIX_MAIN.format(p=self, folder=self.folder, certificates=folder, domain=DOMAIN, receiver=RECEIVER_DOMAIN)
        (self.folder / "main.cf").write_text(main)
        (self.folder / "master.cf").write_text(_POSTFIX_MASTER.format(p=self))

    def _run(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(list(words), capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self._run("postfix", "-c", str(self.folder), "start")
        wait_until(lambda: listening(self.mx) and listening(self.submission), what=f"Postfix; {self.folder}/mail.log")

    def flush(self) -> None:
        """Tries everything that waits in the queue now."""
        self._run("postqueue", "-c", str(self.folder), "-f")

    def waiting(self) -> str:
        """What waits in the queue, as Postfix lists it."""
        return self._run("postqueue", "-c", str(self.folder), "-j")

    def stop(self) -> None:
        """Stops it."""
        self._run("postfix", "-c", str(self.folder), "stop", check=False)

    def log(self) -> str:
        """Its log so far."""
        return (self.folder / "mail.log").read_text()


class World:
    """The rest of the internet: takes mails (`mails`), refuses those to unbekannt@…, puts off those to spaeter@… ."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[Envelope] = []
        self.arrived = asyncio.Condition()
        self.willing = False
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mx.example.com", loop=loop, enable_SMTPUTF8=True), "127.0.0.1", self.port
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    async def handle_RCPT(self, _s: SMTP, _n: Session, envelope: Envelope, address: str, _o: list[str]) -> str:
        if address.startswith("unbekannt@"):
            return "550 5.1.1 Diese Adresse gibt es hier nicht"
        if address.startswith("spaeter@") and not self.willing:
            return "451 4.7.1 Greylisted, please try again in 5 minutes"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        async with self.arrived:
            self.mails.append(envelope)
            self.arrived.notify_all()
        return "250 2.0.0 Danke"

    async def mail(self, sender: str, *, seconds: float = 20) -> Any:
        """Waits for the first mail of this sender; those that Postfix still had from others are passed over."""
        written = sender.encode()  # in its head: an automatic mail has no sender on its envelope
        async with asyncio.timeout(seconds), self.arrived:
            await self.arrived.wait_for(lambda: any(written in mail.content for mail in self.mails))
            return next(mail for mail in self.mails if written in mail.content)


@contextlib.contextmanager
def mail_servers() -> Iterator[tuple[Dovecot, Postfix]]:
    """Both servers, running, in a folder that is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="oase-mail-"))
    folder.chmod(0o755)  # the servers' own users must be able to pass
    try:
        certificates.make(folder)
        dovecot = Dovecot(folder)
        postfix = Postfix(folder, dovecot)
        try:
            dovecot.start()
            postfix.start()
            yield dovecot, postfix
        finally:
            postfix.stop()
            dovecot.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_CAPABILITIES = "IMAP4rev1 SASL-IR LITERAL+ ENABLE IDLE NAMESPACE UIDPLUS MOVE UNSELECT CHILDREN"

_DOVECOT = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{certificates}/server.pem
ssl_key = <{certificates}/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
auth_cache_size = 0
mail_location = maildir:~
first_valid_uid = 1
last_valid_uid = 0
mail_max_userip_connections = 100
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
mailbox_idle_check_interval = 1 secs
{capability}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
service imap-login {{
  inet_listener imap {{
    port = {d.imap}
  }}
  inet_listener imaps {{
    port = {d.imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {d.lmtp}
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {d.auth}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
protocol lmtp {{
  mail_plugins =
  postmaster_address = postmaster@firma.example
}}
"""

_OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
issuers = {issuer}
username_attribute = email
"""

_POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.firma.example
mydomain = firma.example
myorigin = firma.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtp_dns_support_level = disabled
smtp_host_lookup = native
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = static:all
virtual_transport = lmtp:inet:127.0.0.1:{p.dovecot.lmtp}
relay_domains = {receiver}
relay_recipient_maps =
transport_maps = inline:{{ {receiver}=lmtp:inet:127.0.0.1:{p.receiver} }}
default_transport = smtp:[127.0.0.1]:{p.world}
recipient_delimiter = +
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{p.dovecot.auth}
smtpd_sasl_security_options = noanonymous
smtpd_tls_cert_file = {certificates}/server.pem
smtpd_tls_key_file = {certificates}/server.key
smtpd_tls_security_level = may
smtpd_relay_restrictions = permit_sasl_authenticated,reject_unauth_destination
message_size_limit = 30000000
lmtp_destination_recipient_limit = 10
smtputf8_enable = yes
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
smtp_connection_cache_on_demand = no
"""

# max_use: a process that asked Dovecot before would find its connection closed after a restart of Dovecot, and say 454 once
_POSTFIX_MASTER = """
127.0.0.1:{p.mx} inet n - n - - smtpd
127.0.0.1:{p.submission} inet n - n - - smtpd
  -o syslog_name=submission
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o max_use=1
127.0.0.1:{p.submissions} inet n - n - - smtpd
  -o syslog_name=submissions
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o max_use=1
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
