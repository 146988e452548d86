"""The widget: its visitors' pages talk to the slice `widget`, so there is no platform to call."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from typing_extensions import override

from opdesk.connectors.base import (
    Account,
    BadPayload,
    Declaration,
    DeliveryError,
    FileReference,
    HookCall,
    Inbound,
    MediaType,
    Outbound,
    Platform,
    Problem,
    SettingRefused,
    Source,
    Trouble,
    Update,
)
from opdesk.connectors.widget.declaration import WIDGET
from opdesk.connectors.widget.payloads import FileBody, read
from opdesk.kit.http_client import HttpClient
from opdesk.kit.origins import is_safe, origin_in

HERE = "here"
"""The reference of a file that came with its message."""
MAX_ORIGINS = 20


class Widget(Platform):
    """Source 4. Set-up, limits and the script's own interface: docs/channels/widget.md."""

    source: ClassVar[Source] = Source.WIDGET
    declaration: ClassVar[Declaration] = WIDGET

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._settings = settings

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        """Never: visitors come through the widget's own calls, which know them by their token."""
        return False

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        """Read an envelope that our own calls have written. Raises BadPayload."""
        it = read(body)
        key = f"{it.visitor}:{it.id}"
        item = Inbound(
            chat_id=it.visitor,
            message_id=key,
            sender_id=it.visitor,
            sender_name=it.name,
            phone_hint=it.phone or None,
            sent_at=it.at,
            text=it.text,
            file=_reference(it.file) if it.file else None,
        )
        return [Update(key=key, item=item, chat_id=it.visitor)]

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        try:
            return read(body).visitor
        except BadPayload:
            return None

    @property
    @override
    def always_has_webhook(self) -> bool:
        """Nothing is polled: pages come to us, wherever we are."""
        return True

    async def identify(self) -> Account:
        """The channel is its own account, known by its public key. Raises SettingRefused."""
        origins = [_origin(one) for one in self._settings["origins"].replace(",", " ").split()]
        if not 1 <= len(origins) <= MAX_ORIGINS:
            raise SettingRefused("origins", f"must be 1 to {MAX_ORIGINS} addresses")
        host = origins[0].partition("://")[2]
        return Account(self._settings["publicKey"], host, {"origins": " ".join(origins)})

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        """A page that came by https may not load a script by http: browsers block it."""
        base = "/".join(webhook_url.split("/")[:3]) if webhook_url else ""
        sites = self._settings["origins"].split()
        is_blocked = any(one.startswith("https:") for one in sites) and not is_safe(base)
        return [Trouble("notSecure", {"words": base})] if base and is_blocked else []

    async def send(self, out: Outbound) -> str:
        """It is stored, which is all: the visitor's page fetches it."""
        return f"opdesk:{out.message_id}"

    def fetch(self, reference: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A file comes with its message or not at all. Raises DeliveryError."""
        return _Nowhere()


class _Nowhere(AbstractAsyncContextManager[AsyncIterator[bytes]]):
    @override
    async def __aenter__(self) -> AsyncIterator[bytes]:
        raise DeliveryError(Problem.RECIPIENT_UNKNOWN, "the file is not here", is_permanent=True)

    @override
    async def __aexit__(self, *_: object) -> None:
        return None


def _origin(text: str) -> str:
    try:
        return origin_in(text.rstrip("/"))
    except ValueError as error:
        raise SettingRefused("origins", f"{text}: {error}") from error


def _reference(file: FileBody) -> FileReference:
    return FileReference(HERE, file.name, file.format, MediaType(file.type), file.size)
