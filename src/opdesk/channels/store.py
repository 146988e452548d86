"""SQL of channels. Settings are sealed with the master key (AES-GCM) on the way in."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from opdesk.channels.model import Channel, ChannelState, Source, Trouble, sender_key
from opdesk.kit.context import Row, Tx
from opdesk.kit.keyring import Vault
from opdesk.kit.sql import metadata, statement

channels = Table(
    "channels",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("source", Integer, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sender_key", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("settings", LargeBinary, nullable=False),
    Column("webhook_secret", Text, nullable=False),
    Column("is_enabled", Integer, nullable=False),
    Column("is_deleted", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("problem", Text),
    Column("poll_offset", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index(
        "channels_account",
        "source",
        "account_id",
        unique=True,
        sqlite_where=text("account_id <> ''"),
        postgresql_where=text("account_id <> ''"),
    ),
)
_c = channels.c
_channel = select(
    _c.id,
    _c.company_id,
    _c.organization_id,
    _c.source,
    _c.sender,
    _c.account_id,
    _c.settings,
    _c.webhook_secret,
    _c.is_enabled,
    _c.is_deleted,
    _c.state,
    _c.problem,
    _c.poll_offset,
)
_is_it = (_c.company_id == bindparam("company"), _c.id == bindparam("channel"))
CHANNEL = statement(_channel.where(*_is_it))
BY_PUBLIC_ACCOUNT = statement(
    _channel.where(
        _c.source == bindparam("source"),
        _c.account_id == bindparam("account"),
        # As the index says it, or SQLite does not take it.
        text("account_id <> ''"),
    )
)
OF_ORGANIZATION = statement(
    _channel.where(
        _c.company_id == bindparam("company"),
        _c.organization_id == bindparam("organization"),
        _c.is_deleted == 0,
    ).order_by(_c.id)
)
OF_COMPANY = statement(
    _channel.where(_c.company_id == bindparam("company"), _c.is_deleted == 0).order_by(_c.id)
)
BY_ACCOUNT = statement(
    _channel.where(
        _c.company_id == bindparam("company"),
        _c.source == bindparam("source"),
        _c.account_id == bindparam("account"),
        _c.is_enabled == 1,
        _c.is_deleted == 0,
    )
)
ENABLED = statement(
    _channel.where(_c.is_enabled == 1, _c.is_deleted == 0).order_by(_c.company_id, _c.id)
)
DELETE = statement(
    delete(channels).where(_c.company_id == bindparam("company"), _c.id == bindparam("channel"))
)
ADD = statement(
    insert(channels).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        organization_id=bindparam("organization"),
        source=bindparam("source"),
        sender=bindparam("sender"),
        sender_key=bindparam("sender_key"),
        account_id=bindparam("account"),
        settings=bindparam("settings"),
        webhook_secret=bindparam("webhook_secret"),
        is_enabled=bindparam("is_enabled"),
        is_deleted=0,
        state=bindparam("state"),
        problem=bindparam("problem"),
        poll_offset=0,
        created_at=bindparam("now"),
    )
)
CHANGE = statement(
    update(channels)
    .where(*_is_it)
    .values(
        sender=bindparam("new_sender"),
        sender_key=bindparam("new_sender_key"),
        account_id=bindparam("new_account"),
        settings=bindparam("new_settings"),
        is_enabled=bindparam("new_is_enabled"),
        is_deleted=bindparam("new_is_deleted"),
        state=bindparam("new_state"),
        problem=bindparam("new_problem"),
    )
)
SET_STATE = statement(
    update(channels)
    .where(*_is_it, _c.is_deleted == 0)
    .values(state=bindparam("new_state"), problem=bindparam("new_problem"))
)
SET_PROBLEM = statement(
    update(channels)
    .where(*_is_it, _c.is_deleted == 0, _c.state == bindparam("known_state"))
    .values(problem=bindparam("new_problem"))
)
SET_OFFSET = statement(
    update(channels)
    .where(*_is_it, _c.poll_offset < bindparam("new_offset"))
    .values(poll_offset=bindparam("new_offset"))
)
RESET_OFFSET = statement(update(channels).where(*_is_it).values(poll_offset=0))


def find_channel(tx: Tx, vault: Vault, company_id: int, channel_id: int) -> Channel | None:
    row = tx.first(CHANNEL, company=company_id, channel=channel_id)
    return _channel_of(row, vault) if row else None


def find_by_public_account(tx: Tx, vault: Vault, source: Source, account_id: str) -> Channel | None:
    """The one living channel of an account, whichever company's it is."""
    row = tx.first(BY_PUBLIC_ACCOUNT, source=int(source), account=account_id)
    return _channel_of(row, vault) if row else None


def find_by_account(
    tx: Tx, vault: Vault, company_id: int, source: Source, account_id: str
) -> Channel | None:
    """The living channel of an account of the platform, if it is switched on."""
    row = tx.first(BY_ACCOUNT, company=company_id, source=int(source), account=account_id)
    return _channel_of(row, vault) if row else None


def list_channels(
    tx: Tx, vault: Vault, company_id: int, organization_id: int | None
) -> list[Channel]:
    """Living channels of an organization, or of the whole company."""
    if organization_id is None:
        rows = tx.all(OF_COMPANY, company=company_id)
    else:
        rows = tx.all(OF_ORGANIZATION, company=company_id, organization=organization_id)
    return [_channel_of(row, vault) for row in rows]


def list_enabled(tx: Tx, vault: Vault) -> list[Channel]:
    """Every company's channels that are switched on."""
    return [_channel_of(row, vault) for row in tx.all(ENABLED)]


def delete_channel(tx: Tx, company_id: int, channel_id: int) -> None:
    tx.run(DELETE, company=company_id, channel=channel_id)


def insert_channel(tx: Tx, vault: Vault, new: Channel) -> None:
    tx.run(
        ADD,
        company=new.company_id,
        id=new.id,
        organization=new.organization_id,
        source=int(new.source),
        sender=new.sender,
        sender_key=sender_key(new.sender),
        account=new.account_id,
        settings=_sealed(vault, new),
        webhook_secret=new.webhook_secret,
        is_enabled=int(new.is_enabled),
        state=new.state.value,
        problem=_told(new.problem),
        now=tx.now,
    )


def update_channel(tx: Tx, vault: Vault, changed: Channel) -> None:
    tx.run(
        CHANGE,
        company=changed.company_id,
        channel=changed.id,
        new_sender=changed.sender,
        new_sender_key=sender_key(changed.sender),
        new_account=changed.account_id,
        new_settings=_sealed(vault, changed),
        new_is_enabled=int(changed.is_enabled),
        new_is_deleted=int(changed.is_deleted),
        new_state=changed.state.value,
        new_problem=_told(changed.problem),
    )


def update_state(
    tx: Tx, company_id: int, channel_id: int, state: ChannelState, problem: Trouble | None
) -> None:
    tx.run(
        SET_STATE,
        company=company_id,
        channel=channel_id,
        new_state=state.value,
        new_problem=_told(problem),
    )


def update_problem(
    tx: Tx, company_id: int, channel_id: int, state: ChannelState, problem: Trouble | None
) -> None:
    """Only while the channel is still in this state."""
    tx.run(
        SET_PROBLEM,
        company=company_id,
        channel=channel_id,
        known_state=state.value,
        new_problem=_told(problem),
    )


def update_offset(tx: Tx, company_id: int, channel_id: int, offset: int) -> None:
    """Move the polling offset forward, never back."""
    tx.run(SET_OFFSET, company=company_id, channel=channel_id, new_offset=offset)


def reset_offset(tx: Tx, company_id: int, channel_id: int) -> None:
    """Poll from the oldest item that the platform still has; what is known is not stored twice."""
    tx.run(RESET_OFFSET, company=company_id, channel=channel_id)


def _told(trouble: Trouble | None) -> str | None:
    return None if trouble is None else msgspec.json.encode(trouble).decode()


def _trouble_of(text: str | None) -> Trouble | None:
    """Rows of version 0.1 hold a sentence."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=Trouble)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return Trouble("other", {"words": text})


def _sealed(vault: Vault, channel: Channel) -> bytes:
    return vault.seal(msgspec.json.encode(dict(channel.settings)), _purpose(channel.id))


def _purpose(channel_id: int) -> str:
    return f"channel:{channel_id}"


@lru_cache(maxsize=1024)
def _opened(vault: Vault, sealed: bytes, channel_id: int) -> Mapping[str, str]:
    """A busy channel is read for every webhook: its settings are opened once, not each time."""
    found = msgspec.json.decode(vault.open(sealed, _purpose(channel_id)), type=dict[str, str])
    return MappingProxyType(found)


def _channel_of(row: Row, vault: Vault) -> Channel:
    return Channel(
        id=row[0],
        company_id=row[1],
        organization_id=row[2],
        source=Source(row[3]),
        sender=row[4],
        account_id=row[5],
        settings=_opened(vault, bytes(row[6]), row[0]),
        webhook_secret=row[7],
        is_enabled=bool(row[8]),
        is_deleted=bool(row[9]),
        state=ChannelState(row[10]),
        problem=_trouble_of(row[11]),
        poll_offset=row[12],
    )
