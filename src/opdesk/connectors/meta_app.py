"""A Meta app: what it says of a token, and where its webhooks go.

Sources: developers.facebook.com, Graph API "Debug Token", "App Subscriptions" and
"Page Subscribed Apps". An app proves itself as `<app id>|<app secret>`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from opdesk.connectors.graph import Graph
from opdesk.connectors.problems import PlatformError, SettingRefused
from opdesk.kit.http_client import HttpClient


class TokenInfo(msgspec.Struct):
    """What Meta knows of a token. `expires_at` in seconds; 0: it does not end."""

    is_valid: bool = False
    type: str = ""
    scopes: list[str] = []
    expires_at: int = 0

    @property
    def end(self) -> str | None:
        """The day on which it ends, as `2026-12-31`."""
        if self.expires_at <= 0:
            return None
        try:
            return datetime.fromtimestamp(self.expires_at, UTC).date().isoformat()
        except (ValueError, OverflowError, OSError):
            return None


class App:
    """One Meta app on `graph.facebook.com`."""

    def __init__(
        self, http: HttpClient, base: str, app: tuple[str, str], base_setting: str = "graphUrl"
    ) -> None:
        """`app` is its id and its secret."""
        self.id = app[0]
        self._graph = Graph(http, base, "|".join(app), base_setting)

    async def token(self, token: str) -> TokenInfo:
        """Raises PlatformError (also when id and secret are not one app's), Unreachable."""
        query = urlencode({"input_token": token})
        answer = await self._graph.setup("GET", f"debug_token?{query}")
        told = _mapping(_mapping(answer).get("data"))
        try:
            return msgspec.convert(told, TokenInfo)
        except msgspec.ValidationError as error:
            raise PlatformError("Meta's answer about the token can't be read") from error

    async def own_page_token(self, token: str, secret_setting: str, token_setting: str) -> None:
        """Hold that the app is one, and that it was the app that got this Page token.

        Raises SettingRefused naming the setting that is wrong, PlatformError, Unreachable.
        """
        try:
            info = await self.token(token)
        except SettingRefused:
            raise
        except PlatformError as error:
            raise SettingRefused(secret_setting, str(error)) from error
        if not info.is_valid:
            raise SettingRefused(token_setting, "Meta does not accept this token, or it has ended")
        if info.type and info.type.upper() != "PAGE":
            kind = info.type.lower()[:20]
            raise SettingRefused(token_setting, f"must be the Page's token; this is one of: {kind}")

    async def hook(self, object_: str) -> tuple[str, frozenset[str]]:
        """(address, fields) to which the app's webhooks of an object go; empty: nowhere."""
        answer = await self._graph.setup("GET", f"{self.id}/subscriptions")
        for one in rows(answer):
            if one.get("object") == object_ and one.get("active", True):
                return str(one.get("callback_url") or ""), fields_of(one.get("fields"))
        return "", frozenset()

    async def set_hook(
        self, object_: str, url: str, verify_token: str, fields: Sequence[str]
    ) -> None:
        """Have the app call `url`, which Meta asks at once; nothing when it does already."""
        there, known = await self.hook(object_)
        if there == url and known.issuperset(fields):
            return
        body = {
            "object": object_,
            "callback_url": url,
            "verify_token": verify_token,
            "fields": ",".join(fields),
        }
        await self._graph.setup("POST", f"{self.id}/subscriptions", json=body)


async def subscribed_fields(graph: Graph, account: str, app_id: str) -> frozenset[str] | None:
    """What of an account's events the app gets; None: nothing at all.

    Instagram's own login lists the one app that asks, perhaps without its id.
    """
    answer = await graph.setup("GET", f"{account}/subscribed_apps")
    for one in rows(answer):
        if str(one.get("id", app_id)) == app_id:
            return fields_of(one.get("subscribed_fields"))
    return None


async def subscribe(graph: Graph, account: str, fields: Sequence[str]) -> None:
    query = urlencode({"subscribed_fields": ",".join(fields)})
    await graph.setup("POST", f"{account}/subscribed_apps?{query}")


async def unsubscribe(graph: Graph, account: str) -> None:
    await graph.setup("DELETE", f"{account}/subscribed_apps")


def rows(answer: Any) -> list[Mapping[str, Any]]:
    """The objects of a list that Graph answers with."""
    found = _mapping(answer).get("data")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def fields_of(value: Any) -> frozenset[str]:
    """Names of fields, which some answers give with their version."""
    found = value if isinstance(value, list) else []
    named = (one.get("name") if isinstance(one, dict) else one for one in found)
    return frozenset(str(one) for one in named if one)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
