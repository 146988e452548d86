"""What can happen to chats and messages: the rules of the contract's section Chats."""

from opdesk.chats.actions.handing_over import count_open, hand_over
from opdesk.chats.actions.held import HeldSend, drop_held_sends, list_held_sends, resume_held
from opdesk.chats.actions.lifecycle import (
    CLEAR,
    ForgetRaw,
    Leftovers,
    assign,
    clear_away,
    delete_chat,
    mark_read,
    set_status,
)
from opdesk.chats.actions.reading import (
    find_chat,
    find_message,
    get_chat,
    get_typed_in,
    list_by_phone,
    list_chats,
    list_messages,
    list_newest_of_channel,
    localized,
)
from opdesk.chats.actions.receiving import FETCH, edit_received, hold, is_stored, receive
from opdesk.chats.actions.retention import delete_outdated
from opdesk.chats.actions.sending import (
    SEND,
    UNCERTAIN,
    Check,
    check_text_length,
    forget_old_keys,
    record_delivery,
    send,
    send_lane,
    tell_media_changed,
)

__all__ = [
    "CLEAR",
    "FETCH",
    "SEND",
    "UNCERTAIN",
    "Check",
    "ForgetRaw",
    "HeldSend",
    "Leftovers",
    "assign",
    "check_text_length",
    "clear_away",
    "count_open",
    "delete_chat",
    "delete_outdated",
    "drop_held_sends",
    "edit_received",
    "find_chat",
    "find_message",
    "forget_old_keys",
    "get_chat",
    "get_typed_in",
    "hand_over",
    "hold",
    "is_stored",
    "list_by_phone",
    "list_chats",
    "list_held_sends",
    "list_messages",
    "list_newest_of_channel",
    "localized",
    "mark_read",
    "receive",
    "record_delivery",
    "resume_held",
    "send",
    "send_lane",
    "set_status",
    "tell_media_changed",
]
