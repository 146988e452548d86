"""Finding operators among thousands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from opdesk.accounts import access as accounts, actions as account_actions
from opdesk.accounts.model import CompanyCaller
from opdesk.kit.context import Tx
from opdesk.operators import store
from opdesk.operators.model import Found, FoundPage, Search

OpenChats = Callable[[Tx, int, Sequence[int]], Mapping[int, int]]
"""(tx, company, operators) -> how many open chats each has, for those who have some."""


def search(tx: Tx, caller: CompanyCaller, wanted: Search, open_chats: OpenChats) -> FoundPage:
    """The company's operators, or one organization's, by id. Raises OrganizationNotFound."""
    if wanted.organization_id is not None:
        accounts.organization(tx, caller.company_id, wanted.organization_id)
    one_more = replace(wanted, limit=wanted.limit + 1)
    total, rows = store.search(tx, caller.company_id, one_more)
    shown = rows[: wanted.limit]
    ids = [operator.id for operator, _, _ in shown]
    counts = open_chats(tx, caller.company_id, ids) if ids else {}
    organizations = {one.id: one for one in account_actions.list_organizations(tx, caller)}
    items = [
        Found(
            operator,
            external_id,
            seen_at,
            organizations[operator.organization_id],
            counts.get(operator.id, 0),
        )
        for operator, external_id, seen_at in shown
    ]
    return FoundPage(items, ids[-1] if len(rows) > len(shown) else None, total)
