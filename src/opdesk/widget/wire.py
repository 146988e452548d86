"""JSON shapes of the widget's calls. They are ours: no page but our own script speaks them."""

import hashlib
from collections.abc import Callable
from typing import Annotated

import msgspec

from opdesk.chats.actions import Shown
from opdesk.chats.model import Author, Message, MessageStatus
from opdesk.kit.errors import Invalid
from opdesk.kit.text import clean_ours
from opdesk.kit.wire import MAX_ID, Id, Wire, WireIn, time_or_none, time_out
from opdesk.media.model import Media, MediaState
from opdesk.widget.model import (
    MAX_EMAIL_CHARS,
    MAX_KEY_CHARS,
    MAX_NAME_CHARS,
    MAX_PHONE_CHARS,
    MAX_TEXT_CHARS,
    MAX_USER_ID_CHARS,
    Details,
    Hours,
    Identity,
    Note,
    Seen,
    Site,
)

MediaUrl = Callable[[Media], str]
MAX_WAIT_S = 30
_Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_ID)]


class TextsOut(Wire):
    """One language of the widget."""

    title: str
    greeting: str

    example = {"title": "Write to us", "greeting": "Hello! How can we help?"}


class WidgetOut(Wire):
    """How the widget looks and what it asks for.

    `askName`, `askPhone`: no, optional, required. `isOpen`: somebody works now; else `opensAt`
    says when again, if the organization has working hours.
    """

    color: str
    position: str
    uk: TextsOut
    en: TextsOut
    ask_name: str
    ask_phone: str
    has_offline_form: bool
    is_open: bool
    opens_at: str | None
    max_text_chars: int
    max_file_bytes: int

    example = {
        "color": "#1f7a4d",
        "position": "right",
        "uk": {"title": "Напишіть нам", "greeting": "Вітаємо! Чим можемо допомогти?"},
        "en": TextsOut.example,
        "askName": "optional",
        "askPhone": "no",
        "hasOfflineForm": True,
        "isOpen": False,
        "opensAt": "2026-11-25T07:00:00.000Z",
        "maxTextChars": 4096,
        "maxFileBytes": 52428800,
    }

    @classmethod
    def of(cls, site: Site, hours: Hours, now: int, max_file_bytes: int) -> "WidgetOut":
        setting = site.setting
        is_open = hours.is_open(now)
        return cls(
            color=setting("color"),
            position=setting("position"),
            uk=TextsOut(title=setting("titleUk"), greeting=setting("greetingUk")),
            en=TextsOut(title=setting("titleEn"), greeting=setting("greetingEn")),
            ask_name=setting("askName"),
            ask_phone=setting("askPhone"),
            has_offline_form=setting("offlineForm") == "on",
            is_open=is_open,
            opens_at=None if is_open else time_or_none(hours.opens_at(now)),
            max_text_chars=MAX_TEXT_CHARS,
            max_file_bytes=max_file_bytes,
        )


class VisitorIn(WireIn):
    """What a visitor says of themselves; and the site's own id of theirs, with its signature."""

    name: str = ""
    phone: str = ""
    email: str = ""
    user_id: str | None = None
    signature: str | None = None

    example = {
        "name": "Olena",
        "phone": "+380671112233",
        "email": "olena@example.com",
        "userId": "1042",
        "signature": "5d41402abc4b2a76b9719d911017c592ae2f…",
    }

    def to_details(self) -> Details:
        return Details(
            _line("name", self.name, MAX_NAME_CHARS),
            _line("phone", self.phone, MAX_PHONE_CHARS),
            _line("email", self.email, MAX_EMAIL_CHARS),
        )

    def to_identity(self) -> Identity | None:
        if self.user_id is None:
            return None
        user_id = _line("userId", self.user_id, MAX_USER_ID_CHARS)
        if not user_id:
            raise Invalid.field("userId", "must not be empty")
        return Identity(user_id, self.signature or "")


class VisitorOut(Wire):
    """`token` goes with every further call as `X-OpDesk-Visitor`."""

    token: str

    example = {"token": "8f14e45fceea167a5a36dedd4bea2543…"}


class NoteIn(WireIn):
    """`id` is the page's own: the same again answers the first message and stores nothing."""

    id: str
    text: str

    example = {"id": "b7e1c6de-7c1a-4f0e-9d5e-0c2f8f7f1a11", "text": "Is it in stock?"}

    def to_note(self) -> Note:
        text = text_in(self.text)
        if not text:
            raise Invalid.field("text", "must not be empty")
        return Note(key_in(self.id), text)


class AttachedOut(Wire):
    """`uri` is null until the file is here; `type` as in the rest of the API."""

    uri: str | None
    name: str
    type: int
    size: int

    example = {
        "uri": "https://desk.example.com/media/1/7/…/file.jpg",
        "name": "shoes.jpg",
        "type": 1,
        "size": 48213,
    }


class VisitorMessageOut(Wire):
    """`id` counts up within the chat; `clientId` is the page's own id of what it has sent.

    `isSeen`: a visitor's page has shown it; for their own messages `readUpTo` says it.
    """

    id: Id
    client_id: str | None
    is_own: bool
    by: str | None
    text: str
    media: AttachedOut | None
    is_edited: bool
    is_seen: bool
    created_at: str

    example = {
        "id": 812,
        "clientId": None,
        "isOwn": False,
        "by": "Olha",
        "text": "Yes, it is.",
        "media": None,
        "isEdited": False,
        "isSeen": False,
        "createdAt": "2026-11-24T09:30:00.000Z",
    }

    @classmethod
    def of(cls, shown: Shown, url: MediaUrl) -> "VisitorMessageOut":
        it = shown.message
        is_own = it.author is Author.CLIENT
        key = (shown.external_id or "").partition(":")[2] if is_own else ""
        return cls(
            id=it.id,
            client_id=key or None,
            is_own=is_own,
            by=it.operator.name if it.operator else None,
            text=it.text,
            media=_attached(it, url),
            is_edited=it.is_edited,
            is_seen=it.status is MessageStatus.READ,
            created_at=time_out(it.created_at),
        )


class HistoryOut(Wire):
    """A page of a visitor's chat, oldest first. `hasMore`: older ones, before the first `id`."""

    items: list[VisitorMessageOut]
    has_more: bool

    example = {"items": [VisitorMessageOut.example], "hasMore": False}


class SyncIn(WireIn):
    """`version` of the last answer; up to which message the page `got` and the visitor has `seen`

    what was sent to them; how many seconds the answer may `wait` for news.
    """

    version: str = ""
    got: _Count = 0
    seen: _Count = 0
    wait: Annotated[int, msgspec.Meta(ge=0, le=MAX_WAIT_S)] = 0

    example = {"version": "9e107d9d372bb682", "got": 812, "seen": 810, "wait": 25}

    def to_seen(self) -> Seen:
        return Seen(max(self.got, self.seen), self.seen)


class SyncOut(Wire):
    """The newest page of a visitor's chat as it is now: whatever it has replaces what was there.

    `version` is the same as long as nothing changed; then `items` is null. `readUpTo`: the
    organization has read the visitor's messages up to this one. `isTyping`: an operator writes.
    """

    version: str
    items: list[VisitorMessageOut] | None
    has_more: bool
    read_up_to: _Count
    is_typing: bool

    example = {
        "version": "9e107d9d372bb682",
        "items": [VisitorMessageOut.example],
        "hasMore": True,
        "readUpTo": 811,
        "isTyping": False,
    }

    @classmethod
    def of(cls, items: list[VisitorMessageOut], more: bool, read: int, typing: bool) -> "SyncOut":
        found = cls(version="", items=items, has_more=more, read_up_to=read, is_typing=typing)
        digest = hashlib.sha256(msgspec.json.encode(found)).hexdigest()[:16]
        return msgspec.structs.replace(found, version=digest)

    def against(self, version: str) -> "SyncOut":
        """Without the messages that the page has."""
        return msgspec.structs.replace(self, items=None) if version == self.version else self


def text_in(text: str) -> str:
    """Raises Invalid naming `text`."""
    try:
        cleaned = clean_ours(text, multiline=True).strip()
    except ValueError as error:
        raise Invalid.field("text", str(error)) from error
    if len(cleaned) > MAX_TEXT_CHARS:
        raise Invalid.field("text", f"has {len(cleaned)} characters; at most {MAX_TEXT_CHARS}")
    return cleaned


def key_in(key: str) -> str:
    """The page's own id of a message. Raises Invalid naming `id`."""
    is_key = key.isascii() and key.replace("-", "").isalnum() and not key.startswith("details-")
    if not is_key or len(key) > MAX_KEY_CHARS:
        raise Invalid.field("id", f"must be 1 to {MAX_KEY_CHARS} letters, digits and hyphens")
    return key


def _line(name: str, text: str, most: int) -> str:
    try:
        cleaned = clean_ours(text, multiline=False).strip()
    except ValueError as error:
        raise Invalid.field(name, str(error)) from error
    if len(cleaned) > most:
        raise Invalid.field(name, f"must have at most {most} characters")
    return cleaned


def _attached(message: Message, url: MediaUrl) -> AttachedOut | None:
    it = message.media
    if it is None:
        return None
    uri = url(it) if it.state is MediaState.READY else None
    return AttachedOut(uri=uri, name=it.name, type=int(it.type), size=it.size)
