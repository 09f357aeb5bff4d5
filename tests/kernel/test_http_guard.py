"""Which addresses may be connected to."""

from ipaddress import ip_address, ip_network

import pytest

from oase.kernel.http import Guard
from oase.kernel.http.guard import is_public

REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.1",
    "192.169.0.1",
    "2606:4700:4700::1111",
    "2a01:4f8::1",
    "2002:808:808::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_only_we_can_reach_are_refused(address: str) -> None:
    assert not Guard().allows(address, 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(ip_address(address))
    assert Guard().allows(address, 443)


def test_an_address_with_a_zone_is_judged_without_it() -> None:
    assert not Guard().allows("fe80::1%eth0", 443)


def test_networks_of_the_administrators_own_are_allowed() -> None:
    guard = Guard([ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")])
    assert guard.allows("10.1.2.3", 443)
    assert guard.allows("::ffff:10.1.2.3", 443)
    assert guard.allows("fd00:1::5", 443)
    assert not guard.allows("10.2.0.1", 443)


def test_an_endpoint_is_allowed_with_its_port_only() -> None:
    guard = Guard(endpoints=[("127.0.0.1", 8420)])
    assert guard.allows("127.0.0.1", 8420)
    assert not guard.allows("127.0.0.1", 5432)
    assert not guard.allows("127.0.0.2", 8420)
