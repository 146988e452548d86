"""Connect, change and disconnect accounts. What talks to the platform is in connectors/."""

from dataclasses import replace

from opdesk.accounts import access as accounts
from opdesk.channels import access, store
from opdesk.channels.errors import ChannelTaken
from opdesk.channels.model import Channel, ChannelState, Trouble
from opdesk.kit.context import DuplicateRow, Tx
from opdesk.kit.keyring import Vault

_TAKEN = "this account is connected already; delete that channel first"


def list_channels(
    tx: Tx, vault: Vault, company_id: int, organization_id: int | None
) -> list[Channel]:
    """Living channels, by id. Raises OrganizationNotFound."""
    if organization_id is not None:
        accounts.organization(tx, company_id, organization_id)
    return store.list_channels(tx, vault, company_id, organization_id)


def list_enabled(tx: Tx, vault: Vault) -> list[Channel]:
    """Every company's channels that are switched on."""
    return store.list_enabled(tx, vault)


def reserve_id(tx: Tx, company_id: int, organization_id: int) -> int:
    """An id for a channel about to be connected: its webhook's address needs it beforehand.

    Raises OrganizationNotFound.
    """
    accounts.organization(tx, company_id, organization_id)
    return tx.new_id("channels")


def add(tx: Tx, vault: Vault, new: Channel) -> Channel:
    """Save an account. Raises ChannelTaken when another living channel has it."""
    try:
        store.insert_channel(tx, vault, new)
    except DuplicateRow as error:
        raise ChannelTaken(_TAKEN) from error
    return new


def save(tx: Tx, vault: Vault, changed: Channel) -> Channel:
    """Save a changed channel. Raises ChannelNotFound, ChannelTaken.

    Other settings may mean another server, which counts its items by itself.
    """
    tx.lock("channels", company_id=changed.company_id, id=changed.id)
    before = access.channel(tx, vault, changed.company_id, changed.id)
    if changed.settings != before.settings:
        store.reset_offset(tx, changed.company_id, changed.id)
    try:
        store.update_channel(tx, vault, changed)
    except DuplicateRow as error:
        raise ChannelTaken(_TAKEN) from error
    return changed


def forget(tx: Tx, company_id: int, channel_id: int) -> None:
    """Take back an `add` whose platform refused us: nothing of it stays."""
    store.delete_channel(tx, company_id, channel_id)


def delete(tx: Tx, vault: Vault, company_id: int, channel_id: int) -> Channel:
    """Disconnect: the chats stay, read-only, the settings are emptied. Raises ChannelNotFound."""
    found = access.channel(tx, vault, company_id, channel_id)
    gone = replace(
        found,
        account_id="",
        settings={},
        is_enabled=False,
        is_deleted=True,
        state=ChannelState.DISABLED,
    )
    store.update_channel(tx, vault, gone)
    return found


def set_state(
    tx: Tx, company_id: int, channel_id: int, state: ChannelState, problem: Trouble | None
) -> None:
    store.update_state(tx, company_id, channel_id, state, problem)


def note_problem(
    tx: Tx, company_id: int, channel_id: int, state: ChannelState, problem: Trouble | None
) -> None:
    """What went wrong while a channel worked in `state`, or None when it works again.

    A channel that was switched off or connected anew meanwhile is left alone.
    """
    store.update_problem(tx, company_id, channel_id, state, problem)


def advance_poll(tx: Tx, company_id: int, channel_id: int, offset: int) -> None:
    """Remember how far a polled channel was read, in the transaction that stored it."""
    store.update_offset(tx, company_id, channel_id, offset)
