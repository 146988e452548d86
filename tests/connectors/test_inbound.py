"""What a platform sends is never hidden by how it is written, and taken in once."""

import asyncio
from typing import Any

import msgspec
import pytest

from opdesk.channels import access as channels
from opdesk.connectors.inbound import _store_unread
from opdesk.connectors.telegram.connector import Telegram
from opdesk.housekeeping import catch_up
from opdesk.kit.http_client import HttpReply
from tests.desk import Desk
from tests.telegram import TARAS, Bot, connected_bot

MESSAGE: dict[str, Any] = {
    "message_id": 5,
    "date": 1_700_000_000,
    "chat": TARAS.as_chat(),
    "from": TARAS.as_user(),
}


def update(number: int, text: str, **message: Any) -> bytes:
    return msgspec.json.encode(
        {"update_id": number, "message": {**MESSAGE, "text": text, **message}}
    )


async def all_texts(bot: Bot) -> list[str]:
    return [one["message"] for chat in await bot.chats() for one in await bot.messages(chat["id"])]


async def states(bot: Bot) -> list[str]:
    """Of what came; that a chat was deleted is remembered beside it."""
    asked = "SELECT state FROM inbox WHERE substr(dedupe_key, 1, 8) <> 'deleted:' ORDER BY id"
    rows = await bot.desk.services.db.read(lambda tx: tx._driver.fetch(asked, {}))
    return [row[0] for row in rows]


async def test_what_is_no_text_is_dropped_and_hides_no_message(bot: Bot) -> None:
    for number, junk in enumerate((b"\\ud800", b"\xff\xfe", b"\xed\xa0\x80", b"\\u0000\x01")):
        whole = update(100 + number, "A-Б", message_id=100 + number)
        await bot.posts(whole.replace(b"A-", b"A" + junk))
    await bot.posts(b"\xef\xbb\xbf" + update(104, "з позначкою", message_id=104))
    pair = update(105, "A-", message_id=105).replace(b"A-", b"\\ud83d\\ude00 \\ud800")
    dice = update(106, "", message_id=106).replace(b'"text":""', b'"dice":{"x":"\\udfff"}')
    await bot.posts(pair)
    await bot.posts(dice)

    assert await all_texts(bot) == ["AБ"] * 4 + ["з позначкою", "😀 ", ""]
    [chat] = await bot.chats()
    assert (chat["client"]["name"], chat["lastMessage"]["isUnsupported"]) == ("Тарас Бондар", True)
    assert set(await states(bot)) == {"stored"}


def test_a_polled_batch_is_not_stopped_by_what_is_no_text() -> None:
    body = b'{"ok":true,"result":[{"update_id":7,"text":"A\\ud800B"}]}'

    assert HttpReply(200, {}, body).json["result"] == [{"update_id": 7, "text": "AB"}]
    assert HttpReply(502, {}, b"<html>").json is None


@pytest.mark.parametrize(
    ("body", "chat"),
    [
        (b'{"message": {"text": "', None),
        (b'{"message": {"chat": {"id": 7, "type": "private"}, "text": "\xff', "7"),
        (b'{"message":{"text":"\\"chat\\":{\\"id\\":8}","from":{"is_bot":false,"id":9}}}', "9"),
        (b'{"callback_query":{"from":{"id":9},"message":{"chat":{"id":-7}}}}', "-7"),
        (b"[]", None),
    ],
)
def test_the_chat_of_a_broken_body_is_told_where_it_can_be(body: bytes, chat: str | None) -> None:
    assert Telegram.chat_of(body) == chat


async def test_an_unread_envelope_is_taken_in_once_a_newer_version_can_read_it(bot: Bot) -> None:
    services = bot.desk.services
    await bot.posts(b"nonsense")
    place = (bot.desk.acme.id, bot.channel_id)
    channel = await services.db.read(channels.find_any, services.vault, *place)
    assert channel is not None
    older = (channel, update(1, "не прочитане"), "what an older version said", None)
    await services.db.write(_store_unread, *older)
    checked = await bot.desk.acme.api.post(f"/api/channel/{bot.channel_id}/check")
    assert await states(bot) == ["unparsed", "unparsed"]
    assert "2 envelopes could not be read" in " ".join(checked.json["problems"])
    assert await all_texts(bot) == []

    await asyncio.gather(*(catch_up(services.db, services.vault) for _ in range(2)))
    await bot.posts(update(1, "не прочитане"))

    assert await states(bot) == ["unparsed", "stored"]
    assert await all_texts(bot) == ["не прочитане"]


async def test_a_number_that_is_used_anew_hides_no_message(bot: Bot) -> None:
    """A Bot API server of one's own counts updates by itself; messages keep their ids."""
    await bot.posts(update(1, "перше"))
    await bot.posts(update(1, "друге", message_id=6))
    for _ in range(2):
        await bot.posts(update(1, "друге", message_id=6))
        await bot.posts(update(1, "перше"))

    assert await all_texts(bot) == ["перше", "друге"]


async def test_two_first_messages_at_the_same_moment_make_one_chat_and_one_client(
    desk: Desk,
) -> None:
    async with connected_bot(desk) as bot:
        await asyncio.gather(*(bot.posts(update(n, str(n), message_id=n)) for n in range(1, 9)))

        [chat] = await bot.chats()
        assert chat["countUnread"] == 8
        assert sorted(await all_texts(bot)) == [str(n) for n in range(1, 9)]
        assert set(await states(bot)) == {"stored"}


async def test_messages_that_come_while_their_chat_is_deleted_are_shown(bot: Bot) -> None:
    """Whatever the order: what is acknowledged stands in the chat that is there afterwards."""
    for turn in range(10):
        chat_id = await bot.given_chat(f"початок {turn}")
        delete = bot.desk.acme.api.delete(f"/api/chat/chats/{chat_id}")
        number = 1_000 + turn
        await asyncio.gather(delete, bot.posts(update(number, "поки", message_id=number)))
        for chat in await bot.chats():
            assert chat["client"]["name"] == "Тарас Бондар"
            await bot.desk.acme.api.delete(f"/api/chat/chats/{chat['id']}")

    assert set(await states(bot)) <= {"stored"}
