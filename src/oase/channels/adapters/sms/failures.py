"""Connections that fail, in words that say what to do. Pure."""

import socket
import ssl

from oase.kernel.i18n import Message, message


def connection_failed(host: str, port: int, error: BaseException) -> Message:
    """Why no connection came about, or why it broke."""
    at = {"host": host, "port": port}
    if isinstance(error, ssl.SSLCertVerificationError):
        return message(
            "The certificate of %(host)s cannot be trusted: %(why)s. If it is your own, enter your authority's certificate below.",
            host=host,
            why=error.verify_message,
        )
    if isinstance(error, ssl.SSLError):
        return message("%(host)s does not speak TLS on port %(port)s.", **at)
    if isinstance(error, socket.gaierror):
        return message("There is no server called %(host)s. Is its name spelt correctly?", **at)
    if isinstance(error, ConnectionRefusedError):
        return message("%(host)s is there, but nothing answers on port %(port)s. Is the port correct?", **at)
    if isinstance(error, TimeoutError):
        return message("%(host)s does not answer on port %(port)s. The port may be wrong, or a firewall is in between.", **at)
    return message("The connection to %(host)s broke off: %(why)s", why=str(error) or type(error).__name__, **at)
