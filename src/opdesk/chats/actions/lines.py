"""Lines of the system: what happened to a chat, told in the conversation itself."""

from dataclasses import replace

from opdesk.chats import store
from opdesk.chats.actions.writing import new_message, tell
from opdesk.chats.model import Author, ChatState, Details, Line, LineCode, MessageStatus
from opdesk.events.model import EventType
from opdesk.kit.context import Tx
from opdesk.operators.model import Caller, OperatorCaller


def add_line(
    tx: Tx, state: ChatState, code: LineCode, caller: Caller | None = None, **said: str | int | None
) -> None:
    """Tell in a chat what happened to it. It is sent to nobody, found by no search, and changes

    neither the chat's state nor its place in a list. `caller` did it; None: the server.
    """
    by = caller.name if isinstance(caller, OperatorCaller) else None
    params = {name: value for name, value in {"by": by, **said}.items() if value is not None}
    message = replace(
        new_message(tx, state, Author.SYSTEM, ""),
        status=MessageStatus.SUCCESS,
        details=Details(line=Line(code, params)),
    )
    store.insert_message(tx, message, state.channel_id, None)
    tell(tx, state, EventType.MESSAGE_CREATED, messageId=message.id)
