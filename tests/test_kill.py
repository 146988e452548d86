"""The process dies by SIGKILL, again and again: nothing acknowledged is lost or doubled."""

import asyncio
from typing import Any

import httpx
import msgspec

from opdesk.chores import add_company
from opdesk.kit.ids import jittered
from opdesk.settings import Settings
from opdesk.simulators.telegram import TelegramPlatform
from tests.desk import PASSWORD, Api
from tests.servers import serving, started

KILLS = {"sqlite": 50, "postgresql": 8}
CUSTOMERS = 4
ACKNOWLEDGED_PER_LIFE = 20
SETTLE_S = 0.02
FIRST_MESSAGE_ID = 10_000_000
"""Both sides' messages of a chat share one count: here the bot's have the numbers below."""
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Writers:
    """Customers and a CRM that write without a pause and remember what was acknowledged."""

    def __init__(self, hook: str, secret: str) -> None:
        self._hook, self._secret = hook, secret
        self._last = 0
        self.acknowledged = 0
        self.messages: dict[int, list[str]] = {n: [] for n in range(1, CUSTOMERS + 1)}
        self.organizations: list[str] = []
        self.chats: list[int] = []
        self.answers: dict[str, int] = {}
        """What the CRM wrote to customers, and the id that it was acknowledged with."""

    async def customer(self, client: httpx.AsyncClient, customer: int) -> None:
        """Each update is sent until it is acknowledged, as Telegram does: then the next one."""
        while True:
            self._last += 1
            text = f"{customer}/{self._last}"
            body = msgspec.json.encode(_update(customer, self._last, text))
            for _ in range(2):  # the second is a repeat of what was acknowledged already
                reply = await client.post(self._hook, content=body, headers={HEADER: self._secret})
                assert reply.status_code == 200, reply.text
            self.messages[customer].append(text)
            self.acknowledged += 1

    async def crm(self, client: httpx.AsyncClient, token: str) -> None:
        while True:
            self._last += 1
            name = f"Organization {self._last}"
            reply = await client.post(
                "/api/company/organization",
                json={"name": name},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert reply.status_code == 200, reply.text
            self.organizations.append(name)
            self.acknowledged += 1

    async def answer(self, client: httpx.AsyncClient, token: str, chat_id: int) -> None:
        """The CRM writes to a customer, and repeats what was acknowledged with the same key."""
        while True:
            self._last += 1
            text = f"answer {chat_id}/{self._last}"
            for _ in range(2):
                reply = await client.post(
                    f"/api/chat/{chat_id}/message",
                    json={"textMessage": text},
                    headers={"Authorization": f"Bearer {token}", "Idempotency-Key": text},
                )
                assert reply.status_code == 200, reply.text
                assert self.answers.setdefault(text, reply.json()["id"]) == reply.json()["id"]
            self.acknowledged += 1

    async def begin(self, api: Api) -> None:
        """Every customer's first message: the chats that the CRM answers in."""
        for customer in self.messages:
            body = msgspec.json.encode(_update(customer, self._last + 1, f"{customer}/begin"))
            await api.post(self._hook, content=body, headers={HEADER: self._secret})
            self._last += 1
            self.messages[customer].append(f"{customer}/begin")
        found = await api.get("/api/chat/chats?per_page=100")
        self.chats = [one["id"] for one in found.json["items"]]

    async def until_acknowledged(self, count: int) -> None:
        """Return when `count` more answers have come, however slow the machine is."""
        goal = self.acknowledged + count
        while self.acknowledged < goal:
            await asyncio.sleep(0.001)


def _update(customer: int, number: int, text: str) -> dict[str, Any]:
    chat = {"id": customer, "type": "private", "first_name": f"Клієнт {customer}"}
    message_id = FIRST_MESSAGE_ID + number
    date = 1_700_000_000 + number
    message = {"message_id": message_id, "date": date, "chat": chat, "text": text}
    return {"update_id": number, "message": message}


async def test_what_was_acknowledged_survives_every_kill(settings: Settings) -> None:
    kills = KILLS["postgresql" if settings.database_url else "sqlite"]
    await add_company(settings, "acme", "Acme", PASSWORD)
    telegram = TelegramPlatform()
    async with serving(telegram) as telegram_url:
        token, writers = await _connected(settings, telegram, telegram_url)
        for _ in range(kills):
            await _one_life(settings, writers, token)
        async with started(settings) as server:
            await _check(server.api.bearer(token), writers)
        sent = [call.body["text"] for call in telegram.sent("sendMessage")]
        assert len(sent) == len(set(sent))
    assert writers.acknowledged >= kills * ACKNOWLEDGED_PER_LIFE


async def _connected(
    settings: Settings, telegram: TelegramPlatform, telegram_url: str
) -> tuple[str, Writers]:
    bot = telegram.add_bot()
    async with started(settings) as server:
        login = {"login": "acme", "password": PASSWORD}
        reply = await server.api.post("/api/company/get-token", login)
        api = server.api.bearer(reply.json)
        made = await api.post("/api/company/organization", {"name": "Kyiv"})
        channel = await api.post(
            "/api/channel",
            {
                "organizationId": made.json["id"],
                "source": 2,
                "settings": {"botToken": bot, "apiBaseUrl": telegram_url},
            },
        )
        assert channel.status == 200, channel.text
        hook = telegram.hooks[bot]
        writers = Writers("/" + hook["url"].split("/", 3)[3], hook["secret_token"])
        await writers.begin(api)
    token: str = reply.json
    return token, writers


async def _one_life(settings: Settings, writers: Writers, token: str) -> None:
    async with started(settings) as server:
        client = server.api.client
        tasks = [
            asyncio.create_task(writers.customer(client, customer)) for customer in writers.messages
        ]
        tasks.append(asyncio.create_task(writers.crm(client, token)))
        tasks += [
            asyncio.create_task(writers.answer(client, token, chat)) for chat in writers.chats[:2]
        ]
        async with asyncio.timeout(30):
            await writers.until_acknowledged(ACKNOWLEDGED_PER_LIFE)
        await asyncio.sleep(jittered(SETTLE_S))  # so that the kill comes between any two lines
        server.process.kill()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, httpx.HTTPError) for one in outcomes), outcomes


async def _check(api: Api, writers: Writers) -> None:
    organizations = [one["name"] for one in (await api.get("/api/company/organization")).json]
    assert not set(writers.organizations) - set(organizations)
    chats = (await api.get("/api/chat/chats?per_page=100")).json["items"]
    assert len(chats) == CUSTOMERS
    stored: list[tuple[str, int]] = []
    for chat in chats:
        answers, texts = await _texts(api, chat["id"])
        acknowledged = writers.messages[int(chat["client"]["name"].split()[1])]
        assert len(texts) == len(set(texts))
        assert not set(acknowledged) - set(texts)
        assert [text for text in texts if text in set(acknowledged)] == acknowledged
        stored += answers
    by_text = dict(stored)
    assert len(by_text) == len(stored)
    assert {text: by_text.get(text) for text in writers.answers} == writers.answers


async def _texts(api: Api, chat_id: int) -> tuple[list[tuple[str, int]], list[str]]:
    """What operators wrote in a chat, with the ids, and what its customer wrote."""
    answers: list[tuple[str, int]] = []
    found: list[str] = []
    after = 0
    while True:
        reply = await api.get(f"/api/chat/{chat_id}/messages?per_page=100&after={after}")
        items = reply.json["items"]
        if not items:
            return answers, found
        found += [one["message"] for one in items if one["author"] == 1]
        answers += [(one["message"], one["id"]) for one in items if one["author"] == 0]
        after = items[-1]["id"]
