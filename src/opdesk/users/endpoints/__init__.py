"""Sign-in of a company's people, their own profile, and who they are."""

from opdesk.users.endpoints import own, people

ROUTES = (*own.ROUTES, *people.ROUTES)

__all__ = ["ROUTES"]
