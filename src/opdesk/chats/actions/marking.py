"""A chat's tags, and whether its client is blocked."""

from collections.abc import Sequence
from dataclasses import replace

from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.chats import access, store
from opdesk.chats.actions.lines import add_line
from opdesk.chats.actions.writing import acting_operator, save
from opdesk.chats.model import MAX_CHAT_TAGS, Block, ChatState, LineCode
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid
from opdesk.kit.text import matching_key
from opdesk.operators.model import Caller
from opdesk.organizations import actions as organizations

_LINES = {
    Block.BLOCKED: (LineCode.BLOCKED, LineCode.UNBLOCKED),
    Block.SPAM: (LineCode.SPAM, LineCode.NOT_SPAM),
}


def set_tags(tx: Tx, caller: Caller, chat_id: int, names: Sequence[str]) -> tuple[str, ...]:
    """Put these tags of the organization on a chat, and no others; as they are spelled there.

    A tag that the chat has and its organization has no more may stay. Raises ChatNotFound, and
    Invalid naming the tag.
    """
    state = access.locked(tx, caller, chat_id)
    if len(names) > MAX_CHAT_TAGS:
        raise Invalid.field("tags", f"must have at most {MAX_CHAT_TAGS} elements")
    known = known_tags(tx, state)
    found: dict[str, str] = {}
    for index, name in enumerate(names):
        key = matching_key(name.strip())
        if key not in known:
            raise Invalid.field(f"tags[{index}]", f"is no tag of the organization: {name}")
        found[key] = known[key]
    return save_tags(tx, caller, state, replace(state, tags=tuple(found.values())))


def known_tags(tx: Tx, state: ChatState) -> dict[str, str]:
    """What may be put on a chat: a tag by its name as names are compared."""
    settings = organizations.settings_of(tx, state.company_id, state.organization_id)
    names = (*state.tags, *(tag.name for tag in settings.tags))
    return {matching_key(name): name for name in names}


def save_tags(tx: Tx, caller: Caller, before: ChatState, after: ChatState) -> tuple[str, ...]:
    save(tx, before, after, by=acting_operator(caller))
    if before.tags != after.tags:
        store.index_tags(tx, after)
    return after.tags


def set_block(tx: Tx, caller: Caller, chat_id: int, block: Block) -> None:
    """Hear no more of a client, or hear of them again; written down. Raises ChatNotFound.

    What a blocked client writes is stored, but neither counted nor told as new, and the chat
    stays where it is. The client notices nothing.
    """
    state = access.locked(tx, caller, chat_id)
    if state.block is block:
        return
    unread = state.unread if block is Block.NONE else 0
    after = replace(state, block=block, unread=unread, woke_at=None)
    save(tx, state, after, by=acting_operator(caller))
    is_on = block is not Block.NONE
    line = _LINES[block][0] if is_on else _LINES[state.block][1]
    add_line(tx, after, line, caller)
    action = Action.CLIENT_BLOCKED if is_on else Action.CLIENT_UNBLOCKED
    what = block if is_on else state.block
    audit.record(tx, caller, action, chat_id, reason=what.name.lower())
