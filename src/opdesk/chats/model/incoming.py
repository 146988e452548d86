"""What a platform brings, and whom a chat is begun with there."""

from dataclasses import dataclass, field

from opdesk.chats.model.chats import Details
from opdesk.contacts.model import Identity
from opdesk.media.model import MediaType


@dataclass(frozen=True, slots=True)
class Beginning:
    """Whom a chat is begun with: the channel's id of a chat with an E.164 phone.

    `name` is what the client is called as long as nobody knows better; it may be empty.
    """

    external_chat_id: str
    phone: str
    name: str


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
    """A customer's message as a connector read it. `sent_at` is the platform's time.

    `reply_to` is the platform's id of the message that it answers; `aliases` are other ids of the
    chat; `phone_hint` is a phone that the customer named and nobody vouches for; `is_exact`: the
    time is exact to the millisecond, not to the second. `order_number`: of the order that the chat
    is about.
    """

    external_chat_id: str
    external_id: str
    sender: Identity
    sent_at: int
    text: str
    file: IncomingFile | None = None
    phone: str | None = None
    kind: str | None = None
    details: Details = field(default_factory=Details)
    reply_to: str | None = None
    aliases: tuple[str, ...] = ()
    rank: int = 0
    phone_hint: str | None = None
    is_exact: bool = False
    order_number: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the company's that was written elsewhere, on the platform itself."""

    external_chat_id: str
    external_id: str
    sent_at: int
    text: str
    file: IncomingFile | None = None
    kind: str | None = None
    is_exact: bool = False
