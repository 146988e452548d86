"""Searching through the messages of all chats, and through clients' names and phones."""

from opdesk.chats import store
from opdesk.chats.actions.reading import within_reach
from opdesk.chats.model import NEWEST, Chat, ChatFilter, FoundChat, FoundMessage, SearchPage
from opdesk.kit.context import Tx
from opdesk.kit.searching import Asked, has_runs, snippet_of, spans_in
from opdesk.operators.model import Caller

MAX_FOUND_CHATS = 10


def search(
    tx: Tx, caller: Caller, organization_id: int | None, asked: Asked, page: tuple[int | None, int]
) -> SearchPage:
    """Messages that have every word, newest first; `page` is (before, at most).

    Chats by name or phone come with the first page alone. What the caller doesn't see in a list
    is not found. Raises OrganizationNotFound for one that isn't the caller's.
    """
    seen = within_reach(tx, caller, ChatFilter(organization_id=organization_id))
    before, size = page
    if not asked.words:
        return SearchPage([], [], None)
    reach = store.Reach(caller.company_id, seen.organization_id, seen.own_of)
    named = []
    if before is None:
        found = store.list_named(tx, reach, asked.words, MAX_FOUND_CHATS)
        named = [_found_chat(chat, asked) for chat in found]
    written, follows = store.list_written(tx, reach, asked.words, before or NEWEST, size)
    written = [one for one in written if has_runs(one.text, asked)]
    chats = store.get_chats(tx, caller.company_id, (one.chat_id for one in written))
    messages = []
    for one in written:
        snippet, spans = snippet_of(one.text, spans_in(one.text, asked))
        messages.append(FoundMessage(one, chats[one.chat_id], snippet, spans))
    return SearchPage(named, messages, follows)


def _found_chat(chat: Chat, asked: Asked) -> FoundChat:
    phone = chat.client.phone or ""
    return FoundChat(chat, spans_in(chat.client.name, asked), spans_in(phone, asked))
