"""A company's site with the widget, and visitors' pages as their browsers speak to the desk."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.desk import Company, Desk, Reply

ORIGIN = "https://shop.example.com"
_numbers = count(1)


@dataclass
class Shop:
    """A widget's channel."""

    desk: Desk
    company: Company
    channel_id: int
    key: str
    secret: str

    def page(self, origin: str | None = ORIGIN) -> "Page":
        return Page(self, origin)

    def signature(self, user_id: str) -> str:
        return hmac.new(self.secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()

    async def change(self, **settings: str) -> Reply:
        path = f"/api/channel/{self.channel_id}"
        return await self.company.api.put(path, {"settings": settings})

    async def chats(self) -> list[dict[str, Any]]:
        reply = await self.company.api.get("/api/chat/chats?source=4&per_page=100")
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def messages(self, chat_id: int) -> list[dict[str, Any]]:
        path = f"/api/chat/{chat_id}/messages?per_page=100"
        items: list[dict[str, Any]] = (await self.company.api.get(path)).json["items"]
        return items

    async def answers(self, chat_id: int, text: str) -> int:
        """An operator writes; the message's id."""
        reply = await self.desk.alice.api.post(
            f"/api/chat/{chat_id}/message", {"textMessage": text}
        )
        assert reply.status == 200, reply.text
        found: int = reply.json["id"]
        return found


@dataclass
class Page:
    """One tab of a visitor, which keeps its token."""

    shop: Shop
    origin: str | None
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, call: str, **kw: Any) -> Reply:
        headers: dict[str, str] = dict(self.headers)
        if self.origin is not None:
            headers["Origin"] = self.origin
        if self.token is not None:
            headers["X-OpDesk-Visitor"] = self.token
        headers |= kw.pop("headers", {})
        path = f"/api/widget/{self.shop.key}{call}"
        return await self.shop.desk.anyone.call(method, path, headers=headers, **kw)

    async def begins(self, **details: Any) -> "Page":
        reply = await self.call("POST", "/session", json=details)
        assert reply.status == 200, reply.text
        self.token = reply.json["token"]
        return self

    async def writes(self, text: str, key: str | None = None) -> Reply:
        body = {"id": key or f"key-{next(_numbers)}", "text": text}
        return await self.call("POST", "/message", json=body)

    async def syncs(self, **body: Any) -> dict[str, Any]:
        reply = await self.call("POST", "/sync", json=body)
        assert reply.status == 200, reply.text
        found: dict[str, Any] = reply.json
        return found

    async def sends_file(self, content: bytes, **query: str) -> Reply:
        params = {"id": f"key-{next(_numbers)}", "name": "a.jpg", **query}
        return await self.call("POST", "/file", params=params, content=content)


async def open_shop(
    desk: Desk, company: Company | None = None, settings: Mapping[str, str] | None = None
) -> Shop:
    company = company or desk.acme
    body = {
        "organizationId": company.organizations[0],
        "source": 4,
        "settings": {"origins": ORIGIN, **(settings or {})},
    }
    reply = await company.api.post("/api/channel", body)
    assert reply.status == 200, reply.text
    kept = reply.json["settings"]
    return Shop(desk, company, reply.json["id"], kept["publicKey"], kept["identitySecret"])
