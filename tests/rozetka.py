"""A desk with a shop on Rozetka, and the connector alone: both against the simulated platform."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from opdesk.connectors.base import Update
from opdesk.connectors.rozetka.connector import Rozetka
from opdesk.kit.http_client import HttpClient
from opdesk.parts import LOOPBACK
from opdesk.simulators.base import Person
from opdesk.simulators.rozetka import RozetkaPlatform
from tests.desk import Desk, eventually
from tests.servers import serving

OKSANA = Person("38856538", "Оксана Мельник", "+380501234567")
PETRO = Person("36386171", "Петро Гнатюк", "+380671112233")


@dataclass
class Alone:
    """The connector without a desk, polling as a channel does."""

    platform: RozetkaPlatform
    http: HttpClient
    settings: Mapping[str, str]
    offset: int = 0

    @property
    def connector(self) -> Rozetka:
        """A new one for each call, as the desk has it."""
        return Rozetka(self.http, self.settings)

    async def bodies(self) -> list[bytes]:
        return list(await self.connector.poll(self.offset, 25))

    def stored(self, bodies: list[bytes]) -> list[Update]:
        """What is in the bodies, once they have been stored."""
        found: list[Update] = []
        for body in bodies:
            found += Rozetka.parse(body, self.settings)
            self.offset = Rozetka.next_offset(body, self.offset)
        return found

    async def polled(self) -> list[Update]:
        return self.stored(await self.bodies())


@asynccontextmanager
async def alone(platform: RozetkaPlatform, *, with_token: bool = False) -> AsyncIterator[Alone]:
    http = HttpClient(LOOPBACK)
    async with serving(platform) as url:
        settings = platform.token_settings(url) if with_token else platform.settings(url)
        yield Alone(platform, http, settings)
    await http.close()


@dataclass
class Shop:
    """A shop that is connected to a desk."""

    desk: Desk
    platform: RozetkaPlatform
    channel_id: int

    async def chats(self) -> list[dict[str, Any]]:
        reply = await self.desk.acme.api.get("/api/chat/chats?per_page=100")
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def messages(self, chat_id: int) -> list[dict[str, Any]]:
        reply = await self.desk.acme.api.get(f"/api/chat/{chat_id}/messages?per_page=100")
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def chat_of(self, person: Person) -> dict[str, Any]:
        """A person's chat, as soon as it is there."""

        async def look() -> dict[str, Any] | None:
            named = (one for one in await self.chats() if one["client"]["name"] == person.name)
            return next(named, None)

        return await eventually(look)

    async def sent(self, chat_id: int, **body: Any) -> dict[str, Any]:
        """An operator's message once it has left New."""
        reply = await self.desk.alice.api.post(f"/api/chat/{chat_id}/message", body)
        assert reply.status == 200, reply.text
        number = reply.json["id"]

        async def left_new() -> dict[str, Any] | None:
            [message] = [one for one in await self.messages(chat_id) if one["id"] == number]
            return message if message["status"] != 0 or message["error"] else None

        return await eventually(left_new)


@asynccontextmanager
async def connected_shop(desk: Desk) -> AsyncIterator[Shop]:
    platform = RozetkaPlatform()
    async with serving(platform) as url:
        body = {
            "organizationId": desk.acme.organizations[0],
            "source": 5,
            "settings": platform.settings(url),
        }
        reply = await desk.acme.api.post("/api/channel", body)
        assert reply.status == 200, reply.text
        assert (reply.json["from"], reply.json["state"]) == ("Наш Сад", "polling")
        yield Shop(desk, platform, reply.json["id"])
