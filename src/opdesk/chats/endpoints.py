"""The contract's section Chats, and uploading files."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from opdesk.chats import actions
from opdesk.chats.errors import AnsweredSince
from opdesk.chats.model import (
    MAX_COUNTED,
    MAX_PAGE_SIZE,
    Author,
    Chat,
    ChatFilter,
    ChatStatus,
    Draft,
    Page,
    Upload,
)
from opdesk.chats.wire import (
    ChatOperatorIn,
    ChatOut,
    ChatPageOut,
    ChatStatusIn,
    MediaIn,
    MediaUrl,
    MessageIn,
    MessageOut,
    MessagePageOut,
    NotSentOut,
    TypingIn,
    UploadedOut,
    base64_in,
    body_digest,
    cursor_in,
    words_in,
)
from opdesk.kit.context import Tx
from opdesk.kit.endpoint import Db, Given, Now, empty
from opdesk.kit.errors import Invalid, TooLarge, WrongContentType
from opdesk.kit.query import described, id_or_none, whole, whole_or_none
from opdesk.kit.text import clean_ours
from opdesk.kit.web import PROBLEM, header
from opdesk.kit.wire import MAX_ID
from opdesk.media import actions as media_actions
from opdesk.media.access import Addresses, Files
from opdesk.media.model import MediaType, StoredFile
from opdesk.operators.model import Caller, organization_of

AnyCaller = Given[Caller]
MediaFiles = Given[Files]
MediaAddresses = Given[Addresses]
ChannelCheck = Given[actions.Check]
ForgetRaw = Given[actions.ForgetRaw]
Typing = Callable[[Caller, Chat, Author], Awaitable[None]]
"""Tells whoever wants to know that `author` (operator or client) writes in a chat just now."""
TypingTeller = Given[Typing]

PageNumber = Annotated[str, described("page", "Page, from 1", "integer")]
PerPage = Annotated[str, described("per_page", "Items on a page, 1 to 100", "integer")]
Search = Annotated[str | None, described("search", "In the name, the phone, the messages")]
SourceFilter = Annotated[str | None, described("source", "0 Viber to 7 Instagram", "integer")]
StatusFilter = Annotated[str | None, described("status", "0 New to 4 Closed", "integer")]
OrganizationFilter = Annotated[str | None, described("organizationId", "Its chats", "integer")]
OperatorFilter = Annotated[str | None, described("operatorId", "Whose chats", "integer")]
TelegramUser = Annotated[str | None, described("tg_user_id", "A Telegram user", "integer")]
PhoneFilter = Annotated[str | None, described("phone", "The client's phone, in any spelling")]
Before = Annotated[str | None, described("before", "What lies before this place")]
After = Annotated[str | None, described("after", "What lies after this place")]

MAX_TEXT_CHARS = 20_000
"""No channel takes more; each channel's own limit is checked with the chat."""
MAX_BASE64_BYTES = 16 * 1024 * 1024
MAX_MESSAGE_BODY = MAX_BASE64_BYTES + 256 * 1024
_DECODED_ON_LOOP = 64 * 1024
_MAX_KEY_CHARS = 200
_TELEGRAM_USER_DIGITS = 20
_NOT_SENT = ResponseSpec(
    NotSentOut,
    generate_examples=False,
    description="Not sent: answered since, the channel is gone, or the key was used",
    media_type=PROBLEM,
)


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
    tg_user_id: TelegramUser = None,
    phone: PhoneFilter = None,
    before: Before = None,
    after: After = None,
) -> ChatPageOut:
    """Chats, newest activity first. Filters combine with AND.

    `date` may stand twice: from and to, whole days (`2026-11-24`, in the organization's time
    zone) or times. `before` and `after` take the `next` of an earlier answer and count nothing:
    with `before` the list goes on to older chats until `next` is null, with `after` to newer ones,
    and `next` is always there.
    """
    wanted = ChatFilter(
        organization_id=id_or_none("organizationId", organization_id),
        source=whole_or_none("source", source, 0, 7),
        status=whole_or_none("status", status, 0, len(ChatStatus) - 1),
        operator_id=id_or_none("operatorId", operator_id),
        telegram_user=_telegram_user(tg_user_id),
        words=words_in(search),
    )
    asked = _page(page, per_page, before, after)
    dates = request.query_params.getall("date", [])
    found = await db.read_slow(_listed, caller, wanted, asked, dates, phone)
    return ChatPageOut.of(found, _url(addresses, now))


@get("/api/chat/{chat_id:int}", tags=["Chats"])
async def get_chat(
    db: Db, caller: AnyCaller, addresses: MediaAddresses, now: Now, chat_id: FromPath[int]
) -> ChatOut:
    """One chat."""
    return ChatOut.of(await db.read(actions.get_chat, caller, chat_id), _url(addresses, now))


@put("/api/chat/status", tags=["Chats"])
async def set_chat_status(
    db: Db, caller: AnyCaller, data: JSONBody[ChatStatusIn]
) -> Response[bytes]:
    """Set a chat's status, to any."""
    await db.write(actions.set_status, caller, data.id, data.to_status())
    return empty()


@put("/api/chat/operator", tags=["Chats"])
async def set_chat_operator(
    db: Db, caller: AnyCaller, data: JSONBody[ChatOperatorIn]
) -> Response[bytes]:
    """Make a chat an operator's, or nobody's (null).

    The operator is an Active one of the chat's organization: 404 for any other, 409 for one who
    is inactive. A New chat becomes Open; one given back without ever an answer is New again.
    """
    await db.write(actions.assign, caller, data.id, data.operator_id)
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


@get(["/api/chat/{chat_id:int}/messages", "/api/chat/chats/{chat_id:int}/messages"], tags=["Chats"])
async def list_messages(
    db: Db,
    caller: AnyCaller,
    addresses: MediaAddresses,
    now: Now,
    chat_id: FromPath[int],
    page: PageNumber = "1",
    per_page: PerPage = "20",
    before: Before = None,
    after: After = None,
) -> MessagePageOut:
    """A chat's messages, oldest first within the page. `before` and `after` are message ids."""
    cursor = (
        whole_or_none("before", before, 1, MAX_ID),
        whole_or_none("after", after, 0, MAX_ID),
    )
    asked = _page(page, per_page, None, None)
    found = await db.read_slow(actions.list_messages, caller, chat_id, asked, cursor)
    return MessagePageOut.of(found, _url(addresses, now))


@post(
    "/api/chat/{chat_id:int}/message",
    status_code=200,
    tags=["Chats"],
    request_max_body_size=MAX_MESSAGE_BODY,
    responses={409: _NOT_SENT},
)
async def post_message(
    request: Request[Any, Any, Any],
    db: Db,
    caller: AnyCaller,
    files: MediaFiles,
    addresses: MediaAddresses,
    channel_check: ChannelCheck,
    now: Now,
    chat_id: FromPath[int],
    data: JSONBody[MessageIn],
) -> MessageOut:
    """Send a message to the client: text or media, or both.

    With an `Idempotency-Key` header (or `clientMessageId`) a repeat returns the first answer and
    sends nothing twice; the key is kept for 48 hours, and with another body it is 409.

    With `lastSeenMessageId` the send is held when somebody else has answered behind that message:
    409 with what was `missed`. Send again with `force`, under the same key, to send it anyway.
    """
    in_header = _key("Idempotency-Key", header(request.scope, b"idempotency-key") or None)
    draft = await draft_in(files, data, in_header or data.client_message_id)
    url = _url(addresses, now)
    try:
        message = await db.write(actions.send, files, caller, chat_id, draft, channel_check)
    except AnsweredSince as held:
        # Answering is left to `kit/web.py`, which knows no messages.
        held.members["missed"] = [MessageOut.of(one, url) for one in held.missed]
        raise
    finally:
        if draft.upload is not None:
            files.drop(draft.upload.file)
    return MessageOut.of(message, url)


@post("/api/chat/{chat_id:int}/read", status_code=200, tags=["Chats"])
async def mark_read(db: Db, caller: AnyCaller, chat_id: FromPath[int]) -> Response[bytes]:
    """Someone of the organization has seen the client's messages: `countUnread` becomes 0."""
    await db.write(actions.mark_read, caller, chat_id)
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


@post("/api/media", status_code=200, tags=["Chats"], request_max_body_size=None)
async def upload_media(
    request: Request[Any, Any, Any],
    db: Db,
    caller: AnyCaller,
    files: MediaFiles,
    name: Annotated[str, described("name", "The file's name")] = "",
    kind: Annotated[str | None, described("type", "0 file to 6 contact", "integer")] = None,
) -> UploadedOut:
    """Upload a file as the raw body, up to `OPDESK_MEDIA_MAX_MB`; its id is for `media.id`."""
    asked = whole_or_none("type", kind, 0, len(MediaType) - 1)
    name = media_actions.file_name_in(name, "name")
    content_type = header(request.scope, b"content-type")
    if content_type.lower().startswith("multipart/"):
        raise WrongContentType("this call takes a file's bytes as they are, not a form")
    file = await files.receive(request.stream())
    try:
        if not file.size:
            raise Invalid.field("body", "is empty")
        shown = media_actions.format_guessed(content_type, name)
        wanted = media_actions.type_of(file, None if asked is None else MediaType(asked))
        named = (name, media_actions.format_of(file, shown), wanted)
        owner = (caller.company_id, organization_of(caller))
        made = await media_actions.store_upload(db, files, owner, named, file)
    finally:
        files.drop(file)
    return UploadedOut(id=made.id)


async def draft_in(files: Files, data: MessageIn, key: str | None) -> Draft:
    """A message as its sender wants it; an inline file is on disk, and the caller's to drop."""
    data.check_author()
    text = _text(data.text_message or "")
    media = data.media
    if not text and media is None:
        raise Invalid.field("textMessage", "is required when there is no media")
    key = _key("clientMessageId", key)
    upload = None
    if media is not None and media.id is None:
        upload = await _upload(files, media)
    return Draft(
        text=text,
        media_id=media.id if media else None,
        upload=upload,
        client_key=key,
        body_digest=body_digest(data, upload.file.digest if upload else None),
        last_seen_message_id=data.last_seen_message_id,
        force=data.force,
    )


async def _upload(files: Files, media: MediaIn) -> Upload:
    asked = media.to_type()
    if not media.data_base64:
        raise Invalid.field("media.dataBase64", "is required")
    if len(media.data_base64) > MAX_BASE64_BYTES:
        raise TooLarge("a file in base64 has at most 16 MB; send a larger one to /api/media")
    name = media_actions.file_name_in(media.name, "media.name")
    given = media_actions.format_in(media.format, name)
    is_small = len(media.data_base64) <= _DECODED_ON_LOOP
    content = (
        base64_in(media.data_base64)
        if is_small
        else await asyncio.to_thread(base64_in, media.data_base64)
    )
    if not content:
        raise Invalid.field("media.dataBase64", "is empty")
    file: StoredFile = await files.receive(_once(content))
    shown = media_actions.format_of(file, given)
    return Upload(name, shown, media_actions.type_of(file, asked), file)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _text(text: str) -> str:
    try:
        cleaned = clean_ours(text, multiline=True).strip()
    except ValueError as error:
        raise Invalid.field("textMessage", str(error)) from error
    if len(cleaned) > MAX_TEXT_CHARS:
        raise Invalid.field("textMessage", f"must have at most {MAX_TEXT_CHARS} characters")
    return cleaned


def _key(name: str, key: str | None) -> str | None:
    if key is not None and (not 1 <= len(key) <= _MAX_KEY_CHARS or not key.isprintable()):
        raise Invalid.field(name, f"must have 1 to {_MAX_KEY_CHARS} printable characters")
    return key


def _page(number: str, size: str, before: str | None, after: str | None) -> Page:
    per_page = whole("per_page", size, 1, MAX_PAGE_SIZE)
    page = whole("page", number, 1, MAX_ID)
    if before is not None and after is not None:
        raise Invalid.field("after", "can't stand beside `before`")
    if page * per_page > MAX_COUNTED:
        raise Invalid.field(
            "page", f"goes beyond {MAX_COUNTED:,} items; use `before` or `after` for those"
        )
    return Page(per_page, page, cursor_in("before", before), cursor_in("after", after))


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


def _url(addresses: Addresses, now: int) -> MediaUrl:
    return lambda media: addresses.url(media, now)


ROUTES = (
    list_chats,
    get_chat,
    set_chat_status,
    set_chat_operator,
    delete_chat,
    list_messages,
    post_message,
    mark_read,
    tell_typing,
    upload_media,
)
