"""What can be done with a company's people: who they are, and how they sign in."""

from opdesk.users.actions.people import (
    change,
    found_company,
    list_users,
    remove,
    revoke_all,
    sign_out,
)
from opdesk.users.actions.signing_in import (
    Attempt,
    issue_company_token,
    open_session,
    sign_in,
    signed_in,
)

__all__ = [
    "Attempt",
    "change",
    "found_company",
    "issue_company_token",
    "list_users",
    "open_session",
    "remove",
    "revoke_all",
    "sign_in",
    "sign_out",
    "signed_in",
]
