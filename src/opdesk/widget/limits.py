"""How fast visitors may be: by visitor, and by the address that they come from."""

from collections.abc import Hashable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from opdesk.kit.clock import Clock
from opdesk.kit.limits import Brake

_HOUSEHOLD_BITS = 64
"""An IPv6 line has this much of an address in common; whoever has one has 2^64 addresses."""


@dataclass(frozen=True)
class Limits:
    """A brake for each thing that could be done too often. An office may be one address."""

    calls: Brake
    """Of an address, whatever they are."""
    visitors: Brake
    """New ones of an address."""
    guesses: Brake
    """Signed identities of an address."""
    messages: Brake
    of_address: Brake
    files: Brake
    files_of_address: Brake
    typing: Brake

    @classmethod
    def usual(cls, clock: Clock) -> "Limits":
        return cls(
            calls=Brake(clock, per_s=20, at_once=300),
            visitors=Brake(clock, per_s=0.1, at_once=20),
            guesses=Brake(clock, per_s=0.5, at_once=30),
            messages=Brake(clock, per_s=0.5, at_once=15),
            of_address=Brake(clock, per_s=2, at_once=60),
            files=Brake(clock, per_s=0.1, at_once=10),
            files_of_address=Brake(clock, per_s=0.5, at_once=30),
            typing=Brake(clock, per_s=0.5, at_once=5),
        )


def household(address: str) -> Hashable:
    """What of an address counts as one caller."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return int(found) >> _HOUSEHOLD_BITS
    return address
