"""Two transactions at one moment: neither undoes or misses what the other says of a message.

PostgreSQL runs them side by side; on SQLite one waits for the other.
"""

import asyncio
from collections.abc import AsyncIterator

from opdesk.channels import access as channels
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.chats.model import Draft, MessageStatus
from opdesk.connectors.applying import apply, apply_early
from opdesk.connectors.base import Receipt
from opdesk.kit import outbox
from opdesk.kit.context import Tx
from tests.telegram import Bot

TIMES = 60


async def test_of_two_receipts_at_once_the_further_one_stays(bot: Bot) -> None:
    db, channel = bot.desk.services.db, await channel_of(bot)
    async for number in sent_messages(bot):
        await db.write(answered, channel, number)
        both = (MessageStatus.READ, MessageStatus.DELIVERED)
        receipts = [Receipt(status=one, message_id=external(number)) for one in both]
        await asyncio.gather(*(db.write(apply, channel, None, one) for one in receipts))
        assert await status_of(bot, number) is MessageStatus.READ


async def test_a_receipt_that_meets_its_sends_answer_is_not_lost(bot: Bot) -> None:
    db, channel = bot.desk.services.db, await channel_of(bot)
    async for number in sent_messages(bot):
        receipt = Receipt(status=MessageStatus.READ, message_id=external(number))
        await asyncio.gather(
            db.write(answered, channel, number), db.write(apply, channel, None, receipt)
        )
        assert await status_of(bot, number) is MessageStatus.READ


async def channel_of(bot: Bot) -> Channel:
    services = bot.desk.services
    place = (bot.desk.acme.id, bot.channel_id)
    return await services.db.read(channels.channel, services.vault, *place)


async def sent_messages(bot: Bot) -> AsyncIterator[int]:
    """Messages of ours, one after the other; the test is the platform that gets them."""
    chat_id = await bot.given_chat()
    for _ in range(TIMES):
        yield await bot.desk.services.db.write(send, bot, chat_id)


def send(tx: Tx, bot: Bot, chat_id: int) -> int:
    files, caller = bot.desk.services.files, bot.desk.acme.caller
    message = chats.send(tx, files, caller, chat_id, Draft("Дякуємо"), lambda *_: None)
    outbox.forget_lane(tx, bot.desk.acme.id, chats.send_lane(chat_id))
    return message.id


def external(number: int) -> str:
    return f"theirs-{number}"


def answered(tx: Tx, channel: Channel, number: int) -> None:
    """What the end of a send writes down."""
    outcome = (MessageStatus.SUCCESS, None, external(number))
    chats.record_delivery(tx, channel.company_id, number, *outcome)
    apply_early(tx, channel, external(number))


async def status_of(bot: Bot, number: int) -> MessageStatus:
    [chat] = await bot.chats()
    [message] = [one for one in await bot.messages(chat["id"]) if one["id"] == number]
    return MessageStatus(message["status"])
