"""What can be done with links: follow one, explain one, make one."""

from opdesk.deeplinks.actions.building import build
from opdesk.deeplinks.actions.checking import Asked, check
from opdesk.deeplinks.actions.resolving import resolve

__all__ = ["Asked", "build", "check", "resolve"]
