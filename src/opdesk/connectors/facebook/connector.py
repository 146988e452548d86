"""Messenger of a Facebook Page. Limits, setup and payload samples: docs/channels/facebook.md."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from typing_extensions import override

from opdesk.connectors import graph, messenger
from opdesk.connectors.base import (
    Account,
    Declaration,
    HookCall,
    Outbound,
    Platform,
    PlatformError,
    Profile,
    SettingRefused,
    Source,
    Trouble,
    Unreachable,
    Update,
    is_loopback,
)
from opdesk.connectors.facebook import payloads
from opdesk.connectors.facebook.declaration import FACEBOOK, FIELDS, PERMISSIONS
from opdesk.connectors.graph import Graph
from opdesk.connectors.messenger_send import HUMAN_AGENT, Mailbox, kind_of
from opdesk.connectors.meta_app import App, subscribe, subscribed_fields, unsubscribe
from opdesk.kit.http_client import HttpClient

OBJECT = "page"
RESPONSE = {"messaging_type": "RESPONSE"}


class Facebook(Platform):
    """One Page."""

    source: ClassVar[Source] = Source.FACEBOOK
    declaration: ClassVar[Declaration] = FACEBOOK

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._settings, self._token = settings, settings["pageToken"]
        self._graph_url = settings.get("graphUrl", graph.GRAPH_URL)
        base = f"{self._graph_url}/{settings.get('graphVersion', graph.GRAPH_VERSION)}"
        self._graph = Graph(http, base, self._token, "graphUrl")
        self._app = App(http, base, (settings["appId"], settings["appSecret"]))
        self._mailbox = Mailbox(self._graph, http)

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        return graph.is_signed(call, settings.get("appSecret", ""))

    @staticmethod
    @override
    def challenge(query: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
        return graph.challenge(query, settings.get("verifyToken", ""))

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        return messenger.parse(body, OBJECT, settings.get("appId", ""))

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        return messenger.chat_of(body)

    @staticmethod
    @override
    def is_one_app(settings: Mapping[str, str], others: Mapping[str, str]) -> bool:
        return graph.is_one_app(settings, others)

    @property
    @override
    def always_has_webhook(self) -> bool:
        return is_loopback(self._graph_url)

    async def identify(self) -> Account:
        await self._app.own_page_token(self._token, "appSecret", "pageToken")
        return payloads.account_of(await self._graph.setup("GET", "me?fields=id,name"))

    @override
    async def set_webhook(self, url: str, secret: str) -> None:
        """The app's address, then the Page's events to the app.

        An app has one address for all its Pages: the one that was set last, which passes on what
        is another channel's.
        """
        await self._app.set_hook(OBJECT, url, self._settings["verifyToken"], FIELDS)
        await subscribe(self._graph, self._settings["pageId"], FIELDS)

    @override
    async def remove_webhook(self) -> None:
        """The app keeps its address, which other Pages may need."""
        if "pageId" in self._settings:
            await unsubscribe(self._graph, self._settings["pageId"])

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        try:
            await self._graph.setup("GET", "me?fields=id,name")
        except SettingRefused as error:
            return [Trouble("addressRefused", {"words": str(error)})]
        except PlatformError as error:
            return [Trouble("tokenRefused", {"words": str(error)})]
        except Unreachable as error:
            return [Trouble("unreachable", {"words": str(error)})]
        try:
            return [*await self._token_troubles(), *await self._hook_troubles(webhook_url)]
        except PlatformError as error:
            return [Trouble("appRefused", {"words": str(error)})]
        except Unreachable as error:
            return [Trouble("unreachable", {"words": str(error)})]

    async def _token_troubles(self) -> list[Trouble]:
        info = await self._app.token(self._token)
        troubles = []
        missing = [one for one in PERMISSIONS if one not in info.scopes]
        if missing:
            troubles.append(Trouble("permissionsMissing", {"names": ", ".join(missing)}))
        if info.end is not None:
            troubles.append(Trouble("tokenEnds", {"date": info.end}))
        return troubles

    async def _hook_troubles(self, webhook_url: str | None) -> list[Trouble]:
        """Whether the app calls us, and whether the Page's events go to the app."""
        if webhook_url is None:
            return [Trouble("noWebhook")]
        there, fields = await self._app.hook(OBJECT)
        if not graph.is_ours(there, webhook_url):
            return [Trouble("webhookForeign")]
        of_page = await subscribed_fields(
            self._graph, self._settings["pageId"], self._settings["appId"]
        )
        if of_page is None:
            return [Trouble("pageNotSubscribed")]
        missing = [one for one in FIELDS if one not in fields or one not in of_page]
        return [Trouble("fieldsMissing", {"names": ", ".join(missing)})] if missing else []

    async def send(self, out: Outbound) -> str:
        kind = kind_of(out)
        how = HUMAN_AGENT if out.is_late else RESPONSE
        if kind is None or out.file is None:
            return await self._mailbox.send(out.chat_id, {"text": out.text}, how)
        attachment_id = await self._mailbox.upload(out.file, kind)
        attachment = {"type": kind, "payload": {"attachment_id": attachment_id}}
        return await self._mailbox.send(out.chat_id, {"attachment": attachment}, how)

    @override
    async def mark_read(self, chat_id: str, message_id: str) -> None:
        await self._mailbox.act(chat_id, "mark_seen")

    @override
    async def show_typing(self, chat_id: str, message_id: str = "") -> None:
        await self._mailbox.act(chat_id, "typing_on")

    @override
    async def profile_of(self, sender_id: str) -> Profile | None:
        return payloads.profile_of(await self._mailbox.person(sender_id, "first_name,last_name"))

    def fetch(self, reference: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self._mailbox.fetch(reference)
