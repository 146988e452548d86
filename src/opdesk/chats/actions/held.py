"""The sends of a restored backup: they wait until an admin lets them go, or gives them up.

They may have gone out after the backup was made, and nobody can know which did.
"""

from dataclasses import dataclass

from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.chats import store
from opdesk.chats.actions.sending import SEND, UNCERTAIN, record_delivery
from opdesk.chats.model import Message, MessageStatus
from opdesk.kit import outbox
from opdesk.kit.context import Tx
from opdesk.kit.outbox import HeldJob

DROPPED = "dropped"
"""The error of a message that an admin gave up after a restore."""


@dataclass(frozen=True, slots=True)
class HeldSend:
    """A message that waits. `was_under_way`: it was being sent when the backup was made."""

    job_id: int
    message: Message
    organization: str
    was_under_way: bool


def list_held_sends(tx: Tx, after: int, limit: int) -> tuple[list[HeldSend], int | None]:
    """What waits behind the job `after`, in the order in which it was put, and the next `after`.

    A message that was deleted meanwhile is left out. None: there is no more.
    """
    jobs = outbox.list_held(tx, after, limit)
    return _sends(tx, jobs), jobs[-1].id if len(jobs) == limit else None


def resume_held(tx: Tx) -> int:
    """Let everything that was held go out now; how much it was."""
    for company_id, count in outbox.count_held_by_company(tx).items():
        audit.record(tx, CompanyCaller(company_id), Action.SENDING_RESUMED, count=count)
    return outbox.release(tx)


def drop_held_sends(tx: Tx, limit: int) -> tuple[list[HeldSend], bool]:
    """Give up the first `limit` of what was held; what it was, and whether there is more.

    Each message is rejected as `dropped`, so that its chat shows it as not sent. One that was
    under way when the backup was made becomes uncertain, as after a crash.
    """
    jobs = outbox.drop_held(tx, limit)
    sends = _sends(tx, jobs)
    for one in sends:
        outcome = (MessageStatus.REJECTED, DROPPED)
        if one.was_under_way:
            outcome = (MessageStatus.NEW, UNCERTAIN)
        record_delivery(tx, one.message.company_id, one.message.id, *outcome)
    for company_id in sorted({one.message.company_id for one in sends}):
        count = sum(one.message.company_id == company_id for one in sends)
        audit.record(tx, CompanyCaller(company_id), Action.SENDING_DROPPED, count=count)
    return sends, len(jobs) == limit


def _sends(tx: Tx, jobs: list[HeldJob]) -> list[HeldSend]:
    found = []
    for job in jobs:
        if job.kind != SEND:
            continue
        message = store.find_message(tx, job.company_id, job.payload["message"])
        chat = store.find_chat(tx, job.company_id, message.chat_id) if message else None
        if message is not None and chat is not None:
            found.append(HeldSend(job.id, message, chat.organization.name, job.was_interrupted))
    return found
