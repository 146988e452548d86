"""What the widget's script asks for. Its door (`sites.py`) has found the site and its origin."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody

from opdesk.chats.model import NEWEST, Chat
from opdesk.kit.clock import Clock
from opdesk.kit.db import Database
from opdesk.kit.endpoint import FILE, PUBLIC, Address, Db, Given, Now, empty
from opdesk.kit.errors import Invalid, WrongContentType
from opdesk.kit.query import described, whole
from opdesk.kit.web import header
from opdesk.kit.wire import MAX_ID
from opdesk.media import actions as media
from opdesk.media.access import Addresses
from opdesk.widget import access, actions
from opdesk.widget.actions import Way
from opdesk.widget.bells import NO_CHAT, Bell, Bells
from opdesk.widget.errors import VisitorUnknown
from opdesk.widget.limits import Limits, household
from opdesk.widget.model import Note, Site, Visitor, VisitorFile
from opdesk.widget.script import NAME, Script
from opdesk.widget.sites import VISITOR_HEADER
from opdesk.widget.wire import (
    HistoryOut,
    MediaUrl,
    NoteIn,
    SyncIn,
    SyncOut,
    VisitorIn,
    VisitorMessageOut,
    VisitorOut,
    WidgetOut,
    key_in,
    text_in,
)

MAX_BODY_BYTES = 64 * 1024
Typing = Callable[[Chat], Awaitable[None]]
"""Shows the organization's panels that the client of a chat writes."""


@dataclass(frozen=True)
class Reception:
    """Everything that the widget's calls share."""

    way: Way
    bells: Bells
    limits: Limits
    clock: Clock
    addresses: Addresses
    tell_typing: Typing

    def url(self) -> MediaUrl:
        now = self.clock.now_ms()
        return lambda it: self.addresses.url(it, now)


ItsSite = Given[Site]
Desk = Given[Reception]
ItsScript = Given[Script]
Key = FromPath[str]
Token = Annotated[
    str | None,
    HeaderParameter(name=VISITOR_HEADER, description="The visitor's token", required=False),
]
OPEN: dict[str, Any] = {"opt": PUBLIC, "tags": ["Widget"]}
POST: dict[str, Any] = {**OPEN, "status_code": 200, "request_max_body_size": MAX_BODY_BYTES}


@get(f"/{NAME}", opt=FILE, include_in_schema=False)
async def load_script(request: Request[Any, Any, Any], script: ItsScript) -> Response[bytes]:
    """The one tag of a customer's page."""
    return script.answer(request, NAME)


@get("/widget/{name:str}", opt=FILE, include_in_schema=False)
async def load_later(
    request: Request[Any, Any, Any], script: ItsScript, name: FromPath[str]
) -> Response[bytes]:
    """What the script loads when somebody opens it."""
    return script.answer(request, name)


@get("/api/widget/{public_key:str}", **OPEN)
async def get_widget(db: Db, site: ItsSite, desk: Desk, now: Now, public_key: Key) -> WidgetOut:
    """How the widget looks, what it asks for, and whether somebody works now.

    Every call of the widget takes an `Origin` that is one of its sites (403 else), and is readable
    for pages of that site alone. 404: no such key, or the channel is switched off.
    """
    hours = await db.read(access.hours, site)
    return WidgetOut.of(site, hours, now, desk.way.files.max_bytes)


@post("/api/widget/{public_key:str}/session", **POST)
async def begin_session(
    db: Db,
    site: ItsSite,
    desk: Desk,
    address: Address,
    public_key: Key,
    data: JSONBody[VisitorIn],
    token: Token = None,
) -> VisitorOut:
    """Be known: a token for a new visitor, or new details of the one whose token comes along.

    With `userId` and its `signature` (HMAC-SHA256 of the id with the channel's `identitySecret`,
    in hex) it is the site's own user, the same one on every device. 403: the signature is wrong.
    """
    home = household(address)
    identity = data.to_identity()
    if identity is not None:
        desk.limits.guesses.take(home)
    if token is None or await _unknown(db, site, token):
        desk.limits.visitors.take(home)
    else:
        desk.limits.of_address.take(home)
    given, _ = await db.write(actions.begin, site, token, data.to_details(), identity)
    return VisitorOut(token=given)


@post("/api/widget/{public_key:str}/message", **POST)
async def send_note(
    db: Db,
    site: ItsSite,
    desk: Desk,
    address: Address,
    public_key: Key,
    data: JSONBody[NoteIn],
    token: Token = None,
) -> VisitorMessageOut:
    """Write to the organization. 401: no token, or one that was forgotten with its chat."""
    visitor, note = await _visitor(db, site, token), data.to_note()
    _slow_down(desk, site, visitor, address)
    said = await db.write(actions.say, desk.way, site, visitor, note)
    return VisitorMessageOut.of(said, desk.url())


@post("/api/widget/{public_key:str}/offline", **POST)
async def leave_question(
    db: Db,
    site: ItsSite,
    desk: Desk,
    address: Address,
    public_key: Key,
    data: JSONBody[NoteIn],
    token: Token = None,
) -> VisitorMessageOut:
    """Leave a question while nobody works: a message, and a letter to the channel's
    `offlineMail` where the server can send one."""
    visitor, note = await _visitor(db, site, token), data.to_note()
    _slow_down(desk, site, visitor, address)
    said = await db.write(actions.leave, desk.way, site, visitor, note)
    return VisitorMessageOut.of(said, desk.url())


@post(
    "/api/widget/{public_key:str}/file",
    opt=PUBLIC,
    tags=["Widget"],
    status_code=200,
    request_max_body_size=None,
)
async def send_file(
    request: Request[Any, Any, Any],
    db: Db,
    site: ItsSite,
    desk: Desk,
    address: Address,
    public_key: Key,
    id_: Annotated[str, described("id", "The page's own id of the message")] = "",
    name: Annotated[str, described("name", "The file's name")] = "",
    text: Annotated[str, described("text", "What is written beside it")] = "",
    token: Token = None,
) -> VisitorMessageOut:
    """Send a file: its bytes as the raw body, up to `OPDESK_MEDIA_MAX_MB` (413)."""
    visitor = await _visitor(db, site, token)
    key, words = key_in(id_), text_in(text)
    shown_name = media.file_name_in(name, "name")
    content_type = header(request.scope, b"content-type")
    if content_type.lower().startswith("multipart/"):
        raise WrongContentType("this call takes a file's bytes as they are, not a form")
    desk.limits.files_of_address.take(household(address))
    desk.limits.files.take((site.channel.id, visitor.key))
    files = desk.way.files
    stored = await files.receive(request.stream())
    try:
        if not stored.size:
            raise Invalid.field("body", "is empty")
        guessed = media.format_guessed(content_type, shown_name)
        file_format, kind = media.format_of(stored, guessed), media.type_of(stored, None)
        note = Note(key, words, VisitorFile(shown_name, file_format, kind, stored))
        said = await db.write(actions.say, desk.way, site, visitor, note)
    finally:
        files.drop(stored)
    return VisitorMessageOut.of(said, desk.url())


@get("/api/widget/{public_key:str}/messages", **OPEN)
async def list_history(
    db: Db,
    site: ItsSite,
    desk: Desk,
    public_key: Key,
    before: Annotated[str | None, described("before", "A message's id", "integer")] = None,
    token: Token = None,
) -> HistoryOut:
    """The visitor's chat, 20 messages at a time, oldest first; `before` goes further back."""
    visitor = await _visitor(db, site, token)
    cursor = NEWEST if before is None else whole("before", before, 1, MAX_ID)
    found = await db.read(actions.view, site, visitor, cursor)
    url = desk.url()
    items = [VisitorMessageOut.of(one, url) for one in found.shown]
    return HistoryOut(items=items, has_more=found.has_more)


@post("/api/widget/{public_key:str}/sync", **POST)
async def sync(
    request: Request[Any, Any, Any],
    db: Db,
    site: ItsSite,
    desk: Desk,
    public_key: Key,
    data: JSONBody[SyncIn],
    token: Token = None,
) -> SyncOut:
    """What the page should show, once it is not `version` any more or `wait` seconds are over.

    It tells, too, what the page has got and the visitor has seen. 401: begin a new session.
    """
    visitor = await _visitor(db, site, token)
    seen = data.to_seen()
    if await db.read(actions.needs_marks, site, visitor, seen):
        await db.write(actions.mark, site, visitor, seen)
    chat = await db.read(actions.find_chat, site, visitor)
    channel, ends = site.channel, _now_s() + data.wait
    stream, chat_id = (channel.company_id, channel.organization_id), chat.id if chat else NO_CHAT
    with desk.bells.waiting(stream, chat_id, f"{channel.id}:{visitor.key}") as bell:
        found = await _synced(db, site, desk, visitor)
        left = asyncio.create_task(_left(request, bell))
        try:
            while found.version == data.version and not bell.is_over:
                left_s = ends - _now_s()
                if left_s <= 0 or not await _rung(bell, _until(desk, chat, left_s), left_s):
                    break
                found = await _synced(db, site, desk, visitor)
        finally:
            left.cancel()
    return found.against(data.version)


@post("/api/widget/{public_key:str}/typing", **POST)
async def tell_typing(
    db: Db, site: ItsSite, desk: Desk, public_key: Key, token: Token = None
) -> Response[bytes]:
    """The visitor writes just now: the organization's panels show it for a few seconds."""
    visitor = await _visitor(db, site, token)
    desk.limits.typing.take((site.channel.id, visitor.key))
    chat = await db.read(actions.find_chat, site, visitor)
    if chat is not None:
        await desk.tell_typing(chat)
    return empty()


async def _synced(db: Database, site: Site, desk: Reception, visitor: Visitor) -> SyncOut:
    found = await db.read(actions.view, site, visitor)
    url = desk.url()
    items = [VisitorMessageOut.of(one, url) for one in found.shown]
    is_typing = found.chat is not None and desk.bells.writes_for_s(found.chat.id) > 0
    return SyncOut.of(items, found.has_more, found.read_up_to, is_typing)


def _until(desk: Reception, chat: Chat | None, left_s: float) -> float:
    """When to look again at the latest: when the sign of typing goes out, nobody rings."""
    typing_s = desk.bells.writes_for_s(chat.id) if chat else 0.0
    return min(left_s, typing_s) if typing_s else left_s


async def _left(request: Request[Any, Any, Any], bell: Bell) -> None:
    """Rings when the page is gone: nobody waits for this answer any more."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    bell.end()


async def _rung(bell: Bell, at_most_s: float, left_s: float) -> bool:
    """Whether it is worth looking again: it rang, or something ends before the wait does."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            await bell.wait()
    is_rung = bell.is_set()
    bell.clear()
    return is_rung or at_most_s < left_s


async def _visitor(db: Database, site: Site, token: str | None) -> Visitor:
    """Who asks. Raises VisitorUnknown."""
    if not token:
        raise VisitorUnknown(f"{VISITOR_HEADER} is missing: begin a session first")
    visitor, is_due = await db.read(access.visitor, site, token)
    if is_due:
        await db.write(actions.note_use, site, token)
    return visitor


async def _unknown(db: Database, site: Site, token: str) -> bool:
    try:
        await db.read(access.visitor, site, token)
    except VisitorUnknown:
        return True
    return False


def _slow_down(desk: Reception, site: Site, visitor: Visitor, address: str) -> None:
    """Raises TooManyRequests."""
    desk.limits.of_address.take(household(address))
    desk.limits.messages.take((site.channel.id, visitor.key))


def _now_s() -> float:
    return asyncio.get_running_loop().time()


ROUTES = (
    load_script,
    load_later,
    get_widget,
    begin_session,
    send_note,
    leave_question,
    send_file,
    list_history,
    sync,
    tell_typing,
)
