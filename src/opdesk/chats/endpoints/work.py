"""What is done with a chat beside its status and operator: tags, blocking, undoing a close."""

from litestar import Response, post, put
from litestar.params import FromPath, JSONBody

from opdesk.chats import actions
from opdesk.chats.endpoints.parameters import AnyCaller
from opdesk.chats.wire import ChatBlockIn, TagsIn, TagsOut
from opdesk.kit.endpoint import Db, empty


@put("/api/chat/{chat_id:int}/tags", tags=["Chats"])
async def set_chat_tags(
    db: Db, caller: AnyCaller, chat_id: FromPath[int], data: JSONBody[TagsIn]
) -> TagsOut:
    """Put these tags on a chat, and no others; at most 20.

    Tags of the organization, whatever their case; 400 names any other. A tag that the chat has may
    stay when the organization has it no more.
    """
    return TagsOut(tags=list(await db.write(actions.set_tags, caller, chat_id, data.tags)))


@put("/api/chat/block", tags=["Chats"])
async def set_chat_block(db: Db, caller: AnyCaller, data: JSONBody[ChatBlockIn]) -> Response[bytes]:
    """Block a chat's client, mark the chat as spam, or undo that.

    The client notices nothing: what they write is stored, but is not counted as unread, opens
    nothing again and moves nothing up. The list shows such chats with `blocked=true` alone.
    """
    await db.write(actions.set_block, caller, data.id, data.to_block())
    return empty()


@post("/api/chat/{chat_id:int}/undo-close", status_code=200, tags=["Chats"])
async def undo_close(db: Db, caller: AnyCaller, chat_id: FromPath[int]) -> Response[bytes]:
    """Bring a Closed chat back as it was: its status, with its snooze, without the close's tag.

    409 when it isn't Closed any more.
    """
    await db.write(actions.undo_close, caller, chat_id)
    return empty()


ROUTES = (set_chat_tags, set_chat_block, undo_close)
