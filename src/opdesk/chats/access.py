"""A chat for a caller, or an error."""

from opdesk.chats import store
from opdesk.chats.errors import ChatNotFound
from opdesk.chats.model import Chat, ChatState
from opdesk.kit.context import Tx
from opdesk.operators.model import Caller, OperatorCaller


def chat(tx: Tx, caller: Caller, chat_id: int) -> Chat:
    """A chat of the caller's company, and of their organization. Raises ChatNotFound."""
    found = store.find_chat(tx, caller.company_id, chat_id)
    if found is None or not _may_see(caller, found.organization.id):
        raise ChatNotFound(f"there is no chat {chat_id}")
    return found


def locked(tx: Tx, caller: Caller, chat_id: int) -> ChatState:
    """A chat to change: nobody else can, until the transaction ends. Raises ChatNotFound."""
    found = find_locked(tx, caller, chat_id)
    if found is None:
        raise ChatNotFound(f"there is no chat {chat_id}")
    return found


def find_locked(tx: Tx, caller: Caller, chat_id: int) -> ChatState | None:
    """The same, or None."""
    tx.lock("chats", company_id=caller.company_id, id=chat_id)
    found = store.find_state(tx, caller.company_id, chat_id)
    return found if found and _may_see(caller, found.organization_id) else None


def _may_see(caller: Caller, organization_id: int) -> bool:
    return not isinstance(caller, OperatorCaller) or caller.organization_id == organization_id
