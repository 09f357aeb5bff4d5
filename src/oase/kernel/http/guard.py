"""The guard against requests to our own network (server-side request forgery, SSRF).

Whoever may name an address (a webhook, a picture in a mail, a provider's media link) must not reach what only we can reach:
this machine, the network around it, a cloud's metadata service. The guard decides over the address that the socket is about
to connect to, in the same step, so a name that changes its address in between (DNS rebinding) gains nothing.
Networks: IANA special-purpose address registries (RFC 6890 and its successors), read in November 2026.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

IPNetwork = IPv4Network | IPv6Network

_REFUSED_V4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; 100.100.100.200 is a cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's platform service, on a public address
        "169.254.0.0/16",  # link-local; 169.254.169.254 is most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")  # all that is in use; loopback, link-local, unique-local, multicast lie outside
_REFUSED_V6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")


class AddressRefusedError(OSError):
    """The guard's word to the connector. It names no address, so that several of them are one error."""

    def __init__(self) -> None:
        super().__init__("the address is in a private network")


class Guard:
    """Decides which addresses may be connected to: public ones, those in `networks`, and exactly the given `endpoints`.

    `endpoints` (address, port) is for our own sandbox, which plays the provider on this very machine.
    """

    def __init__(self, networks: Iterable[IPNetwork] = (), endpoints: Iterable[tuple[str, int]] = ()) -> None:
        self._networks = tuple(networks)
        self._endpoints = frozenset((ip_address(host), port) for host, port in endpoints)

    def allows(self, host: str, port: int) -> bool:
        """Whether a connection to this IP address and port is allowed."""
        address = ip_address(host.partition("%")[0])
        target = _within(address)
        return (
            is_public(address)
            or (target, port) in self._endpoints
            or any(candidate in network for network in self._networks for candidate in (address, target))
        )

    def socket(self, address: tuple[Any, ...]) -> socket.socket:
        """A socket for this address (as of getaddrinfo), for the connector to connect next; raises AddressRefusedError."""
        family, kind, protocol, _, target = address
        if not self.allows(str(target[0]), int(target[1])):
            raise AddressRefusedError
        return socket.socket(family, kind, protocol)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address belongs to the public internet. IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as what is inside."""
    address = _within(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)


def _within(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def networks(texts: Iterable[str]) -> tuple[IPNetwork, ...]:
    """Networks from their usual writing, "10.1.0.0/16"; raises ValueError."""
    return tuple(ip_network(text) for text in texts)
