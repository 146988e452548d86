"""Messages, and uploading files."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from opdesk.chats import actions
from opdesk.chats.endpoints.parameters import (
    After,
    AnyCaller,
    Around,
    Before,
    ChannelCheck,
    MediaAddresses,
    MediaFiles,
    PageNumber,
    PerPage,
    page_in,
    url_of,
)
from opdesk.chats.errors import AnsweredSince
from opdesk.chats.model import Details, Draft, Upload
from opdesk.chats.wire import (
    MediaIn,
    MessageIn,
    MessageOut,
    MessagePageOut,
    NotSentOut,
    UploadedOut,
    base64_in,
    body_digest,
    card_in,
    place_in,
)
from opdesk.kit.endpoint import Db, Now
from opdesk.kit.errors import Invalid, TooLarge, WrongContentType
from opdesk.kit.query import described, whole_or_none
from opdesk.kit.text import clean_ours
from opdesk.kit.web import PROBLEM, header, idempotency_key
from opdesk.kit.wire import MAX_ID
from opdesk.media import actions as media_actions
from opdesk.media.access import Files
from opdesk.media.model import MediaType, StoredFile
from opdesk.operators.model import organization_of

MAX_TEXT_CHARS = 20_000
"""No channel takes more; each channel's own limit is checked with the chat."""
MAX_BASE64_BYTES = 16 * 1024 * 1024
MAX_MESSAGE_BODY = MAX_BASE64_BYTES + 256 * 1024
_DECODED_ON_LOOP = 64 * 1024
_NOT_SENT = ResponseSpec(
    NotSentOut,
    generate_examples=False,
    description="Not sent: answered since, the channel is gone, or the key was used",
    media_type=PROBLEM,
)


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
    around: Around = None,
) -> MessagePageOut:
    """A chat's messages, oldest first within the page. `before` and `after` are message ids.

    `around` is one as well: it comes in the middle, with half a page before it and behind it.
    """
    middle = whole_or_none("around", around, 1, MAX_ID)
    cursor = (
        whole_or_none("before", before, 1, MAX_ID),
        whole_or_none("after", after, 0, MAX_ID),
    )
    asked = page_in(page, per_page, None, None)
    if middle is not None and cursor != (None, None):
        raise Invalid.field("around", "can't stand beside `before` or `after`")
    if middle is None:
        found = await db.read_slow(actions.list_messages, caller, chat_id, asked, cursor)
    else:
        found = await db.read_slow(actions.list_around, caller, chat_id, middle, asked.size)
    return MessagePageOut.of(found, url_of(addresses, now))


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
    draft = await draft_in(files, data, idempotency_key(request.scope, data.client_message_id))
    url = url_of(addresses, now)
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
    upload, details, digest = None, Details(), None
    if media is not None and media.id is None:
        if media.to_type() in (MediaType.LOCATION, MediaType.CONTACT):
            details, digest = _point(media)
        else:
            upload = await _upload(files, media)
            digest = upload.file.digest
    return Draft(
        text=text,
        media_id=media.id if media else None,
        upload=upload,
        client_key=key,
        body_digest=body_digest(data, digest),
        last_seen_message_id=data.last_seen_message_id,
        force=data.force,
        reply_to=data.reply_to_id,
        details=details,
    )


def _point(media: MediaIn) -> tuple[Details, str]:
    """A place or a person, and the digest of what it came in."""
    content = base64_in(media.data_base64 or "")
    name = media_actions.file_name_in(media.name, "media.name")
    digest = hashlib.sha256(content).hexdigest()
    if media.to_type() is MediaType.LOCATION:
        return Details(place=place_in(content, name)), digest
    return Details(card=card_in(content, name)), digest


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


ROUTES = (list_messages, post_message, upload_media)
