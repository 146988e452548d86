"""The operator's own way to see the list: pinned chats and kept views."""

from typing import Any

from litestar import Response, get, put
from litestar.params import FromPath, JSONBody

from opdesk.chats import actions
from opdesk.chats.endpoints.parameters import AnyCaller, MediaAddresses, url_of
from opdesk.chats.errors import ViewsChanged
from opdesk.chats.wire import (
    ListChannelOut,
    ListChannelsOut,
    ListViewsIn,
    ListViewsOut,
    PinIn,
    PinnedOut,
)
from opdesk.kit.endpoint import Db, Now, empty


@get("/api/chat/pinned", tags=["Panel"])
async def list_pinned(db: Db, caller: AnyCaller, addresses: MediaAddresses, now: Now) -> PinnedOut:
    """The chats that the operator keeps at the top of the list, whatever happens in others."""
    return PinnedOut.of(await db.read(actions.list_pinned, caller), url_of(addresses, now))


@put("/api/chat/{chat_id:int}/pin", tags=["Panel"])
async def pin_chat(
    db: Db, caller: AnyCaller, chat_id: FromPath[int], data: JSONBody[PinIn]
) -> Response[bytes]:
    """Keep a chat at the top of the operator's own list, or let it go. 409: 20 are there."""
    await db.write(actions.set_pinned, caller, chat_id, is_pinned=data.is_pinned)
    return empty()


@get("/api/chat/channels", tags=["Panel"])
async def list_channels(db: Db, caller: AnyCaller) -> ListChannelsOut:
    """The organization's connected accounts, by which the list can be narrowed."""
    found = await db.read(actions.list_channels, caller)
    return ListChannelsOut(items=[ListChannelOut.of(one) for one in found])


@get("/api/chat/views", tags=["Panel"])
async def get_views(db: Db, caller: AnyCaller) -> ListViewsOut:
    """The operator's own ways to narrow the list, by name."""
    return ListViewsOut.of(await db.read(actions.get_views, caller))


@put("/api/chat/views", tags=["Panel"])
async def put_views(db: Db, caller: AnyCaller, data: JSONBody[ListViewsIn]) -> ListViewsOut:
    """Replace the operator's views, at most 30.

    409 when `version` isn't the one that stands there (`views` of the answer): another tab or
    device has written since.
    """
    content = data.to_content()
    try:
        kept = await db.write(actions.keep_views, caller, content, data.version)
    except ViewsChanged as changed:
        members: dict[str, Any] = changed.members
        members["views"] = ListViewsOut.of(changed.views)
        raise
    return ListViewsOut.of(kept)


ROUTES = (list_pinned, pin_chat, list_channels, get_views, put_views)
