"""Notes for colleagues, mentions, and what an operator has begun to write."""

from typing import Annotated, Any

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.chats import actions
from opdesk.chats.endpoints.parameters import AnyCaller
from opdesk.chats.errors import DraftChanged
from opdesk.chats.model import MAX_NOTES, NEWEST
from opdesk.chats.wire import (
    ChatDraftIn,
    ChatDraftOut,
    ChatDraftsOut,
    ChatNoteIn,
    ChatNoteOut,
    ChatNotesOut,
    MentionsOut,
)
from opdesk.kit.endpoint import Db, empty
from opdesk.kit.query import described, whole, whole_or_none
from opdesk.kit.wire import MAX_ID

BeforeNote = Annotated[str | None, described("before", "Notes older than this id", "integer")]
Limit = Annotated[str, described("limit", "Notes on a page, 1 to 100", "integer")]


@post("/api/chat/{chat_id:int}/note", status_code=200, tags=["Chats"])
async def post_note(
    db: Db, caller: AnyCaller, chat_id: FromPath[int], data: JSONBody[ChatNoteIn]
) -> ChatNoteOut:
    """Leave a note for colleagues. It never goes to the client and is none of the chat's messages:

    status, unread count and last message stay. Who is in `mentions` is told of it.
    """
    return ChatNoteOut.of(await db.write(actions.add_note, caller, chat_id, data.to_note()))


@get("/api/chat/{chat_id:int}/notes", tags=["Chats"])
async def list_notes(
    db: Db,
    caller: AnyCaller,
    chat_id: FromPath[int],
    before: BeforeNote = None,
    limit: Limit = "50",
) -> ChatNotesOut:
    """A chat's newest notes, oldest first; `before` a note's id asks for older ones."""
    size = whole("limit", limit, 1, MAX_NOTES)
    place = whole_or_none("before", before, 1, MAX_ID) or NEWEST
    found = await db.read(actions.list_notes, caller, chat_id, place, size + 1)
    return ChatNotesOut.of(found, size)


@post("/api/chat/{chat_id:int}/notes/seen", status_code=200, tags=["Panel"])
async def see_notes(db: Db, caller: AnyCaller, chat_id: FromPath[int]) -> Response[bytes]:
    """The operator has seen that they were mentioned here: its mark goes on all their screens."""
    await db.write(actions.see_mention, caller, chat_id)
    return empty()


@get("/api/chat/mentions", tags=["Panel"])
async def list_mentions(db: Db, caller: AnyCaller) -> MentionsOut:
    """The chats in which the operator was mentioned and has not looked since."""
    return MentionsOut(chat_ids=await db.read(actions.list_mentions, caller))


@get("/api/chat/drafts", tags=["Panel"])
async def list_drafts(db: Db, caller: AnyCaller) -> ChatDraftsOut:
    """What the operator has begun to write and not sent, the newest first."""
    found = await db.read(actions.list_drafts, caller)
    return ChatDraftsOut(items=[ChatDraftOut.of(one) for one in found])


@get("/api/chat/{chat_id:int}/draft", tags=["Panel"])
async def get_draft(db: Db, caller: AnyCaller, chat_id: FromPath[int]) -> ChatDraftOut:
    """The operator's own draft in a chat; `version` 0 when there never was one."""
    return ChatDraftOut.of(await db.read(actions.get_draft, caller, chat_id))


@put("/api/chat/{chat_id:int}/draft", tags=["Panel"])
async def put_draft(
    db: Db, caller: AnyCaller, chat_id: FromPath[int], data: JSONBody[ChatDraftIn]
) -> ChatDraftOut:
    """Keep what the operator has begun to write; an empty text removes it.

    409 when `version` isn't the one that stands there (`draft` of the answer): another tab or
    device has written since. It goes by itself when a message of just this text is sent.
    """
    text = data.to_text()
    try:
        kept = await db.write(actions.keep_draft, caller, chat_id, text, data.version)
    except DraftChanged as changed:
        members: dict[str, Any] = changed.members
        members["draft"] = ChatDraftOut.of(changed.draft)
        raise
    return ChatDraftOut.of(kept)


ROUTES = (post_note, list_notes, see_notes, list_mentions, list_drafts, get_draft, put_draft)
