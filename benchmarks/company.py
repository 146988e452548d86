"""Whom the load is made for: one company with ten organizations, their operators and bots."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from benchmarks.load import Wire, request
from opdesk.kit.wire import time_out
from opdesk.simulators.telegram import TelegramPlatform

ORGANIZATIONS = 10
OPERATORS_OF_EACH = 100
LOGIN, PASSWORD = "bench", "benchmark of a desk"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
CHATS = 500


@dataclass(frozen=True)
class Place:
    """An organization: its operators' tokens, and where its bot's webhooks go."""

    id: int
    tokens: list[str]
    hook: str
    secret: str


class Company:
    """A signed-in company; `prepare` fills it once, `sign_in` is enough after a restart."""

    def __init__(self, telegram: TelegramPlatform, telegram_url: str) -> None:
        self.port = 0
        self.token = ""
        self.places: list[Place] = []
        self._telegram, self._telegram_url = telegram, telegram_url
        self._numbers = iter(range(1, 10**9))

    @property
    def tokens(self) -> list[str]:
        return [token for place in self.places for token in place.tokens]

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        wire = await Wire.open(self.port)
        answer = await wire.done(request(method, path, body, Authorization=f"Bearer {self.token}"))
        wire.close()
        return msgspec.json.decode(answer) if answer else None

    async def sign_in(self, port: int) -> None:
        self.port = port
        login = {"login": LOGIN, "password": PASSWORD}
        self.token = await self.call("POST", "/api/company/get-token", login)

    async def prepare(self) -> None:
        for number in range(ORGANIZATIONS):
            made = await self.call("POST", "/api/company/organization", {"name": f"Shop {number}"})
            tokens = await self._operators(made["id"])
            self.places.append(Place(made["id"], tokens, *await self._bot(made["id"])))

    async def _operators(self, organization_id: int) -> list[str]:
        names = [
            {"organizationId": organization_id, "name": f"Holder {organization_id} {n}"}
            for n in range(OPERATORS_OF_EACH)
        ]
        ends = time_out(time.time_ns() // 1_000_000 + 8 * 3_600_000)
        made = await self.call("POST", "/api/operator/synchronize", names)
        bodies = [{"id": one["id"], "expiresAt": ends} for one in made]
        return [await self.call("POST", "/api/operator/get-token", body) for body in bodies]

    async def _bot(self, organization_id: int) -> tuple[str, str]:
        bot = self._telegram.add_bot()
        settings = {"botToken": bot, "apiBaseUrl": self._telegram_url}
        body = {"organizationId": organization_id, "source": 2, "settings": settings}
        await self.call("POST", "/api/channel", body)
        hook = self._telegram.hooks[bot]
        return "/" + hook["url"].split("/", 3)[3], hook["secret_token"]

    def update(self, place: Place, text: str = "Good morning, is my parcel there?") -> bytes:
        """A webhook: the next of `CHATS` customers writes `text`."""
        number = next(self._numbers)
        customer = number % CHATS
        chat = {"id": customer + 1, "type": "private", "first_name": f"Customer {customer}"}
        message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "text": text}
        body = {"update_id": number, "message": message}
        return request("POST", place.hook, body, **{HEADER: place.secret})

    def updates(self, place: Place) -> Callable[[], bytes]:
        return lambda: self.update(place)
