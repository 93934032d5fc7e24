"""Where deliveries may go: to the open internet, never to what is inside of somebody's network.

The words of an address are judged when it is entered; the numbers its name leads to are judged each time a connection
is made, and the connection is made to the very number that was judged. So a name that leads elsewhere by then gains
nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.conf import settings

from openpars.accounts.refusals import Refused

Number = IPv4Address | IPv6Address

#: The only IPv6 addresses that are given out to the open internet.
_OPEN = IPv6Network("2000::/3")
#: Ways of carrying IPv4 within IPv6 through gateways nobody asked for.
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
#: Kept for the protocols of the internet themselves; Python takes parts of it for open.
_PROTOCOLS = IPv4Network("192.0.0.0/24")
#: Networks without IPv4 reach it through this one.
_NAT64 = IPv6Network("64:ff9b::/96")
_LONGEST = 2000
_EXAMPLE = "such as https://hooks.example.org/openpars"


class NotAllowed(Exception):
    """A name leads nowhere that may be reached; the message says so in words."""


def may_be_reached(number: Number) -> bool:
    """Say whether a delivery may go to this address of the internet."""
    if isinstance(number, IPv6Address):
        if number.ipv4_mapped is not None:
            return may_be_reached(number.ipv4_mapped)
        if number in _NAT64:
            return may_be_reached(IPv4Address(int(number) & 0xFFFF_FFFF))
    if number.is_loopback:
        return bool(settings.WEBHOOKS_LOOPBACK)
    if not number.is_global or number.is_multicast or number.is_reserved:
        return False
    if isinstance(number, IPv4Address):
        return number not in _PROTOCOLS
    return number in _OPEN and not any(number in network for network in _TUNNELS)


def reachable(host: str, port: int) -> Iterator[str]:
    """Give the addresses that a host name leads to and that may be reached; raises NotAllowed when there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAllowed(
            f"The name {host} is not known. Check its spelling, and that it is public."
        ) from None
    numbers = dict.fromkeys(str(address[0]) for *_, address in found)
    # A link-local address names its network card behind a percent sign; it is refused with or without.
    allowed = [text for text in numbers if may_be_reached(ip_address(text.split("%")[0]))]
    if not allowed:
        raise NotAllowed(
            f"{host} leads to an address inside a private network. Deliveries go to the open internet only."
        )
    yield from allowed


def checked(text: str) -> str:
    """Return the address of a receiver as it is stored; raises Refused for one that cannot be delivered to."""
    text = text.strip()
    if not text:
        raise _refused(f"Enter the address to deliver to, {_EXAMPLE}.")
    if len(text) > _LONGEST:
        raise _refused(f"Shorten the address to {_LONGEST:,} characters; it has {len(text):,}.")
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise _refused(
            "Write the address without spaces and with plain letters alone: percent-encode others, and give a host "
            "name with letters of its own in its xn-- form."
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _refused(f"Check the address; it should be {_EXAMPLE}.") from None
    if parts.username is not None or parts.password is not None:
        raise _refused(
            "Leave name and password out of the address. Deliveries are proved by their signature."
        )
    if parts.fragment:
        raise _refused("Leave out what follows the # in the address.")
    if not host or port == 0:
        raise _refused(f"Check the address; it should be {_EXAMPLE}.")
    number = _number(host)
    local = host == "localhost" or host.endswith(".localhost") or (number is not None and number.is_loopback)
    if local and not settings.WEBHOOKS_LOOPBACK:
        raise _refused("This address leads back to the site itself. Enter one on the open internet.")
    if number is not None and not may_be_reached(number):
        raise _refused("This address is inside a private network. Enter one on the open internet.")
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise _refused(f"Begin the address with https://, {_EXAMPLE}, so that nobody reads along.")
    return text


def _number(host: str) -> Number | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refused(message: str) -> Refused:
    return Refused(message, field="address")
