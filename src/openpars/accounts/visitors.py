"""Which address a visitor comes from, as far as that can be known: what anonymous calls are counted by."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest


def visitor_of(request: HttpRequest) -> str:
    """Return the visitor's address; of IPv6 the first 64 bits, for a household has all of the others.

    How many proxies are believed what they say is the setting OPENPARS_PROXIES. Visitors of whom no address is known
    count as one.
    """
    try:
        address = ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ImproperlyConfigured):
        # No address, or fewer proxies than believed in: a call past the proxies, from close by.
        return str(request.META.get("REMOTE_ADDR", ""))
    return _network(address)


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address.packed, 64), strict=False))
