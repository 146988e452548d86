"""What can be done with operators."""

from opdesk.operators.actions.people import (
    claims_for,
    find_by_login,
    find_for_credentials,
    join,
    list_operators,
    open_password_session,
    open_session,
    profile,
    quick_replies,
    set_credentials,
    set_status,
    sign_in_operator,
    sign_out,
    sign_out_everywhere,
    token_end,
    validate,
)
from opdesk.operators.actions.searching import OpenChats, search
from opdesk.operators.actions.synchronizing import new_operators, plan, synchronize, try_synchronize

__all__ = [
    "OpenChats",
    "claims_for",
    "find_by_login",
    "find_for_credentials",
    "join",
    "list_operators",
    "new_operators",
    "open_password_session",
    "open_session",
    "plan",
    "profile",
    "quick_replies",
    "search",
    "set_credentials",
    "set_status",
    "sign_in_operator",
    "sign_out",
    "sign_out_everywhere",
    "synchronize",
    "token_end",
    "try_synchronize",
    "validate",
]
