"""A browser's subscription to pushes."""

from dataclasses import dataclass

MAX_DEVICES = 10
"""Of one operator; a further one takes the place of the oldest."""
MAX_ENDPOINT_CHARS = 2_000
TOPIC = "devices"
"""The bus topic for whoever sends pushes: there is a new device."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser gave us: an address at its push service, and the keys to encrypt with.

    Whoever has the address can call there, so that it stands in no log. `kid`: which of our keys
    the browser was told to believe. `language`: `uk` or `en`.
    """

    endpoint: str
    p256dh: str
    auth: str
    kid: str
    language: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who subscribed. It counts while the operator's `epoch` is this one, until `ends_at`.

    `session`: the fingerprint of the panel's session; "" for somebody with a token.
    """

    company_id: int
    organization_id: int
    operator_id: int
    epoch: int
    ends_at: int
    session: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    id: int
    holder: Holder
    subscription: Subscription
