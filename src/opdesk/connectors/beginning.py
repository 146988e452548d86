"""Begin a chat with a phone, on a channel that may write first."""

from dataclasses import dataclass

from opdesk.accounts import access as accounts
from opdesk.channels import access
from opdesk.channels.errors import ChannelNotFound
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.chats.errors import ChannelGone
from opdesk.chats.model import Beginning, Chat
from opdesk.connectors.registry import CONNECTORS
from opdesk.connectors.rules import HINDRANCES, Hindrance, why_not_first
from opdesk.contacts.model import normalize_phone
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid
from opdesk.kit.keyring import Vault
from opdesk.operators.model import Caller, organization_of

_CHANNEL, _PHONE = "channelId", "phone"


@dataclass(frozen=True, slots=True)
class WantedChat:
    """On which channel, with which phone in any spelling, and what its owner is called, or ""."""

    channel_id: int
    phone: str
    name: str


def begin_chat(tx: Tx, vault: Vault, caller: Caller, wanted: WantedChat) -> Chat:
    """The chat of a channel with a phone, which is begun when there is none.

    The phone is read as the channel's organization writes it. Raises ChannelNotFound (also for a
    channel of another organization than the operator's), ChannelGone for one that is switched off,
    and Invalid naming `channelId` or `phone`.
    """
    channel = _channel(tx, vault, caller, wanted.channel_id)
    organization = accounts.organization(tx, channel.company_id, channel.organization_id)
    phone = normalize_phone(wanted.phone, organization.country)
    external_id = CONNECTORS[channel.source].chat_with(phone) if phone else None
    if phone is None or external_id is None:
        raise Invalid.field(_PHONE, "is not a phone number that this channel can write to")
    return chats.begin(tx, caller, channel, Beginning(external_id, phone, wanted.name))


def _channel(tx: Tx, vault: Vault, caller: Caller, channel_id: int) -> Channel:
    """The caller's channel, which may write first."""
    channel = access.channel(tx, vault, caller.company_id, channel_id)
    if organization_of(caller) not in (None, channel.organization_id):
        raise ChannelNotFound(f"there is no channel {channel_id}")
    why = why_not_first(channel)
    if why is Hindrance.CHANNEL_GONE:
        words = "is switched off: nothing can be sent"
        raise ChannelGone(f"{_CHANNEL}: {words}", errors={_CHANNEL: [words]})
    if why is not None:
        raise Invalid.field(_CHANNEL, HINDRANCES[why].en)
    return channel
