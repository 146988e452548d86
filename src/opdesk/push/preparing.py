"""What is shown of a word at the moment when it goes out, if there is still something to tell."""

from collections.abc import Sequence

from opdesk.chats import actions as chats
from opdesk.chats.errors import ChatNotFound
from opdesk.chats.model import Chat
from opdesk.devices import actions as devices
from opdesk.devices.model import Device, Subscription
from opdesk.kit.context import Tx
from opdesk.operators import access
from opdesk.operators.model import OperatorCaller
from opdesk.push.model import Reason, Shown, Word, is_theirs_to_hear
from opdesk.push.words import notice

Ready = tuple[Subscription, Shown]


def prepare(tx: Tx, wanted: Sequence[tuple[int, Word]]) -> list[Ready | None]:
    """For each (device, word); None where nobody is to be told any more.

    Somebody has answered or read, the operator has left or lost the chat, the device is gone.
    """
    return [_ready(tx, device_id, word) for device_id, word in wanted]


def _ready(tx: Tx, device_id: int, word: Word) -> Ready | None:
    device = devices.find(tx, word.company_id, device_id)
    caller = _operator(tx, device) if device else None
    if device is None or caller is None:
        return None
    try:
        chat = chats.get_chat(tx, caller, word.chat_id)
    except ChatNotFound:
        return None
    if not _is_still_so(tx, caller, chat, word):
        return None
    message = chats.find_message(tx, chat.company_id, word.message_id) if word.message_id else None
    if word.reason is Reason.MESSAGE and (message is None or message.is_deleted):
        return None
    shown = notice(chat, message, word.reason, device.subscription.language)
    return device.subscription, shown


def _operator(tx: Tx, device: Device) -> OperatorCaller | None:
    """Whose device it is, while they are Active and signed in as they were."""
    whose = device.holder
    place = (whose.company_id, whose.operator_id, whose.epoch, whose.ends_at)
    return access.operator_of_grant(tx, *place)


def _is_still_so(tx: Tx, caller: OperatorCaller, chat: Chat, word: Word) -> bool:
    is_theirs = chat.operator is not None and chat.operator.id == caller.operator_id
    if word.reason is Reason.MESSAGE:
        return chat.unread > 0 and is_theirs_to_hear(chat, caller.operator_id)
    if word.reason is Reason.MENTION:
        return chat.id in chats.list_mentions(tx, caller)
    if word.reason is Reason.WOKEN:
        return is_theirs and chat.woke_at is not None
    return is_theirs
