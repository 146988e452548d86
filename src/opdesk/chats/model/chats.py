"""A chat, its messages, and what may be asked of them."""

from dataclasses import dataclass
from enum import IntEnum

from opdesk.channels.model import Source
from opdesk.chats.model.work import Block, Line
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
class TemplateFill:
    """A platform's own message template, with what stands in its places."""

    name: str
    language: str
    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """What a message says besides its text and its file. A `line` is one of the system."""

    place: Place | None = None
    card: Card | None = None
    template: TemplateFill | None = None
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """`client_key` is the idempotency key of its sender; `kind` what the platform called it when

    it is of a kind we can't show. `created_at` is what is shown: a customer's message has its
    platform's time, never later than now. The order within a chat is that of (position, id).
    `reply_to` is the message that it answers, `reaction` the client's to it. Of a message that the
    client took back nothing is left but `is_deleted`. A retry is a new `attempt`, from 1.
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
    position: int
    reply_to: int | None = None
    reaction: str | None = None
    details: Details = Details()
    is_deleted: bool = False
    attempt: int = 1


RANKS = 1024


def position_at(time_ms: int, rank: int = 0) -> int:
    """Where a message of a time stands in its chat. `rank` orders those of one millisecond.

    It stays below 2^53 until the year 2248.
    """
    return time_ms * RANKS + rank % RANKS


def platform_position(sent_at: int, now: int, rank: int, *, is_exact: bool) -> int:
    """The same by a platform's time. Many tell whole seconds (not `is_exact`): then an answer that

    left in the same second stands where it came in, and never before that second.
    """
    late_ms = 0 if is_exact else min(max(now - sent_at, 0), 999 - sent_at % 1000)
    return position_at(max(min(sent_at + late_ms, now), 0), rank)


MAX_PARTS = 30
"""Files of one message, as Messenger's attachments are at most."""


def parts_of(external_id: str) -> list[str]:
    """The ids under which a message of several files is stored: `<id>`, `<id>#2` and so on."""
    return [external_id, *(f"{external_id}#{n}" for n in range(2, MAX_PARTS + 1))]


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
    client_wrote_at: int | None
    is_blocked: bool
    """The client does not want our messages: blocked the bot, unsubscribed."""
    begun_with: str | None
    """The E.164 phone that an operator began it with; nobody vouches that it is the client's."""
    tags: tuple[str, ...] = ()
    paused_until: int | None = None
    woke_at: int | None = None
    block: Block = Block.NONE
    waiting_since: int | None = None
    """When the client wrote the first message that nobody has answered."""
    order_number: str | None = None
    """Of the order that the chat is about, where the platform says so."""

    @property
    def waits_since(self) -> int | None:
        """The same of a chat that somebody should answer: New or Open, and not blocked."""
        is_queued = self.status < ChatStatus.WAITING and self.block is Block.NONE
        return self.waiting_since if is_queued else None


@dataclass(frozen=True, slots=True)
class ChatState:
    """The part of a chat that its rules look at, read under its lock.

    `paused_until`: when it wakes by itself (ms UTC), and `woke_at` when it did, until somebody
    looks. `block`: we don't want to hear of the client. `closed_from` and `closed_with` are the
    status before it was closed and the tag that closing put on it, for who undoes it.
    """

    id: int
    company_id: int
    organization_id: int
    channel_id: int
    contact_id: int
    external_id: str
    status: ChatStatus
    operator_id: int | None
    unread: int
    paused_until: int | None = None
    woke_at: int | None = None
    block: Block = Block.NONE
    closed_from: ChatStatus | None = None
    closed_with: str | None = None
    tags: tuple[str, ...] = ()


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
    say); `force`: send although somebody else has answered behind that one. `reply_to`: the
    message of the chat that it answers.
    """

    text: str
    media_id: int | None = None
    upload: Upload | None = None
    client_key: str | None = None
    body_digest: str = ""
    last_seen_message_id: int | None = None
    force: bool = False
    reply_to: int | None = None
    details: Details = Details()


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
    is_unassigned: bool | None = None
    phone: str | None = None
    telegram_user: str | None = None
    active_from: int | None = None
    active_before: int | None = None
    tag_key: str | None = None
    is_blocked: bool | None = None
    is_unblocked: bool | None = None
    own_of: int | None = None
    is_waiting: bool | None = None
    """Only those whose client waits for an answer, the longest waiting first."""
    words: tuple[str, ...] = ()
    customs: tuple[tuple[Customs, tuple[int, ...]], ...] = ()

    def is_narrow(self) -> bool:
        """Whether anything but the organization is asked for."""
        return self != ChatFilter(self.organization_id, is_unblocked=self.is_unblocked)


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
