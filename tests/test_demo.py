"""What the demo's first start shows."""

from opdesk.demo.run import TARAS_PHONE, customers_write
from tests.telegram import Bot


async def test_chats_of_the_demo_begin_and_end_with_words(bot: Bot) -> None:
    await customers_write(bot.telegram, bot.token)

    chats = await bot.chats()
    assert len(chats) == 3
    for chat in chats:
        messages = await bot.messages(chat["id"])
        assert messages[0]["message"]
        assert messages[-1]["message"]
    assert f"+{TARAS_PHONE}" in [chat["client"]["phone"] for chat in chats]
