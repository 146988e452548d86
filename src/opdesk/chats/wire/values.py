"""Values inside the JSON shapes and the query: files in base64, cursors, words to look for."""

import base64

from opdesk.kit.errors import Invalid
from opdesk.kit.searching import asked_in
from opdesk.kit.wire import MAX_ID

_NO_WORD = "!"


def base64_in(text: str) -> bytes:
    """Raises Invalid naming `media.dataBase64`. A `data:` prefix is dropped."""
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise Invalid.field("media.dataBase64", "is not base64") from error


def cursor_out(cursor: tuple[int, int]) -> str:
    """A place in the list of chats, to be handed back as it is."""
    return f"{cursor[0]}-{cursor[1]}"


def cursor_in(name: str, text: str | None) -> tuple[int, int] | None:
    """Raises Invalid."""
    if text is None:
        return None
    active_at, _, chat_id = text.strip().partition("-")
    parts = (active_at, chat_id)
    is_cursor = text.isascii() and all(one.isdecimal() and len(one) <= 16 for one in parts)
    if not is_cursor or max(int(one) for one in parts) > MAX_ID:
        raise Invalid.field(name, "must be the `next` of an earlier answer")
    return int(active_at), int(chat_id)


def words_in(search: str | None) -> tuple[str, ...]:
    """A blank search is none; one without a word looks for what no text has as a word."""
    if search is None or not search.strip():
        return ()
    return asked_in(search).words or (_NO_WORD,)
