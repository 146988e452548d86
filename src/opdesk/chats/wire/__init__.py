"""JSON shapes of the contract's section Chats."""

from opdesk.chats.wire.points import card_in, place_in
from opdesk.chats.wire.requests import (
    ChatOperatorIn,
    ChatStatusIn,
    HandOverIn,
    HandOverOut,
    MediaIn,
    MessageIn,
    NotSentOut,
    TypingIn,
    UploadedOut,
    body_digest,
)
from opdesk.chats.wire.shapes import (
    CardOut,
    ChatOperatorOut,
    ChatOut,
    ChatPageOut,
    ClientOut,
    MediaOut,
    MediaUrl,
    MessageOut,
    MessagePageOut,
    PlaceOut,
    RefOut,
)
from opdesk.chats.wire.values import base64_in, cursor_in, words_in

__all__ = [
    "CardOut",
    "ChatOperatorIn",
    "ChatOperatorOut",
    "ChatOut",
    "ChatPageOut",
    "ChatStatusIn",
    "ClientOut",
    "HandOverIn",
    "HandOverOut",
    "MediaIn",
    "MediaOut",
    "MediaUrl",
    "MessageIn",
    "MessageOut",
    "MessagePageOut",
    "NotSentOut",
    "PlaceOut",
    "RefOut",
    "TypingIn",
    "UploadedOut",
    "base64_in",
    "body_digest",
    "card_in",
    "cursor_in",
    "place_in",
    "words_in",
]
