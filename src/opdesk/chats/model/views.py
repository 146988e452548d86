"""What an operator keeps of the list: chats at its top, and ways to narrow it."""

from dataclasses import dataclass

MAX_PINS = 20
MAX_VIEWS = 30
MAX_VIEW_NAME_CHARS = 60
MAX_VIEW_SEARCH_CHARS = 200


@dataclass(frozen=True, slots=True)
class KeptViews:
    """`content` is JSON of the views as the wire has them. `version` grows with every change; 0:

    there never were any.
    """

    content: str
    version: int


NO_VIEWS = KeptViews("[]", 0)
