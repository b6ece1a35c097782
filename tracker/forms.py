"""Whether a text has the form that a setting asks for (tracker/environment.py)."""

import re
from ipaddress import ip_network
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def host(name: str) -> bool:
    """A host's name or address, without scheme, port and path."""
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    return bool(bare) and not re.search(r"[\s/@]", bare) and (bare != name or ":" not in name)


def origin(text: str) -> bool:
    """The address of a site, with its scheme and without a path."""
    return bool(re.fullmatch(r"https?://[^\s/@?#]+", text))


def network(text: str) -> bool:
    """A network, whose address has no bits beyond its length."""
    try:
        return bool(ip_network(text))
    except ValueError:
        return False


def port(text: str) -> bool:
    """A port of TCP."""
    return bool(re.fullmatch("[0-9]{1,5}", text)) and 0 < int(text) < 65536


def zone(text: str) -> bool:
    """A time zone that this machine knows."""
    try:
        return bool(ZoneInfo(text))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
