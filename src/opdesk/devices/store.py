"""SQL of devices."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from opdesk.devices.model import Device, Holder, Subscription
from opdesk.kit.context import Row, Tx
from opdesk.kit.keyring import fingerprint
from opdesk.kit.sql import metadata, statement

devices = Table(
    "push_devices",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("session", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("endpoint_key", Text, nullable=False),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("kid", Text, nullable=False),
    Column("language", Text, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    # A browser has one subscription, whoever sits before it.
    UniqueConstraint("endpoint_key", name="push_devices_endpoint"),
    Index("push_devices_operator", "company_id", "operator_id", "id"),
    Index("push_devices_organization", "company_id", "organization_id", "operator_id"),
    Index("push_devices_session", "session"),
    Index("push_devices_end", "ends_at"),
)
_d = devices.c
_device = select(
    _d.id,
    _d.company_id,
    _d.organization_id,
    _d.operator_id,
    _d.epoch,
    _d.ends_at,
    _d.session,
    _d.endpoint,
    _d.p256dh,
    _d.auth,
    _d.kid,
    _d.language,
)
_of_operator = (_d.company_id == bindparam("company"), _d.operator_id == bindparam("operator"))
_of_organization = (
    _d.company_id == bindparam("company"),
    _d.organization_id == bindparam("organization"),
)
_is_it = (_d.company_id == bindparam("company"), _d.id == bindparam("device"))
DEVICE = statement(_device.where(*_is_it))
BY_ENDPOINT = statement(_device.where(_d.endpoint_key == bindparam("endpoint_key")))
NEWEST_OF_OPERATOR = statement(_device.where(*_of_operator).order_by(_d.id.desc()))
OF_OPERATOR = statement(
    select(_d.id, _d.operator_id).where(
        *_of_organization, _d.operator_id == bindparam("operator"), _d.ends_at > bindparam("now")
    )
)
OF_ORGANIZATION = statement(
    select(_d.id, _d.operator_id).where(*_of_organization, _d.ends_at > bindparam("now"))
)
WATCHED = statement(select(_d.company_id, _d.organization_id).where(_d.ends_at > bindparam("now")))
_values: dict[str, Any] = {
    "organization_id": bindparam("new_organization"),
    "operator_id": bindparam("new_operator"),
    "epoch": bindparam("new_epoch"),
    "ends_at": bindparam("new_end"),
    "session": bindparam("new_session"),
    "p256dh": bindparam("new_p256dh"),
    "auth": bindparam("new_auth"),
    "kid": bindparam("new_kid"),
    "language": bindparam("new_language"),
}
ADD = statement(
    insert(devices).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        endpoint=bindparam("endpoint"),
        endpoint_key=bindparam("endpoint_key"),
        **_values,
    )
)
CHANGE = statement(update(devices).where(*_is_it).values(**_values))
DELETE = statement(delete(devices).where(*_is_it))
DELETE_OF_OPERATOR = statement(delete(devices).where(*_of_operator))
DELETE_OF_SESSION = statement(delete(devices).where(_d.session == bindparam("session")))
DELETE_ENDED = statement(delete(devices).where(_d.ends_at <= bindparam("now")))
DELETE_ALL = statement(delete(devices))


def find_device(tx: Tx, company_id: int, device_id: int) -> Device | None:
    row = tx.first(DEVICE, company=company_id, device=device_id)
    return _device_of(row) if row else None


def find_by_endpoint(tx: Tx, endpoint: str) -> Device | None:
    row = tx.first(BY_ENDPOINT, endpoint_key=fingerprint(endpoint))
    return _device_of(row) if row else None


def list_of_operator(tx: Tx, company_id: int, operator_id: int) -> list[Device]:
    """Newest first."""
    rows = tx.all(NEWEST_OF_OPERATOR, company=company_id, operator=operator_id)
    return [_device_of(row) for row in rows]


def list_ids(
    tx: Tx, company_id: int, organization_id: int, operator_id: int | None
) -> list[tuple[int, int]]:
    """(device, operator) of an operator, or (None) of everyone in an organization."""
    place: dict[str, Any] = {"company": company_id, "organization": organization_id, "now": tx.now}
    if operator_id is None:
        rows = tx.all(OF_ORGANIZATION, **place)
    else:
        rows = tx.all(OF_OPERATOR, **place, operator=operator_id)
    return [(row[0], row[1]) for row in rows]


def list_watched(tx: Tx) -> list[tuple[int, int]]:
    """(company, organization) of all that have devices."""
    return sorted({(row[0], row[1]) for row in tx.all(WATCHED, now=tx.now)})


def insert_device(tx: Tx, holder: Holder, subscription: Subscription) -> int:
    device_id = tx.new_id("push_devices")
    tx.run(
        ADD,
        company=holder.company_id,
        id=device_id,
        endpoint=subscription.endpoint,
        endpoint_key=fingerprint(subscription.endpoint),
        **_values_of(holder, subscription),
    )
    return device_id


def update_device(tx: Tx, device_id: int, holder: Holder, subscription: Subscription) -> None:
    values = _values_of(holder, subscription)
    tx.run(CHANGE, company=holder.company_id, device=device_id, **values)


def delete_device(tx: Tx, company_id: int, device_id: int) -> None:
    tx.run(DELETE, company=company_id, device=device_id)


def delete_of_operator(tx: Tx, company_id: int, operator_id: int) -> None:
    tx.run(DELETE_OF_OPERATOR, company=company_id, operator=operator_id)


def delete_of_session(tx: Tx, session: str) -> None:
    tx.run(DELETE_OF_SESSION, session=session)


def delete_ended(tx: Tx) -> None:
    tx.run(DELETE_ENDED, now=tx.now)


def delete_all(tx: Tx) -> None:
    tx.run(DELETE_ALL)


def _values_of(holder: Holder, subscription: Subscription) -> dict[str, Any]:
    return {
        "new_organization": holder.organization_id,
        "new_operator": holder.operator_id,
        "new_epoch": holder.epoch,
        "new_end": holder.ends_at,
        "new_session": holder.session,
        "new_p256dh": subscription.p256dh,
        "new_auth": subscription.auth,
        "new_kid": subscription.kid,
        "new_language": subscription.language,
    }


def _device_of(row: Row) -> Device:
    (device_id, company_id, organization_id, operator_id, epoch, ends_at, session, *said) = row
    holder = Holder(company_id, organization_id, operator_id, epoch, ends_at, session)
    return Device(device_id, holder, Subscription(*said))
