"""A chat, its messages, and what may be asked of them."""

from dataclasses import dataclass
from enum import IntEnum

from opdesk.channels.model import Source
from opdesk.contacts.model import Identity
from opdesk.media.model import Media, MediaType, StoredFile

MAX_MISSED = 50
"""How many messages a held send is answered with."""
NEWEST = 2**53 - 1
"""`before` this id is the newest page."""
COUNT_LIMIT = 10_000
"""A narrow filter stops counting here."""
MAX_COUNTED = 10_000
"""Numbered pages end here; cursors go on."""
MAX_PAGE_SIZE = 100


class ChatStatus(IntEnum):
    """New: never answered. Open: taken or answered, and the client wrote last. Waiting: our

    answer was last. OnPause: put aside. Closed.
    """

    NEW = 0
    OPEN = 1
    WAITING = 2
    ON_PAUSE = 3
    CLOSED = 4


class MessageStatus(IntEnum):
    """The contract's numbers, which are not their order: see `is_forward`."""

    NEW = 0
    SUCCESS = 1
    REJECTED = 2
    READ = 3
    DELIVERED = 4


_ORDER = (MessageStatus.NEW, MessageStatus.SUCCESS, MessageStatus.DELIVERED, MessageStatus.READ)


def is_forward(old: MessageStatus, new: MessageStatus) -> bool:
    """Whether a message may go from `old` to `new`; Rejected is final for its attempt."""
    if MessageStatus.REJECTED in (old, new):
        return old is not MessageStatus.REJECTED and old in _ORDER[:2]
    return _ORDER.index(new) > _ORDER.index(old)


class Author(IntEnum):
    OPERATOR = 0
    CLIENT = 1
    BOT = 2
    SYSTEM = 3


@dataclass(frozen=True, slots=True)
class Ref:
    """Something by id and name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, in degrees; what it is called may be empty."""

    latitude: float
    longitude: float
    title: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A person's name and phones, as somebody shared them."""

    name: str
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """`client_key` is the idempotency key of its sender; `kind` what the platform called it when

    it is of a kind we can't show. `created_at` is what is shown: a customer's message has its
    platform's time, never later than now. The order within a chat is that of the ids.
    """

    id: int
    company_id: int
    chat_id: int
    text: str
    phone: str | None
    author: Author
    operator: Ref | None
    status: MessageStatus
    error: str | None
    media: Media | None
    client_key: str | None
    kind: str | None
    is_edited: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class Client:
    id: int
    name: str
    phone: str | None
    photo: str | None


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat with everything a list shows of it. `active_at`: when its last message came here."""

    id: int
    company_id: int
    organization: Ref
    channel_id: int
    source: Source
    sender: str
    is_writable: bool
    external_id: str
    status: ChatStatus
    unread: int
    operator: Ref | None
    operator_photo: str | None
    client: Client
    last_message: Message | None
    created_at: int
    updated_at: int
    active_at: int


@dataclass(frozen=True, slots=True)
class ChatState:
    """The part of a chat that its rules look at, read under its lock."""

    id: int
    company_id: int
    organization_id: int
    channel_id: int
    contact_id: int
    external_id: str
    status: ChatStatus
    operator_id: int | None
    unread: int


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that the platform still has. `reference` is for its connector alone."""

    reference: str
    name: str
    format: str
    type: MediaType
    size: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A customer's message as a connector read it. `sent_at` is the platform's time."""

    external_chat_id: str
    external_id: str
    sender: Identity
    sent_at: int
    text: str
    file: IncomingFile | None = None
    phone: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came along with a message."""

    name: str
    format: str
    type: MediaType
    file: StoredFile


@dataclass(frozen=True, slots=True)
class Draft:
    """What someone wants to send. `media_id` is an earlier upload that becomes the chat's.

    `last_seen_message_id`: the newest message that its author had on screen (None: they don't
    say); `force`: send although somebody else has answered behind that one.
    """

    text: str
    media_id: int | None = None
    upload: Upload | None = None
    client_key: str | None = None
    body_digest: str = ""
    last_seen_message_id: int | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Customs:
    """Days and a phone as some organizations read them; a time is ms UTC, None leaves it open."""

    active_from: int | None = None
    active_before: int | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class ChatFilter:
    """What a list of chats is narrowed to; None leaves a thing open. Times are ms UTC.

    `customs`: for organizations that read the same request in different ways, what each of them
    (by id) asks for; chats of others don't match.
    """

    organization_id: int | None = None
    channel_id: int | None = None
    source: int | None = None
    status: int | None = None
    operator_id: int | None = None
    phone: str | None = None
    telegram_user: str | None = None
    active_from: int | None = None
    active_before: int | None = None
    words: tuple[str, ...] = ()
    customs: tuple[tuple[Customs, tuple[int, ...]], ...] = ()

    def is_narrow(self) -> bool:
        """Whether anything but the organization is asked for."""
        return self != ChatFilter(organization_id=self.organization_id)


@dataclass(frozen=True, slots=True)
class Page:
    """Either a numbered page or what lies beyond a cursor (activity, id)."""

    size: int
    number: int = 1
    before: tuple[int, int] | None = None
    after: tuple[int, int] | None = None

    @property
    def has_cursor(self) -> bool:
        return self.before is not None or self.after is not None


@dataclass(frozen=True, slots=True)
class ChatPage:
    """`total` is None when a cursor was used: nobody counts then."""

    total: int | None
    items: list[Chat]
    next: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    total: int | None
    items: list[Message]
