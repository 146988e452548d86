"""Sign-in of a company's people, their own profile, who they are, and the first of them."""

from opdesk.users.endpoints import own, people, set_up

ROUTES = (*set_up.ROUTES, *own.ROUTES, *people.ROUTES)

__all__ = ["ROUTES"]
