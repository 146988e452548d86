"""What can go wrong with chats and messages."""

from collections.abc import Sequence
from typing import Any

from opdesk.kit.errors import Conflict, Forbidden, NotFound


class ChatNotFound(NotFound):
    """No such chat, another company's, or one of an organization that isn't the caller's."""

    title = "No such chat"


class MessageNotFound(NotFound):
    """The same for a message of a chat."""


class ChannelGone(Conflict):
    """The chat's channel was disconnected or switched off: the chat is read-only."""

    title = "The chat's channel is not connected"


class NotNow(Conflict):
    """The chat's platform takes nothing now. `reason` is a code that has words everywhere."""

    title = "This chat can't be written to now"

    def __init__(self, detail: str, reason: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.members["reason"] = reason


class NotRetried(Conflict):
    """Only what the platform refused, or may not have got, can be sent once more."""

    title = "This message can't be sent again"


class KeyReused(Conflict):
    """The same idempotency key with another body."""

    title = "This idempotency key was used for another message"


class AnsweredSince(Conflict):
    """A send is held: somebody else has answered behind what its author had seen.

    `missed` are the chat's messages (`model.Message`) behind the last seen one, oldest first.
    """

    title = "A colleague has answered since"

    def __init__(self, detail: str, missed: Sequence[Any]) -> None:
        super().__init__(detail)
        self.missed = missed


class MayNotWriteAsClient(Forbidden):
    """Companies relay their clients from elsewhere; an operator is never the client."""

    title = "Only the company may speak for the client"


class MayNotDelete(Forbidden):
    title = "Only the company may delete chats"


class NotClosed(Conflict):
    """There is no close to undo."""

    title = "This chat is not closed"


class TooManyPins(Conflict):
    """What stands at the top of the list must leave room for the list."""

    title = "Too many chats are pinned"


class ViewsChanged(Conflict):
    """Another tab or device of the operator has written since. `views` is what stands there."""

    title = "The views were changed elsewhere"

    def __init__(self, views: Any) -> None:
        super().__init__("read the views, and write again with their version")
        self.views = views


class DraftChanged(Conflict):
    """Another tab or device of the operator has written since. `draft` is what stands there."""

    title = "The draft was changed elsewhere"

    def __init__(self, draft: Any) -> None:
        super().__init__("read the draft, and write again with its version")
        self.draft = draft
