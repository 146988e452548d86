"""JSON shapes of the contract's section Chats."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import msgspec

from opdesk.chats.model import Author, Chat, ChatPage, ChatStatus, Message, MessagePage
from opdesk.chats.wire.values import cursor_out
from opdesk.kit.errors import Invalid
from opdesk.kit.wire import Id, Wire, WireIn, time_out
from opdesk.media.model import Media, MediaState, MediaType

MediaUrl = Callable[[Media], str]
"""The signed address of a file as of now."""


class RefOut(Wire):
    """Something by its id and name."""

    id: Id
    name: str

    example = {"id": 24, "name": "Kyiv shop"}


class ChatOperatorOut(Wire):
    id: Id
    name: str
    photo: str | None

    example = {"id": 21, "name": "Olena Koval", "photo": None}


class ClientOut(Wire):
    id: Id
    name: str
    phone: str | None
    photo: str | None

    example = {"id": 7, "name": "Taras Bondar", "phone": "+380501234567", "photo": None}


class MediaOut(Wire):
    """`type`: 0 file, 1 photo, 2 video, 3 audio, 4 sticker, 5 location, 6 contact.

    `uri` is a signed address that needs no credentials and ends after 24 to 48 hours; null while
    `state` is "loading" (the file is still with its platform) or "failed".
    """

    uri: str | None
    name: str
    format: str
    type: int
    size: int
    state: str

    example = {
        "uri": "https://desk.example.com/media/1/5/1764115200000/k1/9f2c/file.jpg",
        "name": "receipt.jpg",
        "format": "jpg",
        "type": 1,
        "size": 233636,
        "state": "ready",
    }

    @classmethod
    def of(cls, media: Media, url: MediaUrl) -> "MediaOut":
        return cls(
            uri=url(media) if media.state is MediaState.READY else None,
            name=media.name,
            format=media.format,
            type=int(media.type),
            size=media.size,
            state=media.state.value,
        )


class MessageOut(Wire):
    """`author`: 0 operator, 1 client, 2 bot, 3 system.

    `status`: 0 New, 1 Success, 2 Rejected, 3 Read, 4 Delivered; forward is New, Success,
    Delivered, Read. `error` "uncertain": a send that may or may not have arrived; "dropped": an
    admin gave it up after a restore. `createdAt` of a client's message is the time that its
    platform says; messages stand in the order of their ids.
    """

    id: Id
    chat_id: Id
    message: str
    phone: str | None
    author: int
    operator: RefOut | None
    status: int
    error: str | None
    media: MediaOut | None
    created_at: str
    is_edited: bool
    is_unsupported: bool
    client_message_id: str | None

    example = {
        "id": 311,
        "chatId": 5,
        "message": "Your parcel left today",
        "phone": "+380501234567",
        "author": 0,
        "operator": {"id": 21, "name": "Olena Koval"},
        "status": 1,
        "error": None,
        "media": None,
        "createdAt": "2026-11-24T09:30:00.000Z",
        "isEdited": False,
        "isUnsupported": False,
        "clientMessageId": None,
    }

    @classmethod
    def of(cls, message: Message, url: MediaUrl) -> "MessageOut":
        operator = message.operator
        return cls(
            id=message.id,
            chat_id=message.chat_id,
            message=message.text,
            phone=message.phone,
            author=int(message.author),
            operator=RefOut(id=operator.id, name=operator.name) if operator else None,
            status=int(message.status),
            error=message.error,
            media=MediaOut.of(message.media, url) if message.media else None,
            created_at=time_out(message.created_at),
            is_edited=message.is_edited,
            is_unsupported=message.kind is not None,
            client_message_id=message.client_key,
        )


class ChatOut(Wire):
    """`messSource`: 0 Viber to 7 Instagram. `chatStatus`: 0 New, 1 Open, 2 Waiting, 3 OnPause,

    4 Closed. `countUnread`: the client's messages since the last answer or the last "read".
    `activeAt`: when the last message came here, which is what chats are sorted by.
    """

    id: Id
    theme: str | None
    mess_source: int
    from_: str = msgspec.field(name="from")
    chat_status: int
    count_unread: int
    operator: ChatOperatorOut | None
    organization: RefOut
    client: ClientOut
    last_message: MessageOut | None
    created_at: str
    updated_at: str
    active_at: str
    is_writable: bool

    example = {
        "id": 5,
        "theme": None,
        "messSource": 2,
        "from": "demo_shop_bot",
        "chatStatus": 1,
        "countUnread": 2,
        "operator": ChatOperatorOut.example,
        "organization": RefOut.example,
        "client": ClientOut.example,
        "lastMessage": MessageOut.example,
        "createdAt": "2026-11-20T08:00:00.000Z",
        "updatedAt": "2026-11-24T09:30:00.000Z",
        "activeAt": "2026-11-24T09:30:00.000Z",
        "isWritable": True,
    }

    @classmethod
    def of(cls, chat: Chat, url: MediaUrl) -> "ChatOut":
        operator, client = chat.operator, chat.client
        return cls(
            id=chat.id,
            theme=None,
            mess_source=int(chat.source),
            from_=chat.sender,
            chat_status=int(chat.status),
            count_unread=chat.unread,
            operator=(
                ChatOperatorOut(id=operator.id, name=operator.name, photo=chat.operator_photo)
                if operator
                else None
            ),
            organization=RefOut(id=chat.organization.id, name=chat.organization.name),
            client=ClientOut(
                id=client.id, name=client.name, phone=client.phone, photo=client.photo
            ),
            last_message=MessageOut.of(chat.last_message, url) if chat.last_message else None,
            created_at=time_out(chat.created_at),
            updated_at=time_out(chat.updated_at),
            active_at=time_out(chat.active_at),
            is_writable=chat.is_writable,
        )


class ChatPageOut(Wire):
    """`total` is null when a cursor was used. `next` is the cursor of what follows: null behind the

    oldest chat, and never null with `after`, because a newer chat may always come.
    """

    total: int | None
    items: list[ChatOut]
    next: str | None

    example = {"total": 1, "items": [ChatOut.example], "next": None}

    @classmethod
    def of(cls, page: ChatPage, url: MediaUrl) -> "ChatPageOut":
        return cls(
            total=page.total,
            items=[ChatOut.of(chat, url) for chat in page.items],
            next=cursor_out(page.next) if page.next else None,
        )


class MessagePageOut(Wire):
    """`total` is null when `before` or `after` was used: nobody counts then."""

    total: int | None
    items: list[MessageOut]

    example = {"total": 1, "items": [MessageOut.example]}

    @classmethod
    def of(cls, page: MessagePage, url: MediaUrl) -> "MessagePageOut":
        return cls(total=page.total, items=[MessageOut.of(one, url) for one in page.items])


class ChatStatusIn(WireIn):
    """Status: 0 New, 1 Open, 2 Waiting, 3 OnPause, 4 Closed."""

    id: Id
    status: int

    example = {"id": 5, "status": 4}

    def to_status(self) -> ChatStatus:
        if self.status not in set(ChatStatus):
            raise Invalid.field(
                "status", "must be 0 (New), 1 (Open), 2 (Waiting), 3 (OnPause) or 4 (Closed)"
            )
        return ChatStatus(self.status)


class ChatOperatorIn(WireIn):
    """`operatorId` null gives the chat back to the queue."""

    id: Id
    operator_id: Id | None

    example = {"id": 5, "operatorId": 21}


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
    somebody else has answered behind it. `force` sends all the same.
    """

    text_message: str | None = None
    author: int = 0
    media: MediaIn | None = None
    client_message_id: str | None = None
    last_seen_message_id: Id | None = None
    force: bool = False

    example = {
        "textMessage": "Your parcel left today",
        "author": 0,
        "media": None,
        "clientMessageId": "b7e1c6de-7c1a-4f0e-9d5e-0c2f8f7f1a11",
        "lastSeenMessageId": 310,
        "force": False,
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

    behind `lastSeenMessageId`, oldest first, at most 50.
    """

    type: str
    title: str
    status: int
    detail: str
    missed: list[MessageOut] = []

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
    return hashlib.sha256(json.dumps(decided).encode()).hexdigest()
