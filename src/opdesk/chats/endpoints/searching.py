"""Searching through chats and messages."""

from typing import Annotated

from litestar import get

from opdesk.chats import actions
from opdesk.chats.endpoints.parameters import AnyCaller, MediaAddresses, OrganizationFilter, url_of
from opdesk.chats.model import MAX_PAGE_SIZE
from opdesk.chats.wire import SearchOut, search_in
from opdesk.kit.endpoint import Db, Now
from opdesk.kit.query import described, id_or_none, whole, whole_or_none
from opdesk.kit.wire import MAX_ID

Text = Annotated[str | None, described("text", "Words, each perhaps the beginning of one")]
Limit = Annotated[str, described("limit", "Messages on a page, 1 to 100", "integer")]
Further = Annotated[str | None, described("after", "The `next` of the page before")]


@get("/api/chat/search", tags=["Chats"])
async def search(
    db: Db,
    caller: AnyCaller,
    addresses: MediaAddresses,
    now: Now,
    text: Text = None,
    organization_id: OrganizationFilter = None,
    limit: Limit = "20",
    after: Further = None,
) -> SearchOut:
    """Messages of all times that have every word of `text`, newest first.

    A word may be the beginning of one; case, accents and apostrophes don't count, and of a number
    any three digits in a row will do. `chats` are those whose client's name or phone has the
    words. Chats of blocked clients and spam, notes and lines of the system are not searched.
    """
    asked = search_in(text)
    place = id_or_none("organizationId", organization_id)
    page = whole_or_none("after", after, 1, MAX_ID), whole("limit", limit, 1, MAX_PAGE_SIZE)
    found = await db.read_slow(actions.search, caller, place, asked, page)
    return SearchOut.of(found, url_of(addresses, now))


ROUTES = (search,)
