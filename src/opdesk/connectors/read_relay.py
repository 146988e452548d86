"""Tells customers that their messages were read, on the platforms that can show it."""

from typing_extensions import override

from opdesk.chats import actions as chats
from opdesk.connectors.base import Connector, Declaration
from opdesk.connectors.relay import Relay, Sight
from opdesk.kit.context import Tx


class ReadRelay(Relay):
    """Shows that all so far has been read.

    A panel marks a chat as read for each message that comes, hence the pause; the last of them is
    shown when it ends.
    """

    name = "read"
    pause_s = 1.0
    call_s = 10.0
    max_of_channel = 4
    shows_last = True

    @override
    def is_shown(self, declaration: Declaration) -> bool:
        return declaration.can_mark_read

    @override
    def message_of(self, tx: Tx, company_id: int, chat_id: int) -> str | None:
        return chats.find_newest_of_client(tx, company_id, chat_id)

    @override
    async def call(self, connector: Connector, sight: Sight) -> None:
        await connector.mark_read(sight.chat, sight.message)
