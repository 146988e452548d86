"""A desk that is connected to one of the simulated Vibers, and what its API shows of the chats."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from opdesk.simulators.base import Person, Platform
from opdesk.simulators.viber import ViberPlatform
from tests.desk import Desk, eventually
from tests.servers import serving

P = TypeVar("P", bound=Platform)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
"""The smallest picture that a sniffer takes for one."""


@dataclass
class Line(Generic[P]):
    """A simulated platform whose account is a channel of Alice's and Bob's organization."""

    desk: Desk
    platform: P
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

    async def stored(self) -> list[dict[str, Any]]:
        """Every message of every chat."""
        return [one for chat in await self.chats() for one in await self.messages(chat["id"])]

    async def given_chat(self, person: Person, text: str = "Добрий день") -> int:
        """The chat that a person began; its id."""
        await self.platform.writes(person, text)
        [chat] = await self.chats()
        found: int = chat["id"]
        return found

    async def answers(self, chat_id: int, **message: Any) -> dict[str, Any]:
        """Alice's message once it has left New, or says why it can't."""
        path = f"/api/chat/{chat_id}/message"
        reply = await self.desk.alice.api.post(path, message)
        assert reply.status == 200, reply.text

        async def left_new() -> dict[str, Any] | None:
            [found] = [one for one in await self.messages(chat_id) if one["id"] == reply.json["id"]]
            return found if found["status"] != 0 or found["error"] else None

        return await eventually(left_new)

    async def check(self) -> list[str]:
        """The codes of what the channel's own check finds, in its words."""
        reply = await self.desk.acme.api.post(f"/api/channel/{self.channel_id}/check?language=en")
        assert reply.status == 200, reply.text
        found: list[str] = reply.json["problems"]
        return found


@asynccontextmanager
async def connected(
    desk: Desk, platform: P, more: Mapping[str, str] | None = None
) -> AsyncIterator[Line[P]]:
    """A channel of the platform's account; `more` are settings beside its own."""
    async with serving(platform) as url:
        settings = {**platform.settings(url), **(more or {})}
        new = {
            "organizationId": desk.acme.organizations[0],
            "source": int(platform.source),
            "settings": settings,
        }
        reply = await desk.acme.api.post("/api/channel", new)
        assert reply.status == 200, reply.text
        yield Line(desk, platform, reply.json["id"], url)


@asynccontextmanager
async def brand(desk: Desk) -> AsyncIterator[Line[ViberPlatform]]:
    """A channel of Viber Business Messages; SMSBAT's manager has entered its address."""
    async with connected(desk, ViberPlatform(desk.clock)) as line:
        listed = (await desk.acme.api.get("/api/channel")).json
        [address] = [one["webhookUrl"] for one in listed if one["id"] == line.channel_id]
        line.platform.inbound_url = line.platform.status_url = address
        yield line
