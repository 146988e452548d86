"""A channel for someone, or an error."""

from opdesk.channels import store
from opdesk.channels.errors import ChannelNotFound
from opdesk.channels.model import Channel, Source
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault


def channel(tx: Tx, vault: Vault, company_id: int, channel_id: int) -> Channel:
    """A living channel of this company. Raises ChannelNotFound."""
    found = store.find_channel(tx, vault, company_id, channel_id)
    if found is None or found.is_deleted:
        raise ChannelNotFound(f"there is no channel {channel_id}")
    return found


def find_any(tx: Tx, vault: Vault, company_id: int, channel_id: int) -> Channel | None:
    """A channel even when it is deleted: its chats stay readable."""
    return store.find_channel(tx, vault, company_id, channel_id)


def find_by_public_account(tx: Tx, vault: Vault, source: Source, account_id: str) -> Channel | None:
    """The living channel of an account: for callers who know the account and no company."""
    return store.find_by_public_account(tx, vault, source, account_id)


def find_of_account(
    tx: Tx, vault: Vault, company_id: int, source: Source, account_id: str
) -> Channel | None:
    """The channel of an account of the platform that can take messages now."""
    return store.find_by_account(tx, vault, company_id, source, account_id)
