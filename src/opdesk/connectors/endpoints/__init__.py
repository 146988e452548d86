"""The contract's section Channels, what a chat's channel takes, and the platforms' own address."""

from opdesk.connectors.endpoints import channels, writing
from opdesk.connectors.endpoints.hooks import HOOKS, Webhooks

ROUTES = (*channels.ROUTES, *writing.ROUTES)
__all__ = ["HOOKS", "ROUTES", "Webhooks"]
