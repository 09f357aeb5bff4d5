"""Connections that fail, in words that say what to do. Pure."""

import socket
import ssl

from oase.kernel.i18n import Message, message


def connection_failed(host: str, port: int, error: BaseException) -> Message:
    """Why no connection came about."""
    at = {"host": host, "port": port}
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(host, error)
    if isinstance(error, ssl.SSLError):
        return message(
            "%(host)s does not speak TLS on port %(port)s. Usual are 993 and 465 with TLS, 143 and 587 with STARTTLS.",
            **at,
        )
    if isinstance(error, socket.gaierror):
        return message("There is no server called %(host)s. Is its name spelt correctly?", **at)
    if isinstance(error, ConnectionRefusedError):
        return message("%(host)s is there, but nothing answers on port %(port)s. Is the port correct?", **at)
    if isinstance(error, TimeoutError):
        return message("%(host)s does not answer on port %(port)s. The port may be wrong, or a firewall is in between.", **at)
    return message("The connection to %(host)s broke off: %(why)s", why=str(error) or type(error).__name__, **at)


def _certificate(host: str, error: ssl.SSLCertVerificationError) -> Message:
    if error.verify_code == 62 or "mismatch" in str(error) or "match" in error.verify_message:  # X509_V_ERR_HOSTNAME_MISMATCH
        return message("The certificate of %(host)s was made out for another name. Enter the server's name exactly.", host=host)
    if error.verify_code == 10:  # X509_V_ERR_CERT_HAS_EXPIRED
        return message("The certificate of %(host)s has expired.", host=host)
    return message(
        "The certificate of %(host)s cannot be trusted: %(why)s. If it is your own, enter your authority's certificate below.",
        host=host,
        why=error.verify_message,
    )


def root_of(error: BaseException) -> BaseException:
    """The cause at the bottom: libraries wrap what the system said."""
    seen = 0
    while (below := error.__cause__) is not None and seen < 10:
        error, seen = below, seen + 1
    return error


def words_of(error: BaseException) -> str:
    """What an error says, still translatable where it can be."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, str) and first else str(error) or type(error).__name__
