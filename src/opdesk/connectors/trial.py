"""Try a channel out: a test message to one of its newest chats."""

from dataclasses import dataclass

from opdesk.accounts import access as accounts
from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action, Detail
from opdesk.channels import access
from opdesk.chats import actions as chats
from opdesk.chats.model import Chat, Draft, Message
from opdesk.connectors.declaration import Words
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid
from opdesk.kit.keyring import Vault
from opdesk.media.access import Files

RECENT_CHATS = 20
TEST_MESSAGE = Words(
    "Це тестове повідомлення від OpDesk: канал працює. Відповідати не потрібно.",
    "This is a test message from OpDesk: the channel works. No answer is needed.",
)


def list_recent(
    tx: Tx, vault: Vault, caller: CompanyCaller, channel_id: int, at_most: int = RECENT_CHATS
) -> list[Chat]:
    """A channel's chats with the newest activity. Raises ChannelNotFound."""
    channel = access.channel(tx, vault, caller.company_id, channel_id)
    return chats.list_newest_of_channel(tx, channel, at_most)


@dataclass(frozen=True, slots=True)
class TestSend:
    """What a test message passes on its way: where files lie, and the channel's own limits."""

    files: Files
    check: chats.Check


def send_test(
    tx: Tx, vault: Vault, way: TestSend, caller: CompanyCaller, place: tuple[int, int]
) -> Message:
    """Send the test message to a chat of the channel, in its organization's language.

    `place` is (channel, chat). It goes the way of every message, so it stands in the chat. Raises
    ChannelNotFound, ChatNotFound, Invalid for another channel's chat, ChannelGone.
    """
    channel_id, chat_id = place
    channel = access.channel(tx, vault, caller.company_id, channel_id)
    chat = chats.get_chat(tx, caller, chat_id)
    if chat.channel_id != channel.id:
        raise Invalid.field("chatId", "is a chat of another channel")
    organization = accounts.organization(tx, caller.company_id, channel.organization_id)
    draft = Draft(TEST_MESSAGE.told(organization.language))
    sent = chats.send(tx, way.files, caller, chat.id, draft, way.check)
    about: dict[str, Detail] = {"from": channel.sender, "chat": chat.id}
    audit.record(tx, caller, Action.CHANNEL_TESTED, channel.id, **about)
    return sent
