"""Instagram direct messages. Limits, setup and payload samples: docs/channels/instagram.md."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar
from urllib.parse import urlencode

from typing_extensions import override

from opdesk.connectors import graph, messenger
from opdesk.connectors.base import (
    Account,
    Declaration,
    DeliveryError,
    HookCall,
    Outbound,
    OutboundFile,
    Platform,
    PlatformError,
    Problem,
    Profile,
    SettingRefused,
    Source,
    Trouble,
    Unreachable,
    Update,
    is_loopback,
)
from opdesk.connectors.graph import Graph
from opdesk.connectors.instagram import payloads
from opdesk.connectors.instagram.declaration import (
    FACEBOOK_ROUTE,
    FIELDS,
    INSTAGRAM,
    INSTAGRAM_ROUTE,
    INSTAGRAM_URL,
    PERMISSIONS,
)
from opdesk.connectors.messenger_send import HUMAN_AGENT, Mailbox, kind_of
from opdesk.connectors.meta_app import App, subscribe, subscribed_fields, unsubscribe
from opdesk.kit.http_client import HttpClient

OBJECT = "instagram"
PAGE_FIELDS = ("messages",)
"""A Page has to be subscribed to something, so that its Instagram account's events come."""
FORMATS: Mapping[str, frozenset[str]] = {
    "image": frozenset(("png", "jpg", "jpeg")),
    "audio": frozenset(("aac", "m4a", "wav", "mp4")),
    "video": frozenset(("mp4", "ogg", "avi", "mov", "webm")),
    "file": frozenset(("pdf",)),
}
"""All that Instagram takes."""


class Instagram(Platform):
    """One professional account, by Instagram's own login or by its Facebook Page."""

    source: ClassVar[Source] = Source.INSTAGRAM
    declaration: ClassVar[Declaration] = INSTAGRAM

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._is_by_page = _is_by_page(settings)
        names = ("graphUrl", "pageToken") if self._is_by_page else ("instagramUrl", _TOKEN)
        usual = graph.GRAPH_URL if self._is_by_page else INSTAGRAM_URL
        self._host, self._token = settings.get(names[0], usual), settings.get(names[1], "")
        base = f"{self._host}/{settings.get('graphVersion', graph.GRAPH_VERSION)}"
        self._graph = Graph(http, base, self._token, names[0])
        self._renewal = Graph(http, self._host, self._token, names[0])
        self._app = App(http, base, _app_of(settings), names[0])
        self._mailbox = Mailbox(self._graph, http)

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        """Each login signs with the secret of its own kind of app."""
        return graph.is_signed(call, _app_of(settings)[1])

    @staticmethod
    @override
    def challenge(query: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
        return graph.challenge(query, settings.get("verifyToken", ""))

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        return messenger.parse(body, OBJECT, _app_of(settings)[0])

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        return messenger.chat_of(body)

    @staticmethod
    @override
    def is_one_app(settings: Mapping[str, str], others: Mapping[str, str]) -> bool:
        return all(_app_of(settings)) and _app_of(settings) == _app_of(others)

    @property
    @override
    def always_has_webhook(self) -> bool:
        return is_loopback(self._host)

    async def identify(self) -> Account:
        if not self._is_by_page:
            return payloads.account_of_me(await self._me())
        await self._app.own_page_token(self._token, "appSecret", "pageToken")
        return payloads.account_of_page(await self._me())

    @override
    async def set_webhook(self, url: str, secret: str) -> None:
        """By a Page the app's address can be set too; Instagram's own login leaves it to the

        admin, who pastes it.
        """
        if not self._is_by_page:
            await subscribe(self._graph, self._settings["accountId"], FIELDS)
            return
        await self._app.set_hook(OBJECT, url, self._settings["verifyToken"], FIELDS)
        page_id = self._settings["pageId"]
        # The Page's own Messenger channel may have subscribed it to more: that stays.
        if not await subscribed_fields(self._graph, page_id, self._app.id):
            await subscribe(self._graph, page_id, PAGE_FIELDS)

    @override
    async def remove_webhook(self) -> None:
        account = self._settings.get("pageId" if self._is_by_page else "accountId")
        if account is None:
            return
        if self._is_by_page:
            there = await subscribed_fields(self._graph, account, self._app.id)
            if there is None or there - set(PAGE_FIELDS):
                return  # nothing, or the Page's own Messenger channel
        await unsubscribe(self._graph, account)

    @override
    async def renew(self) -> Mapping[str, str]:
        """A token of Instagram's own login lives 60 days from its last renewal.

        How a token is refused that is younger than a day, which is too young, is not documented:
        a refusal is an error only when the token itself does not work any more.
        """
        if self._is_by_page:
            return {}
        query = urlencode({"grant_type": "ig_refresh_token", "access_token": self._token})
        try:
            answer = await self._renewal.setup("GET", f"refresh_access_token?{query}")
        except PlatformError:
            await self._me()
            return {}
        found = payloads.refreshed(answer)
        return {_TOKEN: found.access_token} if found else {}

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        try:
            await self._me()
        except SettingRefused as error:
            return [Trouble("addressRefused", {"words": str(error)})]
        except PlatformError as error:
            return [Trouble("tokenRefused", {"words": str(error)})]
        except Unreachable as error:
            return [Trouble("unreachable", {"words": str(error)})]
        try:
            return await self._further_troubles(webhook_url)
        except PlatformError as error:
            return [Trouble("appRefused", {"words": str(error)})]
        except Unreachable as error:
            return [Trouble("unreachable", {"words": str(error)})]

    async def _further_troubles(self, webhook_url: str | None) -> list[Trouble]:
        if webhook_url is None:
            return [Trouble("noWebhook")]
        if self._is_by_page:
            return [*await self._token_troubles(), *await self._page_troubles(webhook_url)]
        return await self._account_troubles()

    async def _token_troubles(self) -> list[Trouble]:
        info = await self._app.token(self._token)
        troubles = []
        missing = [one for one in PERMISSIONS if one not in info.scopes]
        if missing:
            troubles.append(Trouble("permissionsMissing", {"names": ", ".join(missing)}))
        if info.end is not None:
            troubles.append(Trouble("tokenEnds", {"date": info.end}))
        return troubles

    async def _page_troubles(self, webhook_url: str) -> list[Trouble]:
        there, fields = await self._app.hook(OBJECT)
        if not graph.is_ours(there, webhook_url):
            return [Trouble("webhookForeign")]
        if await subscribed_fields(self._graph, self._settings["pageId"], self._app.id) is None:
            return [Trouble("notSubscribed")]
        return _missing(fields)

    async def _account_troubles(self) -> list[Trouble]:
        account = self._settings["accountId"]
        fields = await subscribed_fields(self._graph, account, self._app.id)
        return [Trouble("notSubscribed")] if fields is None else _missing(fields)

    async def send(self, out: Outbound) -> str:
        kind = kind_of(out)
        how = HUMAN_AGENT if out.is_late else {}
        if kind is None or out.file is None:
            return await self._mailbox.send(out.chat_id, {"text": out.text}, how)
        _check_format(out.file, kind)
        attachment = {"type": kind, "payload": {"url": out.file.url}}
        return await self._mailbox.send(out.chat_id, {"attachment": attachment}, how)

    @override
    async def mark_read(self, chat_id: str, message_id: str) -> None:
        await self._mailbox.act(chat_id, "mark_seen")

    @override
    async def show_typing(self, chat_id: str, message_id: str = "") -> None:
        await self._mailbox.act(chat_id, "typing_on")

    @override
    async def profile_of(self, sender_id: str) -> Profile | None:
        """Told once the customer has written; whoever did not consent (230) stays nameless."""
        return payloads.profile_of(await self._mailbox.person(sender_id, "name,username"))

    def fetch(self, reference: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self._mailbox.fetch(reference)

    async def _me(self) -> Any:
        fields = "id,instagram_business_account{id,username}"
        asked = urlencode({"fields": fields if self._is_by_page else "user_id,username"})
        return await self._graph.setup("GET", f"me?{asked}")


_TOKEN = "instagramToken"  # noqa: S105  the setting's name


def _is_by_page(settings: Mapping[str, str]) -> bool:
    return settings.get("loginRoute", INSTAGRAM_ROUTE) == FACEBOOK_ROUTE


def _app_of(settings: Mapping[str, str]) -> tuple[str, str]:
    """(id, secret) of the app of this login: Instagram's own has its own."""
    names = ("appId", "appSecret")
    if not _is_by_page(settings):
        names = ("instagramAppId", "instagramAppSecret")
    return settings.get(names[0], ""), settings.get(names[1], "")


def _missing(fields: frozenset[str]) -> list[Trouble]:
    missing = [one for one in FIELDS if one not in fields]
    return [Trouble("fieldsMissing", {"names": ", ".join(missing)})] if missing else []


def _check_format(file: OutboundFile, kind: str) -> None:
    """Raises DeliveryError for what Instagram does not take."""
    if file.format.lower() not in FORMATS[kind]:
        taken = ", ".join(sorted(FORMATS[kind]))
        raise DeliveryError(
            Problem.UNSUPPORTED,
            f"Instagram takes these as {kind}: {taken}",
            is_permanent=True,
        )
