"""The contract's section Chats, and uploading files."""

from opdesk.chats.endpoints import chats, messages, notes, people, searching, views, work
from opdesk.chats.endpoints.messages import draft_in
from opdesk.chats.endpoints.parameters import Typing

_PARTS = (chats, messages, people, work, notes, searching, views)
ROUTES = tuple(route for part in _PARTS for route in part.ROUTES)
__all__ = ["ROUTES", "Typing", "draft_in"]
