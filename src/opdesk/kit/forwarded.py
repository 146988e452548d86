"""Where a request comes from, as far as our own proxies say so."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from opdesk.kit.web import header_lines

Network = IPv4Network | IPv6Network
MAX_REMEMBERED = 4096
"""Spellings of addresses that need not be read again: most callers come back."""
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ELEMENT = re.compile(rf'(?:[^,"]|{_QUOTED})+')
_PART = re.compile(rf'(?:[^;"]|{_QUOTED})+')
_PAIR = re.compile(rf"\s*([\w!#$%&'*+.^`|~-]+)=([^;,\"\s]+|{_QUOTED})\s*\Z")
_WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):\w+\Z")


def client_address(scope: Any, trusted: tuple[Network, ...]) -> str:
    """Who sent the request: the peer, or what a trusted proxy says of it.

    `X-Forwarded-For`, or `Forwarded` where that is missing, is read from its end, whether each
    proxy went on with the line or added one of its own. Each address was written by the next
    one's owner, so the first that is not a trusted proxy is the client, and what it claims is not
    looked at. A proxy that hides whom it serves (`unknown`, `_name`) is the end of the way too.
    """
    address = _address(scope["client"][0]) or "" if scope.get("client") else ""
    hops = _hops(scope) if is_within(address, trusted) else []
    while hops and is_within(address, trusted):
        hop = _address(hops.pop())
        if hop is None:
            break
        address = hop
    return address


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Whether one of the networks has an address; what is no address is in none."""
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False


def _hops(scope: Any) -> list[str]:
    """What the proxies wrote of the addresses before them, the nearest last."""
    lines = header_lines(scope, b"x-forwarded-for")
    if lines:
        return ",".join(lines).split(",")
    return [hop for line in header_lines(scope, b"forwarded") for hop in _forwarded(line)]


def _forwarded(line: str) -> list[str]:
    """Each element's `for` (RFC 7239); '' where there is none that can be read."""
    elements = _ELEMENT.findall(line)
    is_whole = ",".join(elements) == line
    return [_for(element) for element in elements] if is_whole else [""]


def _for(element: str) -> str:
    pairs = [_PAIR.match(part) for part in _PART.findall(element)]
    found = [pair[2] for pair in pairs if pair and pair[1].lower() == "for"]
    return found[0].strip('"') if len(found) == 1 else ""


@lru_cache(maxsize=MAX_REMEMBERED)
def _address(text: str) -> str | None:
    """An address in its usual spelling, its port dropped; None for what is none."""
    text = text.strip()
    with_port = _WITH_PORT.match(text)
    bare = (with_port[1] or with_port[2]) if with_port else text.strip("[]")
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
