"""What an operator keeps of the list: chats at its top, and ways to narrow it."""

from dataclasses import dataclass

from opdesk.channels.model import Source

MAX_PINS = 20
MAX_VIEWS = 30
MAX_VIEW_NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class KeptViews:
    """`content` is JSON of the views as the wire has them. `version` grows with every change; 0:

    there never were any.
    """

    content: str
    version: int


@dataclass(frozen=True, slots=True)
class ListChannel:
    """A connected account whose chats the list can be narrowed to. `sender` is its public name."""

    id: int
    source: Source
    sender: str


NO_VIEWS = KeptViews("[]", 0)
