"""Chats: the list, one of them, and what is done with it as a whole."""

from typing import Any

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.accounts.model import CompanyCaller
from opdesk.chats import actions
from opdesk.chats.endpoints.parameters import (
    After,
    AnyCaller,
    Before,
    Blocked,
    ChannelFilter,
    ForgetRaw,
    MediaAddresses,
    MediaFiles,
    OperatorFilter,
    OrganizationFilter,
    PageNumber,
    PerPage,
    PhoneFilter,
    ReadMark,
    Search,
    SourceFilter,
    StatusFilter,
    TagFilter,
    TelegramUser,
    TypingTeller,
    Unassigned,
    Waiting,
    page_in,
    url_of,
)
from opdesk.chats.model import ChatFilter, ChatStatus, Page
from opdesk.chats.wire import (
    ChatOperatorIn,
    ChatOut,
    ChatPageOut,
    ChatStatusIn,
    HandOverIn,
    HandOverOut,
    TypingIn,
    UnreadOut,
    words_in,
)
from opdesk.kit.context import Tx
from opdesk.kit.endpoint import COMPANY_ONLY, Db, Given, Now, empty
from opdesk.kit.errors import Invalid
from opdesk.kit.query import flag, id_or_none, whole_or_none
from opdesk.kit.text import matching_key
from opdesk.operators.model import Caller

Company = Given[CompanyCaller]
_TELEGRAM_USER_DIGITS = 20


@get("/api/chat/chats", tags=["Chats"])
async def list_chats(
    request: Request[Any, Any, Any],
    db: Db,
    caller: AnyCaller,
    addresses: MediaAddresses,
    now: Now,
    page: PageNumber = "1",
    per_page: PerPage = "20",
    search: Search = None,
    source: SourceFilter = None,
    status: StatusFilter = None,
    organization_id: OrganizationFilter = None,
    operator_id: OperatorFilter = None,
    channel_id: ChannelFilter = None,
    unassigned: Unassigned = None,
    tag: TagFilter = None,
    blocked: Blocked = None,
    waiting: Waiting = None,
    tg_user_id: TelegramUser = None,
    phone: PhoneFilter = None,
    before: Before = None,
    after: After = None,
) -> ChatPageOut:
    """Chats, newest activity first. Filters combine with AND.

    `date` may stand twice: from and to, whole days (`2026-11-24`, in the organization's time
    zone) or times. `before` and `after` take the `next` of an earlier answer and count nothing:
    with `before` the list goes on to older chats until `next` is null, with `after` to newer ones,
    and `next` is always there. Chats of blocked clients and spam are listed with `blocked` alone.
    With `waiting` the list has New and Open chats whose clients wait for an answer, the longest
    waiting first; `before` goes on to those who wait shorter.
    """
    is_blocked = flag("blocked", blocked)
    wanted = ChatFilter(
        organization_id=id_or_none("organizationId", organization_id),
        source=whole_or_none("source", source, 0, 7),
        status=whole_or_none("status", status, 0, len(ChatStatus) - 1),
        channel_id=id_or_none("channelId", channel_id),
        operator_id=id_or_none("operatorId", operator_id),
        is_unassigned=flag("unassigned", unassigned) or None,
        telegram_user=_telegram_user(tg_user_id),
        tag_key=matching_key(tag.strip()) if tag is not None else None,
        is_blocked=is_blocked or None,
        is_unblocked=not is_blocked or None,
        is_waiting=flag("waiting", waiting) or None,
        words=words_in(search),
    )
    asked = page_in(page, per_page, before, after)
    dates = request.query_params.getall("date", [])
    found = await db.read_slow(_listed, caller, wanted, asked, dates, phone)
    return ChatPageOut.of(found, url_of(addresses, now))


@get("/api/chat/{chat_id:int}", tags=["Chats"])
async def get_chat(
    db: Db, caller: AnyCaller, addresses: MediaAddresses, now: Now, chat_id: FromPath[int]
) -> ChatOut:
    """One chat."""
    return ChatOut.of(await db.read(actions.get_chat, caller, chat_id), url_of(addresses, now))


@put("/api/chat/status", tags=["Chats"])
async def set_chat_status(
    db: Db, caller: AnyCaller, data: JSONBody[ChatStatusIn]
) -> Response[bytes]:
    """Set a chat's status, to any.

    With OnPause, `until` (at most 366 days ahead) is when the chat wakes by itself: Open, or New
    when it is nobody's. With Closed, `tag` is a tag of the organization to put on it.
    """
    wanted = actions.StatusChange(data.to_status(), data.to_until(), data.to_tag())
    await db.write(actions.set_status, caller, data.id, wanted)
    return empty()


@put("/api/chat/operator", tags=["Chats"])
async def set_chat_operator(
    db: Db, caller: AnyCaller, data: JSONBody[ChatOperatorIn]
) -> Response[bytes]:
    """Make a chat an operator's, or nobody's (null).

    The operator is an Active one of the chat's organization: 404 for any other, 409 for one who
    is inactive. A New chat becomes Open; one given back without ever an answer is New again. The
    chat says in a line what was done, with the `note`.
    """
    await db.write(actions.assign, caller, data.id, data.operator_id, data.to_note())
    return empty()


@delete("/api/chat/chats/{chat_id:int}", status_code=200, tags=["Chats"])
async def delete_chat(
    db: Db, caller: AnyCaller, files: MediaFiles, forget_raw: ForgetRaw, chat_id: FromPath[int]
) -> Response[bytes]:
    """Delete a chat for good, with its messages, files, raw envelopes and search entries.

    For company credentials, or an operator whose organization allows it (403 otherwise).
    """
    leftovers = await db.write(actions.delete_chat, caller, chat_id, forget_raw)
    await actions.clear_away(db, files, leftovers)
    return empty()


@post("/api/chat/{chat_id:int}/read", status_code=200, tags=["Chats"])
async def mark_read(
    db: Db, caller: AnyCaller, read_mark: ReadMark, chat_id: FromPath[int]
) -> Response[bytes]:
    """Someone of the organization has seen the client's messages: `countUnread` becomes 0.

    The client sees it where the channel can show it.
    """
    await db.write(actions.mark_read, caller, chat_id)
    await read_mark(caller.company_id, chat_id)
    return empty()


@post("/api/chat/{chat_id:int}/typing", status_code=200, tags=["Chats"])
async def tell_typing(
    db: Db,
    caller: AnyCaller,
    typing: TypingTeller,
    chat_id: FromPath[int],
    data: JSONBody[TypingIn | None] = None,
) -> Response[bytes]:
    """Somebody writes just now; it counts for a few seconds. The body may be left out.

    The client sees an operator's typing where the channel can show it. `author` 1 is for
    companies that relay a client from elsewhere (403 for operators).
    """
    author = (data or TypingIn()).to_author()
    await typing(caller, await db.read(actions.get_typed_in, caller, chat_id, author), author)
    return empty()


@post(
    "/api/operator/{operator_id:int}/hand-over",
    status_code=200,
    opt=COMPANY_ONLY,
    tags=["Operators"],
)
async def hand_over(
    db: Db, company: Company, operator_id: FromPath[int], data: JSONBody[HandOverIn]
) -> HandOverOut:
    """Hand an operator's chats to a colleague of the same organization, or to the queue (null).

    Those that are not Closed move; Closed ones keep who served them. 404: no such operator or
    colleague. 409: the colleague is inactive.
    """
    moved = await actions.hand_over(db, company, operator_id, data.to_operator_id)
    return HandOverOut(moved=moved)


def _telegram_user(text: str | None) -> str | None:
    if text is None:
        return None
    if not text.strip().isdecimal() or len(text.strip()) > _TELEGRAM_USER_DIGITS:
        raise Invalid.field("tg_user_id", "must be a whole number")
    return text.strip()


def _listed(
    tx: Tx, caller: Caller, wanted: ChatFilter, page: Page, dates: list[str], phone: str | None
) -> Any:
    """Days and national phones are read as the organization does, so inside the transaction."""
    return actions.list_chats(tx, caller, actions.localized(tx, caller, wanted, dates, phone), page)


@get("/api/chat/unread", tags=["Panel"])
async def list_unread(db: Db, caller: AnyCaller) -> UnreadOut:
    """The chats with messages that nobody has read: the operator's own and nobody's.

    The newest thousand of each; blocked clients and spam are not among them.
    """
    return UnreadOut(chat_ids=await db.read(actions.list_unread, caller))


ROUTES = (
    list_unread,
    list_chats,
    get_chat,
    set_chat_status,
    set_chat_operator,
    delete_chat,
    mark_read,
    tell_typing,
    hand_over,
)
