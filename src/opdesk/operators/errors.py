"""What can go wrong with operators."""

from opdesk.kit.errors import Conflict, Forbidden, NotFound, Unauthorized


class OperatorNotFound(NotFound):
    """No such operator, another company's, or a deleted one where only living ones count."""

    title = "No such operator"


class OperatorInactive(Conflict):
    """Only an Active operator gets a token or a chat."""

    title = "The operator is not active"


class LoginTaken(Conflict):
    """An operator's login is unique in the company."""

    title = "This login is taken"


class NoPassword(Conflict):
    """The operator has no login of their own: the CRM signs them in by tokens."""

    title = "You have no password here"


class OperatorSignedOut(Unauthorized):
    """The token or session has ended or was revoked. `reason` is a word that panels translate."""

    title = "The operator is not signed in"

    def __init__(self, detail: str, *, reason: str = "ended") -> None:
        super().__init__(detail)
        self.reason = reason


class AnotherOperator(Conflict):
    """The browser's session is another operator's than the one the tab was loaded for."""

    title = "Another operator is signed in"


class CompanyOnly(Forbidden):
    """An operator's credentials on a company's call."""

    title = "This call takes company credentials"


class ForeignPage(Forbidden):
    """A cookie on a request that did not come from our own pages."""

    title = "This request must come from the panel's own pages"
