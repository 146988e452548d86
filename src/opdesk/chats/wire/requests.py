"""JSON shapes of what may be asked of chats, and of the answers that only those calls have."""

import hashlib
import json
from typing import Any

from opdesk.chats.model import MAX_TRANSFER_NOTE_CHARS, Author, Block, ChatStatus
from opdesk.chats.wire.shapes import MessageOut
from opdesk.kit.errors import Invalid
from opdesk.kit.text import clean_ours
from opdesk.kit.wire import Id, Wire, WireIn, time_in
from opdesk.media.model import MediaType


class ChatStatusIn(WireIn):
    """Status: 0 New, 1 Open, 2 Waiting, 3 OnPause, 4 Closed.

    With 3, `until` is when the chat wakes by itself; with 4, `tag` is a tag to put on it.
    """

    id: Id
    status: int
    until: str | None = None
    tag: str | None = None

    example = {"id": 5, "status": 3, "until": "2026-11-25T07:00:00.000Z", "tag": None}

    def to_until(self) -> int | None:
        """In ms UTC. Raises Invalid naming `until`."""
        if self.until is not None and self.status != int(ChatStatus.ON_PAUSE):
            raise Invalid.field("until", "stands beside status 3 (OnPause) alone")
        return None if self.until is None else time_in(self.until, "until")

    def to_tag(self) -> str | None:
        if self.tag is not None and self.status != int(ChatStatus.CLOSED):
            raise Invalid.field("tag", "stands beside status 4 (Closed) alone")
        return self.tag

    def to_status(self) -> ChatStatus:
        if self.status not in set(ChatStatus):
            raise Invalid.field(
                "status", "must be 0 (New), 1 (Open), 2 (Waiting), 3 (OnPause) or 4 (Closed)"
            )
        return ChatStatus(self.status)


class ChatOperatorIn(WireIn):
    """`operatorId` null gives the chat back to the queue. `note`: why, for whoever gets it."""

    id: Id
    operator_id: Id | None
    note: str | None = None

    example = {"id": 5, "operatorId": 21, "note": "Asks about the invoice of May"}

    def to_note(self) -> str | None:
        """One that says something. Raises Invalid naming `note`."""
        try:
            note = clean_ours(self.note or "", multiline=True).strip()
        except ValueError as error:
            raise Invalid.field("note", str(error)) from error
        if len(note) > MAX_TRANSFER_NOTE_CHARS:
            most = f"must have at most {MAX_TRANSFER_NOTE_CHARS:,} characters"
            raise Invalid.field("note", most)
        return note or None


class ChatBlockIn(WireIn):
    """Block: 0 none, 1 the client is blocked, 2 it is spam."""

    id: Id
    block: int

    example = {"id": 5, "block": 2}

    def to_block(self) -> Block:
        if self.block not in set(Block):
            raise Invalid.field("block", "must be 0 (none), 1 (blocked) or 2 (spam)")
        return Block(self.block)


class TagsIn(WireIn):
    """All the tags of a chat by their names."""

    tags: list[str]

    example = {"tags": ["Delivery", "VIP"]}


class TagsOut(Wire):
    """The chat's tags as the organization spells them."""

    tags: list[str]

    example = {"tags": ["Delivery", "VIP"]}


class HandOverIn(WireIn):
    """`toOperatorId` is an Active colleague of the same organization; null is the queue."""

    to_operator_id: Id | None

    example = {"toOperatorId": 22}


class HandOverOut(Wire):
    """How many chats have moved."""

    moved: int

    example = {"moved": 7}


class MediaIn(WireIn):
    """A file in base64, or `id`: one that `POST /api/media` took before."""

    id: Id | None = None
    name: str = ""
    format: str = ""
    data_base64: str | None = None
    type: int | None = None

    example = {"name": "receipt.jpg", "format": "jpg", "dataBase64": "/9j/4AAQ…", "type": 1}

    def to_type(self) -> MediaType | None:
        if self.type is not None and self.type not in set(MediaType):
            raise Invalid.field("media.type", "must be a whole number from 0 (file) to 6 (contact)")
        return None if self.type is None else MediaType(self.type)


class MessageIn(WireIn):
    """Text or media, or both. `author` is 0; `clientMessageId` is as good as `Idempotency-Key`.

    `lastSeenMessageId`: the newest message its author had seen; the send is held (409) when
    somebody else has answered behind it. `force` sends all the same. `replyToId`: the message of
    the chat that it answers, shown as such where the platform can. Media of type 5 is a GeoJSON
    point or a `geo:` address, of type 6 a vCard.
    """

    text_message: str | None = None
    author: int = 0
    media: MediaIn | None = None
    client_message_id: str | None = None
    last_seen_message_id: Id | None = None
    force: bool = False
    reply_to_id: Id | None = None

    example = {
        "textMessage": "Your parcel left today",
        "author": 0,
        "media": None,
        "clientMessageId": "b7e1c6de-7c1a-4f0e-9d5e-0c2f8f7f1a11",
        "lastSeenMessageId": 310,
        "force": False,
        "replyToId": None,
    }

    def check_author(self) -> None:
        if self.author != int(Author.OPERATOR):
            raise Invalid.field("author", "must be 0: operators and companies write as operators")


class TypingIn(WireIn):
    """Who writes: 0 an operator, 1 the client (with company credentials only)."""

    author: int = 0

    example = {"author": 0}

    def to_author(self) -> Author:
        if self.author not in (Author.OPERATOR, Author.CLIENT):
            raise Invalid.field("author", "must be 0 (operator) or 1 (client)")
        return Author(self.author)


class NotSentOut(Wire):
    """Why nothing was sent. `missed` is there when a colleague has answered since: the messages

    behind `lastSeenMessageId`, oldest first, at most 50. `reason` is there when the platform takes
    nothing now: channelGone, blocked, windowClosed or clientWritesFirst (see `can-send`).
    """

    type: str
    title: str
    status: int
    detail: str
    missed: list[MessageOut] = []
    reason: str | None = None

    example = {
        "type": "about:blank",
        "title": "A colleague has answered since",
        "status": 409,
        "detail": "Olena Koval has answered in this chat since you last looked; read it, or send"
        " again with force",
        "missed": [MessageOut.example],
    }


class UploadedOut(Wire):
    """Usable once as `media.id` of a message, within a day."""

    id: Id

    example = {"id": 5}


def body_digest(data: MessageIn, file_digest: str | None) -> str:
    """What an idempotency key stands for: everything that is sent, not under which conditions."""
    media = data.media
    named = [media.id, media.name, media.format, media.type] if media else []
    decided: list[Any] = [data.text_message or "", named, file_digest]
    if data.reply_to_id is not None:
        decided.append(data.reply_to_id)
    return hashlib.sha256(json.dumps(decided).encode()).hexdigest()
