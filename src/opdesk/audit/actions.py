"""Write down what was done, and read it again."""

from opdesk.audit import store
from opdesk.audit.model import Acting, Action, Detail, Entry, Filter
from opdesk.kit.context import Tx


def record(
    tx: Tx, caller: Acting, action: Action, subject_id: int | None = None, **details: Detail
) -> None:
    """Who did what, in the transaction that does it: both are stored or neither.

    `details` say what it was about in names, ids and settings; never a secret, never a text of a
    customer.
    """
    store.insert_entry(tx, caller.actor, action.value, subject_id, details)


def list_entries(tx: Tx, company_id: int, wanted: Filter) -> list[Entry]:
    """The company's entries, the newest first."""
    return store.list_entries(tx, company_id, wanted)
