"""What every connector is: bytes in, our types out; one error, which says whether to try again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import ClassVar, Protocol

from opdesk.channels.model import Source, Trouble
from opdesk.chats.model import Card, MessageStatus, Place, TemplateFill
from opdesk.connectors.declaration import (
    WEBHOOK_URL,
    After,
    BadSettings,
    Choice,
    Declaration,
    Filler,
    Hearing,
    Limits,
    Pace,
    Setting,
    SettingKind,
    Step,
    WebhookSetup,
    Window,
    Words,
    is_loopback,
)
from opdesk.connectors.items import (
    Account,
    Deletion,
    Echo,
    Edit,
    FileReference,
    HookCall,
    Inbound,
    Item,
    Outbound,
    OutboundFile,
    Profile,
    Reaction,
    Receipt,
    Renumbered,
    Subscription,
    Template,
    Update,
)
from opdesk.connectors.problems import (
    BadPayload,
    DeliveryError,
    PlatformError,
    PollGone,
    Problem,
    SettingRefused,
    Unreachable,
)
from opdesk.kit.http_client import HttpClient
from opdesk.media.model import MediaType

__all__ = [
    "WEBHOOK_URL",
    "Account",
    "After",
    "BadPayload",
    "BadSettings",
    "Card",
    "Choice",
    "Connector",
    "Declaration",
    "Deletion",
    "DeliveryError",
    "Echo",
    "Edit",
    "FileReference",
    "Filler",
    "Hearing",
    "HookCall",
    "Inbound",
    "Item",
    "Limits",
    "MediaType",
    "MessageStatus",
    "Outbound",
    "OutboundFile",
    "Pace",
    "Place",
    "Platform",
    "PlatformError",
    "PollGone",
    "Problem",
    "Profile",
    "Reaction",
    "Receipt",
    "Renumbered",
    "Setting",
    "SettingKind",
    "SettingRefused",
    "Source",
    "Step",
    "Subscription",
    "Template",
    "TemplateFill",
    "Trouble",
    "Unreachable",
    "Update",
    "WebhookSetup",
    "Window",
    "Words",
    "is_loopback",
]


class Connector(Protocol):
    """One source, for one channel's settings.

    `Platform` has an answer for everything that a source need not have.
    """

    source: ClassVar[Source]
    declaration: ClassVar[Declaration]

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None: ...

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        """Whether a webhook call comes from the platform; compared in constant time.

        `secret` is the channel's own, made by us. Nothing of the body has been parsed yet.
        """
        ...

    @staticmethod
    def challenge(query: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
        """What answers the platform's GET that asks whether this address is ours; None: 404."""
        ...

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        """Read one webhook body, in its order. Raises BadPayload when nothing of it can be read;

        a part that can't is an update with `unread`.
        """
        ...

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        """The platform's id of the chat that a body is about, if it can be told.

        For bodies that `parse` refuses: whoever deletes that chat deletes them too.
        """
        ...

    @staticmethod
    def is_one_app(settings: Mapping[str, str], others: Mapping[str, str]) -> bool:
        """Whether two channels' webhooks are one: the platform calls an app, not an account."""
        ...

    @staticmethod
    def chat_with(phone: str) -> str | None:
        """The id that a chat with this E.164 phone has; None: the channel can't write to phones."""
        ...

    @property
    def always_has_webhook(self) -> bool:
        """The platform is on this machine, so a webhook reaches us without a public address."""
        ...

    async def identify(self) -> Account:
        """Ask the platform who we are. Raises PlatformError, SettingRefused, Unreachable."""
        ...

    async def set_webhook(self, url: str, secret: str) -> None:
        """Register our address where the platform allows it. Raises as `identify` does."""
        ...

    async def remove_webhook(self) -> None: ...

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        """What is wrong with the connection, by the codes of `declaration`; [] when nothing is."""
        ...

    async def renew(self) -> Mapping[str, str]:
        """Asked daily: settings that the platform renewed, such as a token about to end.

        Raises PlatformError, Unreachable.
        """
        ...

    async def poll(self, offset: int, timeout_s: int) -> list[bytes]:
        """New bodies for `parse`, from `offset` on. Raises PollGone, PlatformError, Unreachable."""
        ...

    @staticmethod
    def next_offset(body: bytes, offset: int) -> int:
        """Where polling goes on after a body has been stored, if it stood at `offset` before."""
        ...

    async def send(self, out: Outbound) -> str:
        """Deliver one message; the platform's id of it. Raises DeliveryError."""
        ...

    async def receipt_of(self, message_id: str) -> Receipt | None:
        """What became of a sent message, where the declaration says `is_asked_for_receipts`.

        None: nothing new yet. Raises DeliveryError.
        """
        ...

    async def mark_read(self, chat_id: str, message_id: str) -> None:
        """Tell the customer that all until this message has been read. Raises DeliveryError.

        Called only where the declaration says `can_mark_read`.
        """
        ...

    async def show_typing(self, chat_id: str, message_id: str = "") -> None:
        """Show the customer for a few seconds that someone writes. Raises DeliveryError.

        `message_id` is the customer's newest message, where there is one. Called only where the
        declaration says `can_show_typing`.
        """
        ...

    async def profile_of(self, sender_id: str) -> Profile | None:
        """What a customer is called whose messages carry no name; None: nobody says.

        Raises DeliveryError.
        """
        ...

    async def list_templates(self) -> list[Template]:
        """The approved templates, where the window is followed by them. Raises DeliveryError."""
        ...

    def fetch(self, reference: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A platform's file, in chunks. Raises DeliveryError."""
        ...


class Platform:
    """What a connector is where its platform has nothing to say to it."""

    @staticmethod
    def challenge(query: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
        return None

    @staticmethod
    def is_one_app(settings: Mapping[str, str], others: Mapping[str, str]) -> bool:
        return False

    @staticmethod
    def chat_with(phone: str) -> str | None:
        return None

    @property
    def always_has_webhook(self) -> bool:
        return False

    async def set_webhook(self, url: str, secret: str) -> None:
        return None

    async def remove_webhook(self) -> None:
        return None

    async def renew(self) -> Mapping[str, str]:
        return {}

    async def poll(self, offset: int, timeout_s: int) -> list[bytes]:
        raise PollGone("this platform is not polled")

    @staticmethod
    def next_offset(body: bytes, offset: int) -> int:
        return offset

    async def receipt_of(self, message_id: str) -> Receipt | None:
        return None

    async def mark_read(self, chat_id: str, message_id: str) -> None:
        return None

    async def show_typing(self, chat_id: str, message_id: str = "") -> None:
        return None

    async def profile_of(self, sender_id: str) -> Profile | None:
        return None

    async def list_templates(self) -> list[Template]:
        return []
