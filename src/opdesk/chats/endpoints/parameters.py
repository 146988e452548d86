"""What the calls of chats and messages ask for in common: parameters, pages, parts to work with."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from opdesk.chats import actions
from opdesk.chats.model import MAX_COUNTED, MAX_PAGE_SIZE, Author, Chat, Page
from opdesk.chats.wire import MediaUrl, cursor_in
from opdesk.kit.endpoint import Given
from opdesk.kit.errors import Invalid
from opdesk.kit.query import described, whole
from opdesk.kit.wire import MAX_ID
from opdesk.media.access import Addresses, Files
from opdesk.operators.model import Caller

AnyCaller = Given[Caller]
MediaFiles = Given[Files]
MediaAddresses = Given[Addresses]
ChannelCheck = Given[actions.Check]
ForgetRaw = Given[actions.ForgetRaw]
Typing = Callable[[Caller, Chat, Author], Awaitable[None]]
"""Tells whoever wants to know that `author` (operator or client) writes in a chat just now."""
TypingTeller = Given[Typing]
ReadMark = Given[Callable[[int, int], Awaitable[None]]]
"""(company, chat): tells the client where the platform can that all was read; never raises."""

PageNumber = Annotated[str, described("page", "Page, from 1", "integer")]
PerPage = Annotated[str, described("per_page", "Items on a page, 1 to 100", "integer")]
Search = Annotated[str | None, described("search", "In the name, the phone, the messages")]
SourceFilter = Annotated[str | None, described("source", "0 Viber to 7 Instagram", "integer")]
StatusFilter = Annotated[str | None, described("status", "0 New to 4 Closed", "integer")]
OrganizationFilter = Annotated[str | None, described("organizationId", "Its chats", "integer")]
OperatorFilter = Annotated[str | None, described("operatorId", "Whose chats", "integer")]
ChannelFilter = Annotated[str | None, described("channelId", "Of one channel", "integer")]
Unassigned = Annotated[
    str | None, described("unassigned", "`true`: only what no operator has", "boolean")
]
TagFilter = Annotated[str | None, described("tag", "A tag's name, ignoring case")]
Blocked = Annotated[
    str | None,
    described("blocked", "`true`: only blocked clients and spam", "boolean"),
]
Waiting = Annotated[
    str | None, described("waiting", "`true`: only clients who wait for an answer", "boolean")
]
TelegramUser = Annotated[str | None, described("tg_user_id", "A Telegram user", "integer")]
PhoneFilter = Annotated[str | None, described("phone", "The client's phone, in any spelling")]
Before = Annotated[str | None, described("before", "What lies before this place")]
After = Annotated[str | None, described("after", "What lies after this place")]

Around = Annotated[str | None, described("around", "A message's id", "integer")]


def page_in(number: str, size: str, before: str | None, after: str | None) -> Page:
    per_page = whole("per_page", size, 1, MAX_PAGE_SIZE)
    page = whole("page", number, 1, MAX_ID)
    if before is not None and after is not None:
        raise Invalid.field("after", "can't stand beside `before`")
    if page * per_page > MAX_COUNTED:
        raise Invalid.field(
            "page", f"goes beyond {MAX_COUNTED:,} items; use `before` or `after` for those"
        )
    return Page(per_page, page, cursor_in("before", before), cursor_in("after", after))


def url_of(addresses: Addresses, now: int) -> MediaUrl:
    return lambda media: addresses.url(media, now)
