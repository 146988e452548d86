"""What can go wrong with chats and messages."""

from opdesk.kit.errors import Conflict, Forbidden, NotFound


class ChatNotFound(NotFound):
    """No such chat, another company's, or one of an organization that isn't the caller's."""

    title = "No such chat"


class ChannelGone(Conflict):
    """The chat's channel was disconnected or switched off: the chat is read-only."""

    title = "The chat's channel is not connected"


class KeyReused(Conflict):
    """The same idempotency key with another body."""

    title = "This idempotency key was used for another message"


class MayNotDelete(Forbidden):
    title = "Only the company may delete chats"
