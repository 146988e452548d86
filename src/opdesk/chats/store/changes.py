"""SQL of what becomes of a message: delivery, receipts, edits, reactions, deletion; and its key."""

from sqlalchemy import Text, bindparam, delete, func, insert, select, update

from opdesk.chats.model import Author, MessageStatus
from opdesk.chats.store.tables import BY_CHAT, idempotency_keys, in_chat, messages
from opdesk.kit.context import Tx
from opdesk.kit.sql import in_json, statement

_m, _k = messages.c, idempotency_keys.c
_is_it = (_m.company_id == bindparam("company"), _m.id == bindparam("message"))
_change = update(messages).where(*_is_it)
# What was taken back stays so: platforms' words about it may come in any order.
_change_if_there = _change.where(_m.is_deleted == 0)
EDIT = statement(_change_if_there.values(text=bindparam("new_text"), is_edited=1))
MARK_EDITED = statement(_change_if_there.values(is_edited=1))
REACT = statement(_change_if_there.values(reaction=bindparam("new_reaction", type_=Text)))
CLEAR = statement(
    _change.values(
        text="", media_id=None, kind=None, details=None, reaction=None, is_edited=0, is_deleted=1
    )
)
SET_DELIVERY = statement(
    _change.values(
        status=bindparam("new_status"),
        error=bindparam("new_error"),
        external_id=func.coalesce(bindparam("new_external", type_=Text), _m.external_id),
    )
)
NEWEST_OF_CLIENT = statement(
    select(_m.external_id)
    .with_hint(*BY_CHAT)
    .where(
        *in_chat,
        _m.author == int(Author.CLIENT),
        _m.external_id.is_not(None),
    )
    .order_by(_m.position.desc(), _m.id.desc())
    .limit(1)
)
BEGIN_AGAIN = statement(
    _change.values(
        status=int(MessageStatus.NEW), error=None, external_id=None, attempt=_m.attempt + 1
    )
)
EXTERNAL = statement(select(_m.external_id).where(*_is_it))
SENT_UNTIL = statement(
    select(_m.id)
    .with_hint(*BY_CHAT)
    .where(
        *in_chat,
        _m.position <= bindparam("position"),
        _m.author != int(Author.CLIENT),
        _m.external_id.is_not(None),
        in_json(_m.status, "statuses"),
    )
    .order_by(_m.position.desc())
    .limit(bindparam("size"))
)
UNSENT = statement(
    select(_m.id)
    .with_hint(*BY_CHAT)
    .where(
        *in_chat,
        _m.author != int(Author.CLIENT),
        _m.status == int(MessageStatus.NEW),
    )
    .limit(1)
)
FIND_KEY = statement(
    select(_k.body_digest, _k.message_id).where(
        _k.company_id == bindparam("company"),
        _k.chat_id == bindparam("chat"),
        _k.client_key == bindparam("key"),
    )
)
ADD_KEY = statement(
    insert(idempotency_keys).values(
        company_id=bindparam("company"),
        chat_id=bindparam("chat"),
        client_key=bindparam("key"),
        body_digest=bindparam("digest"),
        message_id=bindparam("message"),
        created_at=bindparam("now"),
    )
)
DELETE_OLD_KEYS = statement(delete(idempotency_keys).where(_k.created_at < bindparam("before")))


def update_text(tx: Tx, company_id: int, message_id: int, text: str | None) -> bool:
    """Another text (None: nobody knows which), and that it was edited; False: it is taken back."""
    if text is None:
        return tx.run(MARK_EDITED, company=company_id, message=message_id) == 1
    return tx.run(EDIT, company=company_id, message=message_id, new_text=text) == 1


def update_reaction(tx: Tx, company_id: int, message_id: int, emoji: str | None) -> None:
    tx.run(REACT, company=company_id, message=message_id, new_reaction=emoji)


def clear_message(tx: Tx, company_id: int, message_id: int) -> None:
    """Leave nothing of a message but that it was there."""
    tx.run(CLEAR, company=company_id, message=message_id)


def update_delivery(
    tx: Tx,
    company_id: int,
    message_id: int,
    outcome: tuple[MessageStatus, str | None, str | None],
) -> None:
    """`outcome` is (status, error, platform's id; None keeps the one that is there)."""
    status, error, external_id = outcome
    tx.run(
        SET_DELIVERY,
        company=company_id,
        message=message_id,
        new_status=int(status),
        new_error=error,
        new_external=external_id,
    )


def begin_again(tx: Tx, company_id: int, message_id: int) -> None:
    """A new attempt: as if it had never been sent."""
    tx.run(BEGIN_AGAIN, company=company_id, message=message_id)


def find_external(tx: Tx, company_id: int, message_id: int) -> str | None:
    """The platform's id of a message, if it has one."""
    row = tx.first(EXTERNAL, company=company_id, message=message_id)
    return row[0] if row else None


def find_newest_of_client(tx: Tx, company_id: int, chat_id: int) -> str | None:
    """The platform's id of the client's newest message."""
    row = tx.first(NEWEST_OF_CLIENT, company=company_id, chat=chat_id)
    return row[0] if row else None


def list_sent_until(
    tx: Tx, company_id: int, chat_id: int, position: int, statuses: str, size: int
) -> list[int]:
    """Messages of ours, newest first, that are in one of `statuses` (a JSON list of numbers)."""
    place = {"company": company_id, "chat": chat_id, "position": position}
    return [row[0] for row in tx.all(SENT_UNTIL, **place, statuses=statuses, size=size)]


def has_unsent(tx: Tx, company_id: int, chat_id: int) -> bool:
    """Whether a message of ours waits to be sent, or nobody knows whether it was."""
    return tx.first(UNSENT, company=company_id, chat=chat_id) is not None


def find_key(tx: Tx, company_id: int, chat_id: int, key: str) -> tuple[str, int] | None:
    """(digest of the body, message) that an idempotency key stands for."""
    row = tx.first(FIND_KEY, company=company_id, chat=chat_id, key=key)
    return (row[0], row[1]) if row else None


def insert_key(
    tx: Tx, company_id: int, chat_id: int, key: str, remembered: tuple[str, int]
) -> None:
    digest, message_id = remembered
    tx.run(
        ADD_KEY,
        company=company_id,
        chat=chat_id,
        key=key,
        digest=digest,
        message=message_id,
        now=tx.now,
    )


def delete_old_keys(tx: Tx, before: int) -> None:
    tx.run(DELETE_OLD_KEYS, before=before)
