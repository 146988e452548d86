"""A channel that asks for its news: what is new comes in once, also after a restart."""

from opdesk.channels import actions as channels
from opdesk.channels.model import ChannelState
from opdesk.connectors.actions import TOPIC
from opdesk.connectors.polling import Pollers
from opdesk.kit.bus import Bus, Wake
from tests.desk import eventually
from tests.telegram import Bot


async def begin_polling(bot: Bot) -> None:
    services = bot.desk.services
    bot.telegram.hooks.clear()
    place = (bot.desk.acme.id, bot.channel_id)
    await services.db.write(channels.set_state, *place, ChannelState.POLLING, None)
    services.bus.publish([Wake(TOPIC)])


async def arrived(bot: Bot, count: int) -> list[str]:
    async def look() -> list[str] | None:
        texts = [
            message["message"]
            for chat in await bot.chats()
            for message in await bot.messages(chat["id"])
        ]
        return texts if len(texts) >= count else None

    return await eventually(look)


async def test_polled_messages_come_in_once_and_in_order(bot: Bot) -> None:
    await begin_polling(bot)

    for n in range(5):
        await bot.writes(f"message {n}")

    assert await arrived(bot, 5) == [f"message {n}" for n in range(5)]
    offsets = [call.body["offset"] for call in bot.telegram.sent("getUpdates")]
    assert offsets == sorted(offsets)


async def test_the_offset_is_stored_with_the_messages(bot: Bot) -> None:
    await begin_polling(bot)
    update = await bot.writes("перше")
    await arrived(bot, 1)

    [channel] = await bot.desk.services.db.read(
        channels.list_channels, bot.desk.services.vault, bot.desk.acme.id, None
    )

    assert channel.poll_offset == update["update_id"] + 1


async def test_a_webhook_that_somebody_else_set_is_removed(bot: Bot) -> None:
    await begin_polling(bot)
    bot.telegram.hooks[bot.token] = {"url": "https://elsewhere.example"}
    services = bot.desk.services
    other = Pollers(services.db, Bus(), services.vault, services.http)
    [channel] = await services.db.read(
        channels.list_channels, services.vault, bot.desk.acme.id, None
    )

    await other._free(channel)
    await bot.writes("після")

    assert await arrived(bot, 1) == ["після"]
