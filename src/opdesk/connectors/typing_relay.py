"""Shows customers that an operator writes, on the platforms that can show it."""

from typing_extensions import override

from opdesk.chats import actions as chats
from opdesk.connectors.base import Connector, Declaration
from opdesk.connectors.relay import Relay, Sight
from opdesk.kit.clock import Clock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.http_client import HttpClient
from opdesk.kit.keyring import Vault

PAUSE_S = 2.5
"""Between two calls for a chat: panels repeat every 3 s, and Telegram shows one for 5."""
CALL_S = 5.0


class TypingRelay(Relay):
    """Shows for about 5 seconds that someone writes; call it as often as somebody types.

    A chat that refuses rests for a minute: whoever blocked us would be shown it again and again.
    """

    name = "typing"
    pause_s = PAUSE_S
    rests_refused_chats = True

    def __init__(
        self,
        db: Database,
        vault: Vault,
        http: HttpClient,
        clock: Clock,
        *,
        call_s: float = CALL_S,
    ) -> None:
        super().__init__(db, vault, http, clock)
        self.call_s = call_s

    @override
    def is_shown(self, declaration: Declaration) -> bool:
        return declaration.can_show_typing

    @override
    def message_of(self, tx: Tx, company_id: int, chat_id: int) -> str:
        return chats.find_newest_of_client(tx, company_id, chat_id) or ""

    @override
    async def call(self, connector: Connector, sight: Sight) -> None:
        await connector.show_typing(sight.chat, sight.message)
