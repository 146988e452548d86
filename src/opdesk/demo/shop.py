"""The demo's shop: the visitors of its page, who speak to the desk as the widget's script does."""

import secrets
import ssl
from functools import cached_property
from typing import Any

import httpx

from opdesk.kit.http_client import trust
from opdesk.kit.wire import time_in
from opdesk.media.model import MediaType
from opdesk.simulators.base import Line, Person

VISITOR = "X-OpDesk-Visitor"


class ShopRefused(Exception):
    """What the desk answered to a visitor."""


class Shop:
    """People with browsers. `origin`: the page's own; `desk`: where the widget comes from."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.tokens: dict[str, str] = {}
        """What each browser has kept, by the person's id."""
        self.origin = self.desk = self.key = ""

    @cached_property
    def trusted(self) -> ssl.SSLContext:
        return trust()

    async def writes(self, person: Person, text: str) -> None:
        """Raises ShopRefused."""
        body = {"id": secrets.token_hex(12), "text": text}
        await self._call(person, "POST", "/message", json=body)

    async def sends_file(self, person: Person, file: tuple[str, str, bytes], text: str) -> None:
        """Raises ShopRefused."""
        name, mime, content = file
        query = {"id": secrets.token_hex(12), "name": name, "text": text}
        headers = {"Content-Type": mime}
        await self._call(person, "POST", "/file", params=query, content=content, headers=headers)

    async def sees(self, person: Person) -> None:
        """Raises ShopRefused."""
        lines = await self._items(person)
        ours = [one["id"] for one in lines if not one["isOwn"]]
        if ours:
            await self._call(person, "POST", "/sync", json={"got": ours[-1], "seen": ours[-1]})

    async def lines(self, person: Person) -> list[Line]:
        """What the person's window shows. A file's bytes stay at the desk."""
        return [_line(one) for one in await self._items(person)]

    async def _items(self, person: Person) -> list[dict[str, Any]]:
        found = await self._call(person, "GET", "/messages")
        items: list[dict[str, Any]] = found["items"]
        return items

    async def _call(self, person: Person, method: str, call: str, **more: Any) -> Any:
        if person.id not in self.tokens:
            details = {"name": person.name, "phone": person.phone or ""}
            found = await self._asked("POST", "/session", json=details)
            self.tokens[person.id] = found["token"]
            self.people[person.id] = person
        headers = {**more.pop("headers", {}), VISITOR: self.tokens[person.id]}
        return await self._asked(method, call, headers=headers, **more)

    async def _asked(self, method: str, call: str, **more: Any) -> Any:
        headers = {"Origin": self.origin, **more.pop("headers", {})}
        url = f"{self.desk}/api/widget/{self.key}{call}"
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=self.trusted) as client:
            reply = await client.request(method, url, headers=headers, **more)
        if not reply.is_success:
            raise ShopRefused(f"{reply.status_code} {reply.json().get('title', '')}")
        return reply.json()


def _line(item: dict[str, Any]) -> Line:
    media = item["media"]
    state = "read" if item["isSeen"] and not item["isOwn"] else "sent"
    kind, text = None, item["text"]
    if media:
        kind, text = MediaType(media["type"]), f"{text} [{media['name']}]".strip()
    at = time_in(item["createdAt"], "createdAt")
    return Line(str(item["id"]), at, item["isOwn"], text, None, kind, state)
