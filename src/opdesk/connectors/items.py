"""What a platform tells us, and what we tell it, in our own types: connectors speak only these.

Ids of chats, messages and people are the platform's own, as text. Times are ms UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from opdesk.chats.model import Card, MessageStatus, Place, TemplateFill
from opdesk.connectors.problems import Problem
from opdesk.media.model import MediaType


@dataclass(frozen=True, slots=True)
class Account:
    """Who the platform says we are. `sender` is the public name that deep links call `from`.

    `settings` are those that the platform fills.
    """

    id: str
    sender: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a customer is called on the platform, where their messages don't say it."""

    name: str
    username: str | None = None


@dataclass(frozen=True, slots=True)
class HookCall:
    """One HTTP call to a channel's webhook, as it came.

    `headers` have lower-case names; `path_secret` is the address's last segment, where the
    platform signs nothing and the address itself is the proof.
    """

    headers: Mapping[str, str]
    body: bytes
    path_secret: str = ""


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file that the platform still has; `reference` is for the connector's `fetch`.

    `size_bytes` 0: the platform does not say.
    """

    reference: str
    name: str
    format: str
    type: MediaType
    size_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A customer's message.

    `sender_name` may be empty: then the connector's `profile_of` knows more. `kind` names what the
    message is when we can't show it. `phone`: the customer's own, attested by the platform, in its
    spelling, which may be the national one. `phone_hint`: one that the customer merely named.
    `reply_to`: the message that it answers. `aliases`: other ids of the same chat, under which it
    may be known. `rank` orders messages of the same second (0 to 4095, wraps). `order_number`: of
    the order that the chat is about.
    """

    chat_id: str
    message_id: str
    sender_id: str
    sender_name: str
    sent_at: int
    username: str | None = None
    text: str = ""
    file: FileReference | None = None
    place: Place | None = None
    card: Card | None = None
    phone: str | None = None
    phone_hint: str | None = None
    reply_to: str | None = None
    kind: str | None = None
    aliases: tuple[str, ...] = ()
    rank: int = 0
    order_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A message of the company's that was written elsewhere: in the platform's own inbox."""

    chat_id: str
    message_id: str
    sent_at: int
    text: str = ""
    file: FileReference | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """The customer changed a message's text; None: the platform does not say to what."""

    message_id: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Deletion:
    """The customer took a message back: what it said must go."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """The customer's reaction to a message, ours or theirs; None takes it back."""

    message_id: str
    emoji: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of messages of ours.

    Of one: `message_id`, or `our_id` where the platform gives our own number back. Of all of the
    update's chat that were sent until a time: `until`. `status` REJECTED has its `problem` and the
    platform's `words`.
    """

    status: MessageStatus
    message_id: str | None = None
    our_id: int | None = None
    until: int | None = None
    problem: Problem | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Whether the update's chat may be written to: customers block and come back."""

    is_open: bool


@dataclass(frozen=True, slots=True)
class Renumbered:
    """The customer of the update's chat is called otherwise from now on."""

    new_chat_id: str
    phone: str | None = None


Item = Inbound | Echo | Edit | Deletion | Reaction | Receipt | Subscription | Renumbered


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One thing of a webhook's body or of a poll's answer.

    `key` tells duplicates: the same thing has it again, whatever body it comes in. `item` None:
    nothing for us. `chat_id`: the platform's chat that it is about; `aliases`: its other ids, told
    by what is no message. `account_id`: the platform's account that it is for, where one address
    serves several. `raw`: a body that says this alone, as `parse` reads it (None: the whole body
    does). `unread`: why this part could not be read.
    """

    key: str
    item: Item | None
    chat_id: str | None = None
    aliases: tuple[str, ...] = ()
    account_id: str | None = None
    raw: bytes | None = None
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class OutboundFile:
    """A file to send, as it lies on disk. `url`: where the platform itself can fetch it for the

    next hours; it ends with the file's name.
    """

    path: Path
    name: str
    format: str
    type: MediaType
    size_bytes: int
    mime: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """An operator's message: a text, a file, a place, a card or a template.

    `message_id` is ours: the key against duplicates where one exists. A text stands beside a file
    only where the declaration's limits have captions. `is_late`: the platform's reply window is
    over, and the channel may write all the same.
    """

    message_id: int
    chat_id: str
    text: str = ""
    file: OutboundFile | None = None
    place: Place | None = None
    card: Card | None = None
    template: TemplateFill | None = None
    reply_to: str | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A message template that the platform has approved. `{{1}}`, `{{2}}` … are its places."""

    name: str
    language: str
    category: str
    header: str
    body: str
    footer: str
