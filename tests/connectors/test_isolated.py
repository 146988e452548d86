"""A platform that hangs, fails, throttles or refuses takes its own share of the outbox alone.

Nothing is timed: the platform holds every call until the others' messages have been delivered.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import pytest

from opdesk.channels.model import Source
from opdesk.connectors.delivery import Turns
from opdesk.kit.layers import App, Receive, Scope, Send
from opdesk.kit.outbox import PARALLEL, PARALLEL_OF_SHARE, RetryLater
from opdesk.simulators.telegram import Customer, Refusal
from tests.desk import Desk, eventually
from tests.telegram import Bot, connected_bot

CHATS = PARALLEL_OF_SHARE * 2
OTHERS = 10
WAYS: Mapping[str, Refusal | None] = {
    "hangs": None,
    "is down": Refusal(503, "Service Unavailable"),
    "throttles": Refusal(429, "Too Many Requests: retry after 30", {"retry_after": 30}),
    "refuses": Refusal(403, "Forbidden: bot was blocked by the user"),
}


class Gate:
    """In front of a platform: holds what is sent to it, and counts how much is held at once."""

    def __init__(self, platform: App) -> None:
        self._platform = platform
        self.is_shut = False
        self.opened = asyncio.Event()
        self.held = self.most_held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.is_shut and scope["type"] == "http" and scope["path"].endswith("/sendMessage"):
            self.held += 1
            self.most_held = max(self.most_held, self.held)
            await self.opened.wait()
            self.held -= 1
        await self._platform(scope, receive, send)


@asynccontextmanager
async def gated_bot(desk: Desk) -> AsyncIterator[tuple[Bot, Gate]]:
    gates: list[Gate] = []

    def before(platform: App) -> Gate:
        gates.append(Gate(platform))
        return gates[0]

    async with connected_bot(desk, before=before) as bot:
        try:
            yield bot, gates[0]
        finally:
            gates[0].opened.set()


async def chats_of(bot: Bot, count: int, first: int) -> list[int]:
    for n in range(first, first + count):
        await bot.writes("Добрий день", Customer(n, f"Клієнт{n}"))
    names = {f"Клієнт{n}" for n in range(first, first + count)}
    return [one["id"] for one in await bot.chats() if one["client"]["name"] in names]


async def send(desk: Desk, chat_id: int) -> int:
    reply = await desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "?"})
    assert reply.status == 200, reply.text
    found: int = reply.json["id"]
    return found


async def status_of(bot: Bot, chat_id: int, message_id: int) -> tuple[int, Any]:
    [message] = [one for one in await bot.messages(chat_id) if one["id"] == message_id]
    return message["status"], message["error"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_platform_in_trouble_takes_its_share_and_the_others_go_on(
    desk: Desk, way: str
) -> None:
    async with (
        gated_bot(desk) as (ill, gate),
        connected_bot(desk, token="7700:the-token-of-a-bot-that-is-well") as well,
    ):
        theirs = await chats_of(ill, CHATS, 1_000)
        others = await chats_of(well, OTHERS, 2_000)
        gate.is_shut = True
        refusal = WAYS[way]
        if refusal is None:
            ill.telegram.faults.silent = {"sendMessage"}
        else:
            ill.telegram.faults.refusals["sendMessage"] = [refusal] * 1_000
        waiting = [(one, await send(desk, one)) for one in theirs]

        async def held() -> bool | None:
            return gate.held == PARALLEL_OF_SHARE or None

        await eventually(held)
        for chat_id in others:
            message = await well.delivered(await send(desk, chat_id), chat_id)
            assert message["status"] == 1

        assert (gate.held, gate.most_held) == (PARALLEL_OF_SHARE, PARALLEL_OF_SHARE)
        assert {await status_of(ill, *one) for one in waiting} == {(0, None)}
        gate.opened.set()
        again = await well.delivered(await send(desk, others[0]), others[0])
        assert again["status"] == 1


def test_one_platform_never_has_more_than_half_of_the_outbox_whatever_its_channels() -> None:
    """Shares are a channel's: with eleven of them a platform that hangs would have it all."""
    turns = Turns()
    with ExitStack() as stack:
        for _ in range(PARALLEL // 2):
            stack.enter_context(turns.one(Source.VIBER))
        with pytest.raises(RetryLater) as busy, turns.one(Source.VIBER):
            pytest.fail("it had a turn")
        assert busy.value.after_s is not None
        with turns.one(Source.WHATSAPP):
            pass

    with turns.one(Source.VIBER):
        pass
