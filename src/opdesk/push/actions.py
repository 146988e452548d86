"""An operator's own devices."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from opdesk.devices import actions as devices
from opdesk.devices.errors import DeviceNotFound
from opdesk.devices.model import MAX_ENDPOINT_CHARS, Device, Holder, Subscription
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid
from opdesk.kit.http_client import Network
from opdesk.kit.web_push import browser_keys
from opdesk.operators import access
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.push.words import LANGUAGES


def checked(subscription: Subscription, plain_in: Iterable[Network]) -> Subscription:
    """A subscription as a browser makes it. Raises Invalid naming the field.

    `plain_in`: networks whose addresses need no TLS. Where a name leads is checked when it is
    called.
    """
    _check_endpoint(subscription.endpoint, plain_in)
    try:
        browser_keys(subscription.p256dh, subscription.auth)
    except ValueError as error:
        raise Invalid.field(str(error), "is not what a browser makes") from error
    if subscription.language not in LANGUAGES:
        raise Invalid.field("language", "must be uk or en")
    return subscription


def _check_endpoint(endpoint: str, plain_in: Iterable[Network]) -> None:
    if len(endpoint) > MAX_ENDPOINT_CHARS:
        raise Invalid.field("endpoint", f"must have at most {MAX_ENDPOINT_CHARS} characters")
    try:
        parts = urlsplit(endpoint)
        is_right = bool(parts.hostname) and parts.port != 0
        is_safe = parts.scheme == "https" or _is_plain(parts, plain_in)
        has_more = parts.username is not None or bool(parts.fragment)
    except ValueError:
        is_right, is_safe, has_more = False, False, False
    is_readable = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not (is_right and is_safe and is_readable) or has_more:
        raise Invalid.field("endpoint", "must be an address that begins with https://")


def _is_plain(parts: SplitResult, plain_in: Iterable[Network]) -> bool:
    """Whether it is an address of a network that an administrator trusts. Raises ValueError."""
    if parts.scheme != "http":
        return False
    address = ip_address(parts.hostname or "")
    return any(address in network for network in plain_in)


def keep(tx: Tx, caller: Caller, session: str, subscription: Subscription) -> int:
    """Remember the caller's browser until their session ends; its id."""
    me = access.operator_of(caller)
    holder = Holder(
        me.company_id, me.organization_id, me.operator_id, me.epoch, me.expires_at, session
    )
    return devices.keep(tx, holder, subscription)


def get(tx: Tx, caller: Caller, device_id: int) -> Device:
    """Raises DeviceNotFound for one that is not the caller's."""
    if not isinstance(caller, OperatorCaller):
        raise DeviceNotFound("company credentials have no devices")
    return devices.get(tx, caller.company_id, caller.operator_id, device_id)


def forget(tx: Tx, caller: Caller, device_id: int) -> None:
    """Raises DeviceNotFound for one that is not the caller's."""
    found = get(tx, caller, device_id)
    devices.forget(tx, found.holder.company_id, found.id)
