"""The contract's section Chats, and uploading files."""

from opdesk.chats.endpoints import chats, messages, notes, people, searching, work
from opdesk.chats.endpoints.messages import draft_in
from opdesk.chats.endpoints.parameters import Typing

ROUTES = (
    *chats.ROUTES,
    *messages.ROUTES,
    *people.ROUTES,
    *work.ROUTES,
    *notes.ROUTES,
    *searching.ROUTES,
)
__all__ = ["ROUTES", "Typing", "draft_in"]
