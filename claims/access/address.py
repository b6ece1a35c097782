"""Where a request comes from, for counting failed attempts to log in and for the networks of keys.

Anybody can write anything into X-Forwarded-For; each proxy appends the address that it saw. So with
n proxies of our own (TRUSTED_PROXIES) the n-th entry from the right is what our outermost proxy
saw, and all that stands left of it is hearsay. With none, the connection's own address counts.
"""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def of(request: HttpRequest) -> str | None:
    """The address that is believed; a household of IPv6 (/64) counts as one, None is a socket."""
    found = exact(request)
    if found is None or not isinstance(ip_address(found), IPv6Address):
        return found
    return str(ip_network((found, 64), strict=False).network_address)


def exact(request: HttpRequest) -> str | None:
    """The address that is believed, to the last bit; None is a socket."""
    believed = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        # What is no address was not written by a proxy of ours: then the nearest one has to do.
        believed = hops[-settings.TRUSTED_PROXIES] if _address(hops) else believed
    try:
        address = ip_address(_bare(believed))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def _address(hops: list[str]) -> bool:
    try:
        ip_address(_bare(hops[-settings.TRUSTED_PROXIES]))
    except ValueError:
        return False
    return True


def _bare(text: str) -> str:
    """An address without the port that some proxies write behind it."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
