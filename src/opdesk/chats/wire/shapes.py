"""JSON shapes of chats and messages, as they go out."""

from collections.abc import Callable

import msgspec

from opdesk.channels.model import Source
from opdesk.chats.model import Chat, ChatPage, ChatStatus, Line, Message, MessagePage
from opdesk.chats.wire.points import card_url, map_url, place_name
from opdesk.chats.wire.values import cursor_out
from opdesk.kit.wire import Id, Wire, time_or_none, time_out
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


class PlaceOut(Wire):
    """In degrees; `title` and `address` may be empty."""

    latitude: float
    longitude: float
    title: str
    address: str

    example = {"latitude": 50.4501, "longitude": 30.5234, "title": "Maidan", "address": ""}


class CardOut(Wire):
    """A person whom somebody shared."""

    name: str
    phones: list[str]

    example = {"name": "Olha Lysenko", "phones": ["+380671112233"]}


class LineOut(Wire):
    """What a message of the system tells: a code, and names and words as they were.

    `code`: taken, assigned, given (by the server), returned, transferred, closed, reopened,
    snoozed, resumed, woken, blocked, unblocked, spam, notSpam. `by` is null for the company and
    the server.
    """

    code: str
    by: str | None
    to: str | None
    note: str | None
    tag: str | None
    until: str | None

    example = {
        "code": "transferred",
        "by": "Olena Koval",
        "to": "Petro Ivanenko",
        "note": "Asks about the invoice of May",
        "tag": None,
        "until": None,
    }

    @classmethod
    def of(cls, line: Line) -> "LineOut":
        said = {
            name: str(line.params[name]) if name in line.params else None
            for name in ("by", "to", "note", "tag")
        }
        until = line.params.get("until")
        until = time_out(until) if isinstance(until, int) else None
        return cls(code=str(line.code), until=until, **said)


class MessageOut(Wire):
    """`author`: 0 operator, 1 client, 2 bot, 3 system, which tells in `line` what happened to the

    chat, and in `message` the same in its organization's language.

    `status`: 0 New, 1 Success, 2 Rejected, 3 Read, 4 Delivered; forward is New, Success,
    Delivered, Read. `error` "uncertain": a send that may or may not have arrived; "dropped": an
    admin gave it up after a restore. `createdAt` of a client's message is the time that its
    platform says; messages stand in the order of `position`, and of their ids where that is the
    same: one that a platform brings late has its own place.

    A location is media of type 5 whose `uri` opens a map, and stands in `place`; a shared contact
    is media of type 6 whose `uri` is the vCard, and stands in `card`. `replyToId`: the message that
    it answers; `reaction`: the client's to it; `isDeleted`: the client took it back. `attempt`
    counts from 1: what was rejected may be sent once more, and is New again.
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
    position: int
    reply_to_id: Id | None
    reaction: str | None
    is_deleted: bool
    attempt: int
    place: PlaceOut | None
    card: CardOut | None
    line: LineOut | None

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
        "position": 1837259712000000,
        "replyToId": None,
        "reaction": None,
        "isDeleted": False,
        "attempt": 1,
        "place": None,
        "card": None,
        "line": None,
    }

    @classmethod
    def of(cls, message: Message, url: MediaUrl) -> "MessageOut":
        operator, place, card = message.operator, message.details.place, message.details.card
        return cls(
            id=message.id,
            chat_id=message.chat_id,
            message=message.text,
            phone=message.phone,
            author=int(message.author),
            operator=RefOut(id=operator.id, name=operator.name) if operator else None,
            status=int(message.status),
            error=message.error,
            media=_media_out(message, url),
            created_at=time_out(message.created_at),
            is_edited=message.is_edited,
            is_unsupported=message.kind is not None,
            client_message_id=message.client_key,
            position=message.position,
            reply_to_id=message.reply_to,
            reaction=message.reaction,
            is_deleted=message.is_deleted,
            attempt=message.attempt,
            place=(
                PlaceOut(
                    latitude=place.latitude,
                    longitude=place.longitude,
                    title=place.title,
                    address=place.address,
                )
                if place
                else None
            ),
            card=CardOut(name=card.name, phones=list(card.phones)) if card else None,
            line=LineOut.of(message.details.line) if message.details.line else None,
        )


def _media_out(message: Message, url: MediaUrl) -> MediaOut | None:
    """A file, or the place or person that the contract shows as one."""
    if message.media is not None:
        return MediaOut.of(message.media, url)
    place, card = message.details.place, message.details.card
    if place is not None:
        named = (map_url(place), place_name(place), "geo", MediaType.LOCATION)
    elif card is not None:
        named = (card_url(card), card.name, "vcf", MediaType.CONTACT)
    else:
        return None
    uri, name, file_format, kind = named
    state = MediaState.READY.value
    return MediaOut(uri=uri, name=name, format=file_format, type=int(kind), size=0, state=state)


class ChatOut(Wire):
    """`messSource`: 0 Viber to 7 Instagram. `chatStatus`: 0 New, 1 Open, 2 Waiting, 3 OnPause,

    4 Closed. `countUnread`: the client's messages since the last answer or the last "read".
    `activeAt`: when the last message came here or the chat woke, which is what chats are sorted by.
    `pausedUntil`: when an OnPause chat wakes by itself; `wokeAt`: when it did, until somebody
    reads it. `block`: 0 none, 1 the client is blocked, 2 spam. `waitingSince`: when the client of
    a New or Open chat wrote the first message that nobody has answered; null when nobody waits.
    `orderNumber`: of the order that the chat is about, where the platform says so (Rozetka).
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
    tags: list[str]
    paused_until: str | None
    woke_at: str | None
    block: int
    waiting_since: str | None
    order_number: str | None

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
        "tags": ["Delivery"],
        "pausedUntil": None,
        "wokeAt": None,
        "block": 0,
        "waitingSince": "2026-11-24T09:28:00.000Z",
        "orderNumber": None,
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
                id=client.id,
                name=client.name or title_of(chat),
                phone=client.phone,
                photo=client.photo,
            ),
            last_message=MessageOut.of(chat.last_message, url) if chat.last_message else None,
            created_at=time_out(chat.created_at),
            updated_at=time_out(chat.updated_at),
            active_at=time_out(chat.active_at),
            is_writable=chat.is_writable,
            tags=list(chat.tags),
            paused_until=time_or_none(_paused_until(chat)),
            woke_at=time_or_none(chat.woke_at),
            block=int(chat.block),
            waiting_since=time_or_none(chat.waits_since),
            order_number=chat.order_number,
        )


def _paused_until(chat: Chat) -> int | None:
    """A Closed chat keeps it for whoever undoes the close; it means nothing until then."""
    return chat.paused_until if chat.status is ChatStatus.ON_PAUSE else None


def title_of(chat: Chat) -> str:
    """Of whom nobody says a name: with whom we began, the phone that we write to."""
    return chat.begun_with or unnamed(chat.source, chat.external_id)


def unnamed(source: Source, external_id: str) -> str:
    """Whom a platform names only later, or never: told apart by the end of their id."""
    return f"{source.name.title()} {external_id[-4:]}"


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
