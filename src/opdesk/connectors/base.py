"""What every connector is: bytes in, our types out; one error, which says whether to try again."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol

from opdesk.channels.model import Source, Trouble
from opdesk.connectors.declaration import (
    BadSettings,
    Choice,
    Declaration,
    Filler,
    Hearing,
    Limits,
    Setting,
    SettingKind,
    Step,
    WebhookSetup,
    Words,
)
from opdesk.kit.http_client import HttpClient
from opdesk.media.model import MediaType

__all__ = [
    "Account",
    "BadPayload",
    "BadSettings",
    "Choice",
    "Connector",
    "Declaration",
    "DeliveryError",
    "Edit",
    "FileReference",
    "Filler",
    "Hearing",
    "Inbound",
    "Limits",
    "MediaType",
    "Outbound",
    "OutboundFile",
    "PlatformError",
    "PollGone",
    "Problem",
    "Setting",
    "SettingKind",
    "SettingRefused",
    "Source",
    "Step",
    "Trouble",
    "Unreachable",
    "Update",
    "WebhookSetup",
    "Words",
]


class Problem(StrEnum):
    """Why a message could not be delivered, in the words operators see translated."""

    BLOCKED = "blocked"
    WINDOW_CLOSED = "window_closed"
    AUTH = "auth"
    THROTTLED = "throttled"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    REJECTED = "rejected"
    TRANSIENT = "transient"
    BAD_REQUEST = "bad_request"
    UNCERTAIN = "uncertain"
    DISCONNECTED = "disconnected"


class DeliveryError(Exception):
    """A send or a fetch that failed.

    `is_permanent`: trying again can't help. `retry_after_s` is the platform's own word.
    `problem` UNCERTAIN: it may have arrived, and trying again might double it.
    """

    def __init__(
        self,
        problem: Problem,
        text: str,
        *,
        is_permanent: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(text)
        self.problem = problem
        self.is_permanent = is_permanent
        self.retry_after_s = retry_after_s


class PlatformError(Exception):
    """The platform refused a setup call; the text has its words."""


class Unreachable(Exception):
    """The platform did not answer a setup call."""


class PollGone(PlatformError):
    """Polling is not possible now: a webhook is set, or someone else polls."""


class SettingRefused(PlatformError):
    """A setting that we can't use leads nowhere; `name` is its contract name."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class BadPayload(Exception):
    """A webhook's body is not what the platform sends."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who the platform says we are. `sender` is the public name that deep links call `from`.

    `settings` are those that the platform fills.
    """

    id: str
    sender: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file that the platform still has; `reference` is for the connector's `fetch`."""

    reference: str
    name: str
    format: str
    type: MediaType
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's message. Ids are the platform's own; `sent_at` is ms UTC.

    `kind` names what the message is when we can't show it. `phone`: the customer's own, attested
    by the platform, in its spelling, which may be the national one.
    """

    chat_id: str
    message_id: str
    sender_id: str
    sender_name: str
    username: str | None
    sent_at: int
    text: str
    file: FileReference | None = None
    phone: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """The customer changed a message's text."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Update:
    """One webhook body or polled item. `key` tells duplicates; `item` None: nothing for us.

    `chat_id`: the platform's id of the chat that it is about, whatever it says.
    """

    key: str
    item: Inbound | Edit | None
    chat_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutboundFile:
    """A file to send, as it lies on disk."""

    path: Path
    name: str
    format: str
    type: MediaType
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Outbound:
    """An operator's message. `message_id` is ours: the key against duplicates where one exists."""

    message_id: int
    chat_id: str
    text: str
    file: OutboundFile | None


class Connector(Protocol):
    """One source, for one channel's settings."""

    source: ClassVar[Source]
    declaration: ClassVar[Declaration]

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None: ...

    @staticmethod
    def is_genuine(headers: Mapping[str, str], secret: str, body: bytes) -> bool:
        """Whether a webhook call comes from the platform; compared in constant time."""
        ...

    @staticmethod
    def parse(body: bytes) -> Update:
        """Read one webhook body. Raises BadPayload."""
        ...

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        """The platform's id of the chat that a body is about, if it can be told.

        For bodies that `parse` refuses: whoever deletes that chat deletes them too.
        """
        ...

    @property
    def always_has_webhook(self) -> bool:
        """The platform is on this machine, so a webhook reaches us without a public address."""
        ...

    async def identify(self) -> Account:
        """Ask the platform who we are. Raises PlatformError, SettingRefused, Unreachable."""
        ...

    async def set_webhook(self, url: str, secret: str) -> None: ...

    async def remove_webhook(self) -> None: ...

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        """What is wrong with the connection, by the codes of `declaration`; [] when nothing is."""
        ...

    async def poll(self, offset: int, timeout_s: int) -> list[bytes]:
        """New webhook bodies from `offset` on. Raises PollGone, PlatformError, Unreachable."""
        ...

    @staticmethod
    def next_offset(update: Update) -> int:
        """Where polling goes on after an update."""
        ...

    async def send(self, out: Outbound) -> str:
        """Deliver one message; the platform's id of it. Raises DeliveryError."""
        ...

    async def show_typing(self, chat_id: str) -> None:
        """Show the customer for a few seconds that someone writes. Raises DeliveryError.

        Called only where the declaration says `can_show_typing`.
        """
        ...

    def fetch(self, reference: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A platform's file, in chunks. Raises DeliveryError."""
        ...
