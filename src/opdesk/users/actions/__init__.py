"""What can be done with a company's people: who they are, and how they sign in."""

from opdesk.users.actions.people import (
    change,
    change_password,
    email_in,
    found_company,
    invite,
    join,
    list_users,
    make_link,
    remove,
    revoke_all,
    sign_out,
)
from opdesk.users.actions.second_factor import offer, remove_totp, switch_off, switch_on
from opdesk.users.actions.setting_up import needs_set_up, set_up
from opdesk.users.actions.signing_in import (
    check_password,
    issue_company_token,
    open_session,
    sign_in,
    signed_in,
)

__all__ = [
    "change",
    "change_password",
    "check_password",
    "email_in",
    "found_company",
    "invite",
    "issue_company_token",
    "join",
    "list_users",
    "make_link",
    "needs_set_up",
    "offer",
    "open_session",
    "remove",
    "remove_totp",
    "revoke_all",
    "set_up",
    "sign_in",
    "sign_out",
    "signed_in",
    "switch_off",
    "switch_on",
]
