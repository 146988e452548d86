"""The contract's section Operators, and the panel's own sign-in."""

from opdesk.operators.endpoints import company, own
from opdesk.operators.endpoints.company import RawTokenValidation

ROUTES = (*company.ROUTES, *own.ROUTES)
__all__ = ["ROUTES", "RawTokenValidation"]
