"""A chat for a caller, or an error."""

from opdesk.chats import store
from opdesk.chats.errors import ChatNotFound
from opdesk.chats.model import Chat, ChatState
from opdesk.kit.context import Tx
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.organizations import actions as organizations


def chat(tx: Tx, caller: Caller, chat_id: int) -> Chat:
    """A chat of the caller's company, and of their organization. Raises ChatNotFound."""
    found = store.find_chat(tx, caller.company_id, chat_id)
    whose = found.operator.id if found and found.operator else None
    if found is None or not _may_see(tx, caller, found.organization.id, whose):
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
    if found and _may_see(tx, caller, found.organization_id, found.operator_id):
        return found
    return None


def own_only(tx: Tx, caller: Caller) -> int | None:
    """The operator who sees their own and nobody's chats alone; None: the colleagues' too."""
    if not isinstance(caller, OperatorCaller):
        return None
    settings = organizations.settings_of(tx, caller.company_id, caller.organization_id)
    return caller.operator_id if settings.own_chats_only else None


def may_operator_see(tx: Tx, state: ChatState, operator_id: int) -> bool:
    """Whether an operator of a chat's organization sees it."""
    if state.operator_id in (None, operator_id):
        return True
    return not organizations.settings_of(tx, state.company_id, state.organization_id).own_chats_only


def _may_see(tx: Tx, caller: Caller, organization_id: int, operator_id: int | None) -> bool:
    if not isinstance(caller, OperatorCaller):
        return True
    if caller.organization_id != organization_id:
        return False
    # The setting is asked for only where it decides.
    return operator_id in (None, caller.operator_id) or own_only(tx, caller) is None
