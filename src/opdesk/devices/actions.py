"""Remember browsers to be woken, and forget them when their operator leaves."""

from opdesk.devices import store
from opdesk.devices.errors import DeviceNotFound
from opdesk.devices.model import MAX_DEVICES, TOPIC, Device, Holder, Subscription
from opdesk.kit.bus import Wake
from opdesk.kit.context import Tx
from opdesk.kit.keyring import fingerprint


def keep(tx: Tx, holder: Holder, subscription: Subscription) -> int:
    """Remember a browser, again and again the same; its id.

    It is the last one's who signed in there. Beyond `MAX_DEVICES` the oldest is forgotten.
    """
    # Always in this order, so that two who come at once wait and don't embrace each other.
    tx.lock_name(f"device:{fingerprint(subscription.endpoint)}")
    tx.lock_name(f"devices:{holder.operator_id}")
    tx.wakes.add(Wake(TOPIC, holder.organization_id))
    known = store.find_by_endpoint(tx, subscription.endpoint)
    if known and known.holder.company_id == holder.company_id:
        store.update_device(tx, known.id, holder, subscription)
        _limit(tx, holder, known.id)
        return known.id
    if known:
        store.delete_device(tx, known.holder.company_id, known.id)
    made = store.insert_device(tx, holder, subscription)
    _limit(tx, holder, made)
    return made


def _limit(tx: Tx, holder: Holder, kept: int) -> None:
    own = store.list_of_operator(tx, holder.company_id, holder.operator_id)
    others = [one for one in own if one.id != kept]
    for old in others[MAX_DEVICES - 1 :]:
        store.delete_device(tx, holder.company_id, old.id)


def get(tx: Tx, company_id: int, operator_id: int, device_id: int) -> Device:
    """A device of this operator. Raises DeviceNotFound."""
    found = store.find_device(tx, company_id, device_id)
    if found is None or found.holder.operator_id != operator_id or found.holder.ends_at <= tx.now:
        raise DeviceNotFound(f"there is no device {device_id}")
    return found


def find(tx: Tx, company_id: int, device_id: int) -> Device | None:
    """Any device of a company."""
    return store.find_device(tx, company_id, device_id)


def list_ids(
    tx: Tx, company_id: int, organization_id: int, operator_id: int | None
) -> list[tuple[int, int]]:
    """(device, operator) of an operator, or (None) of everyone in an organization."""
    return store.list_ids(tx, company_id, organization_id, operator_id)


def list_watched(tx: Tx) -> list[tuple[int, int]]:
    """(company, organization) of all that have devices."""
    return store.list_watched(tx)


def forget(tx: Tx, company_id: int, device_id: int) -> None:
    """Nothing when it is not there."""
    store.delete_device(tx, company_id, device_id)


def forget_operator(tx: Tx, company_id: int, operator_id: int) -> None:
    """All devices of somebody who was signed out everywhere."""
    store.delete_of_operator(tx, company_id, operator_id)


def forget_session(tx: Tx, session: str) -> None:
    """Those of a panel's session, by its fingerprint."""
    store.delete_of_session(tx, session)


def forget_ended(tx: Tx) -> None:
    store.delete_ended(tx)


def forget_all(tx: Tx) -> None:
    """Every device of the installation."""
    store.delete_all(tx)
