"""A desk with a WhatsApp number: the fixture's helper that connects the simulated platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from opdesk.simulators.base import Person
from opdesk.simulators.whatsapp import WhatsApp
from tests.desk import Company, Desk, eventually
from tests.servers import serving

TARAS = Person("UA.1029849446889445", "Тарас Бондар", "+380501234567")
OLHA = Person("UA.5550001112223", "Ольга")
"""Without a phone that anybody sees."""


@dataclass
class Line:
    """A number that is connected to a desk's channel."""

    desk: Desk
    whatsapp: WhatsApp
    channel_id: int
    base_url: str

    async def chats(self) -> list[dict[str, Any]]:
        reply = await self.desk.acme.api.get("/api/chat/chats?per_page=100")
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def messages(self, chat_id: int) -> list[dict[str, Any]]:
        reply = await self.desk.acme.api.get(f"/api/chat/{chat_id}/messages?per_page=100")
        assert reply.status == 200, reply.text
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def given_chat(self, text: str = "Добрий день", person: Person = TARAS) -> int:
        """A chat that a customer began; its id."""
        await self.whatsapp.writes(person, text)
        [found] = [one["id"] for one in await self.chats() if one["client"]["name"] == person.name]
        assert isinstance(found, int)
        return found

    async def send(self, chat_id: int, **body: Any) -> dict[str, Any]:
        """An operator's message once it has left New."""
        reply = await self.desk.alice.api.post(f"/api/chat/{chat_id}/message", body)
        assert reply.status == 200, reply.text
        message_id = reply.json["id"]

        async def left_new() -> dict[str, Any] | None:
            [message] = [one for one in await self.messages(chat_id) if one["id"] == message_id]
            return message if message["status"] != 0 or message["error"] else None

        return await eventually(left_new)

    async def check(self) -> list[str]:
        """The codes of what the channel's check finds."""
        reply = await self.desk.acme.api.post(f"/api/channel/{self.channel_id}/check")
        assert reply.status == 200, reply.text
        return [one["code"] for one in reply.json["details"]]


@asynccontextmanager
async def connected_line(
    desk: Desk, whatsapp: WhatsApp | None = None, company: Company | None = None
) -> AsyncIterator[Line]:
    """A simulated WhatsApp, connected to a company."""
    company, whatsapp = company or desk.acme, whatsapp or WhatsApp(desk.clock)
    async with serving(whatsapp) as url:
        given = {
            "organizationId": company.organizations[0],
            "source": 3,
            "settings": whatsapp.settings(url),
        }
        reply = await company.api.post("/api/channel", given)
        assert reply.status == 200, reply.text
        yield Line(desk, whatsapp, reply.json["id"], url)
