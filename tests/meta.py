"""A desk with a simulated Messenger or Instagram account, connected as an admin does it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from opdesk.simulators.base import Person
from opdesk.simulators.meta import Meta
from tests.desk import Desk, eventually
from tests.servers import serving

OLENA = Person("24266381753005180", "Олена Коваль")
TARAS = Person("7623554920995436", "Тарас Бондар")


@dataclass
class Linked:
    """An account that is connected to a desk's channel."""

    desk: Desk
    meta: Meta
    channel: dict[str, Any]

    @property
    def path(self) -> str:
        return "/" + str(self.channel["webhookUrl"]).split("/", 3)[3]

    async def posts(self, body: bytes) -> int:
        """A signed call with these very bytes; the status that answers it."""
        headers = {"Content-Type": "application/json", **self.meta.signed(body)}
        reply = await self.desk.anyone.post(self.path, content=body, headers=headers)
        return reply.status

    async def chats(self) -> list[dict[str, Any]]:
        reply = await self.desk.acme.api.get("/api/chat/chats?per_page=100")
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def messages(self, chat_id: int) -> list[dict[str, Any]]:
        reply = await self.desk.acme.api.get(f"/api/chat/{chat_id}/messages?per_page=100")
        assert reply.status == 200, reply.text
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def given_chat(self, text: str = "Добрий день", person: Person = OLENA) -> int:
        """A chat that a customer began; its id."""
        await self.meta.writes(person, text)
        [chat] = [one for one in await self.chats() if one["lastMessage"]["message"] == text]
        found: int = chat["id"]
        return found

    async def sent(self, chat_id: int, **body: Any) -> dict[str, Any]:
        """An operator's message once it has left New."""
        reply = await self.desk.alice.api.post(f"/api/chat/{chat_id}/message", body)
        assert reply.status == 200, reply.text
        message_id = reply.json["id"]

        async def left_new() -> dict[str, Any] | None:
            [message] = [one for one in await self.messages(chat_id) if one["id"] == message_id]
            return message if message["status"] != 0 or message["error"] else None

        return await eventually(left_new)


@asynccontextmanager
async def linked(desk: Desk, meta: Meta) -> AsyncIterator[Linked]:
    """The account, connected to Alice's and Bob's organization, its webhook verified."""
    async with serving(meta) as url:
        body = {
            "organizationId": desk.acme.organizations[0],
            "source": int(meta.source),
            "settings": meta.settings(url),
        }
        reply = await desk.acme.api.post("/api/channel", body)
        assert reply.status == 200, reply.text
        channel = reply.json
        if not meta.hook.url:
            token = channel["settings"]["verifyToken"]
            await meta.paste(channel["webhookUrl"], token)
        yield Linked(desk, meta, channel)
