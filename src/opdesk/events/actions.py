"""Write facts down, read them back in order."""

from itertools import groupby

from opdesk.events import store
from opdesk.events.model import TOPIC, EventPage
from opdesk.kit import installation
from opdesk.kit.bus import Wake
from opdesk.kit.context import Fact, Tx

RETENTION_DAYS = 14
PAGE_SIZE = 100
"""Small enough that a page, whatever its texts, fits twice into what may wait for one client."""


def write_collected(tx: Tx) -> None:
    """Number and store the transaction's facts: its last statements before COMMIT.

    The counter's row is held until COMMIT, so it is taken as late as possible, and organizations
    in ascending order, so that two transactions never wait for each other in a circle.
    """
    for (company_id, organization_id), group in groupby(sorted(tx.events, key=_stream), _stream):
        facts = list(group)
        first = store.next_numbers(tx, company_id, organization_id, len(facts))
        store.insert_facts(tx, first, facts)
        tx.wakes.add(Wake(TOPIC, organization_id))


def events_after(tx: Tx, company_id: int, organization_id: int, after: int) -> EventPage | None:
    """What happened in an organization after number `after`, at most `PAGE_SIZE` of it.

    None when the log can't tell: `after` is beyond its end, or older than what is kept.
    """
    last = store.last_number(tx, company_id, organization_id)
    if after > last:
        return None
    found = store.list_after(tx, company_id, organization_id, after, PAGE_SIZE)
    up_to = found[-1].number if found else after
    is_whole = up_to == after + len(found) and (found or after == last)
    return EventPage(found, up_to) if is_whole else None


def last_number(tx: Tx, company_id: int, organization_id: int) -> int:
    """The newest number of an organization; 0 when nothing happened yet."""
    return store.last_number(tx, company_id, organization_id)


def epoch(tx: Tx) -> str:
    """Which life of this installation the numbers belong to; a restored backup has another."""
    return installation.find(tx, installation.EPOCH) or ""


def forget_before(tx: Tx, before: int) -> int:
    """Drop what is older than the retention; how many rows.

    What is kept stays without gaps: two transactions of one moment may be numbered in another
    order than their times, so the cut is made at a number, not at a time.
    """
    dropped = 0
    for company_id, organization_id in store.list_streams(tx):
        kept = store.first_since(tx, company_id, organization_id, before)
        last = store.last_number(tx, company_id, organization_id)
        number = last + 1 if kept is None else kept
        dropped += store.delete_below(tx, company_id, organization_id, number)
    return dropped


def _stream(fact: Fact) -> tuple[int, int]:
    return fact.tenant_id, fact.stream_id
