"""A desk with a Telegram bot: the fixture's helper that connects the simulated platform."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from opdesk.kit.layers import App
from opdesk.simulators.telegram import Customer, TelegramPlatform
from tests.desk import Company, Desk, eventually
from tests.servers import serving

TARAS = Customer(2_210_498_160, "Тарас", "Бондар", "taras")
# The smallest JPEG, PNG that a sniffer and Telegram's rules take for pictures.
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@dataclass
class Bot:
    """A bot that is connected to a desk's channel."""

    desk: Desk
    telegram: TelegramPlatform
    token: str
    channel_id: int
    api_base_url: str

    async def writes(self, text: str, customer: Customer = TARAS) -> dict[str, Any]:
        return await self.telegram.writes_to(self.token, customer, text)

    async def posts(self, body: bytes, *, path: str | None = None) -> None:
        """The platform calls our webhook with these very bytes, and is told that we have them."""
        hook = self.telegram.hooks[self.token]
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret_token"]}
        path = path or "/" + hook["url"].split("/", 3)[3]
        reply = await self.desk.anyone.post(path, content=body, headers=headers)
        assert reply.status == 200, reply.text

    async def chats(self) -> list[dict[str, Any]]:
        reply = await self.desk.acme.api.get("/api/chat/chats?per_page=100")
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def messages(self, chat_id: int) -> list[dict[str, Any]]:
        reply = await self.desk.acme.api.get(f"/api/chat/{chat_id}/messages?per_page=100")
        assert reply.status == 200, reply.text
        items: list[dict[str, Any]] = reply.json["items"]
        return items

    async def given_chat(self, text: str = "Добрий день", customer: Customer = TARAS) -> int:
        """A chat that a customer began; its id."""
        await self.writes(text, customer)
        [chat] = [
            one
            for one in await self.chats()
            if one["client"]["name"].startswith(customer.first_name)
        ]
        found: int = chat["id"]
        return found

    async def delivered(self, message_id: int, chat_id: int) -> dict[str, Any]:
        """A message once it has left New."""

        async def left_new() -> dict[str, Any] | None:
            messages = await self.messages(chat_id)
            [message] = [one for one in messages if one["id"] == message_id]
            return message if message["status"] != 0 or message["error"] else None

        return await eventually(left_new)


@asynccontextmanager
async def connected_bot(
    desk: Desk,
    company: Company | None = None,
    organization: int = 0,
    token: str | None = None,
    before: Callable[[App], App] = lambda platform: platform,
) -> AsyncIterator[Bot]:
    """A simulated Telegram with one bot (or the one of `token`), connected to a company.

    `before` puts something in front of it.
    """
    company = company or desk.acme
    telegram = TelegramPlatform()
    async with serving(before(telegram)) as url:
        token = telegram.add_bot(token=token)
        reply = await company.api.post(
            "/api/channel",
            {
                "organizationId": company.organizations[organization],
                "source": 2,
                "settings": {"botToken": token, "apiBaseUrl": url},
            },
        )
        assert reply.status == 200, reply.text
        yield Bot(desk, telegram, token, reply.json["id"], url)
