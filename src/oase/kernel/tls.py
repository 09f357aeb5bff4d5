"""Certificates of our own servers: files that somebody else renews, read again when they change.

files --read at the start, else BadCertificate--> context      each connection: changed? --read again--> the new context
                                                                                        `-- unreadable: the one before goes on
"""

import ssl
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509
from msgspec import Struct

from oase.kernel.errors import OaseError
from oase.kernel.settings import PREFIX, Settings

_Stamp = tuple[tuple[int, int, int], ...]
_CERTIFICATE: Final = f"{PREFIX}MAIL_RECEIVER_CERTIFICATE"
_KEY: Final = f"{PREFIX}MAIL_RECEIVER_KEY"
log = structlog.get_logger()


class BadCertificate(OaseError):
    """A certificate cannot be used; the message names the file and says why."""


class CertificateFacts(Struct, frozen=True, kw_only=True):
    """What a certificate says of itself."""

    names: Sequence[str]
    begins: datetime
    ends: datetime


class ServerCertificate:
    """A certificate and its key. Raises BadCertificate if they cannot be used when it is made."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self._complaint = ""  # said once
        self._stamp = self._stamp_now()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """For the next connection. A renewal that cannot be used (half of it written, say) leaves what was before."""
        try:
            stamp = self._stamp_now()
            if stamp != self._stamp:
                self._context, self._stamp = self._load(), stamp
                log.info("tls.renewed", file=str(self._files[0]))
            self._complaint = ""
        except BadCertificate as error:
            if str(error) != self._complaint:
                log.warning("tls.not_renewed", error=str(error))
            self._complaint = str(error)
        return self._context

    def facts(self) -> CertificateFacts:
        """Whom the certificate is for, and how long."""
        found = x509.load_pem_x509_certificate(self._files[0].read_bytes())
        try:
            names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            known = names.get_values_for_type(x509.DNSName)
        except x509.ExtensionNotFound:
            known = []
        return CertificateFacts(
            names=known or [found.subject.rfc4514_string()], begins=found.not_valid_before_utc, ends=found.not_valid_after_utc
        )

    def _stamp_now(self) -> _Stamp:
        found = []
        for file in self._files:
            try:
                stat = file.stat()
            except OSError as error:
                raise BadCertificate(f"The file {file} cannot be read: {error.strerror or error}.") from None
            found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(found)

    def _load(self) -> ssl.SSLContext:
        certificate, key = self._files
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(certificate, key, password=lambda: "")  # never asks at the terminal
        except ssl.SSLError as error:
            raise BadCertificate(_why(certificate, key, error)) from None
        except OSError as error:
            raise BadCertificate(f"The certificate {certificate} or its key cannot be read: {error.strerror or error}.") from None
        return context


def receiver_certificate(settings: Settings) -> ServerCertificate | None:
    """The mail receiver's certificate; None where there is none. Raises BadCertificate."""
    certificate, key = settings.mail_receiver_certificate, settings.mail_receiver_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        missing, given = (_CERTIFICATE, _KEY) if certificate is None else (_KEY, _CERTIFICATE)
        raise BadCertificate(f"The mail receiver has no usable certificate. {given} is set, but {missing} is not.")
    try:
        return ServerCertificate(certificate.expanduser(), key.expanduser())
    except BadCertificate as error:
        raise BadCertificate(f"The mail receiver has no usable certificate. {error}") from None


def _why(certificate: Path, key: Path, error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"The certificate {certificate} and the key {key} do not belong together."
    if not _is_certificate(certificate):
        return f"The file {certificate} holds no certificate in PEM form."
    return f"The file {key} holds no private key in PEM form, or one with a password, which Oase cannot ask for."


def _is_certificate(file: Path) -> bool:
    try:
        x509.load_pem_x509_certificate(file.read_bytes())
    except (ValueError, OSError):
        return False
    return True
