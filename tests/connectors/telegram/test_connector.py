"""Messages captured from the real Telegram, as the connector and the desk take them."""

import json
from pathlib import Path
from typing import Any

import pytest

from opdesk.connectors.base import (
    BadPayload,
    Card,
    Edit,
    FileReference,
    Inbound,
    MediaType,
    Place,
    Update,
)
from opdesk.connectors.telegram.connector import Telegram
from tests.telegram import TARAS, Bot


def only(body: bytes) -> Update:
    """The one update of a body: Telegram sends no batches."""
    (update,) = Telegram.parse(body, {})
    return update


def read(payloads: Path, name: str) -> bytes:
    return (payloads / "telegrambot" / f"{name}.json").read_bytes()


def test_a_text_is_read(payloads: Path) -> None:
    update = only(read(payloads, "text_2026"))

    assert update.key == "940961529"
    assert update.item == Inbound(
        chat_id="2210498160",
        message_id="2210498160:18",
        sender_id="2210498160",
        sender_name="Test Customer",
        username=None,
        sent_at=1_776_047_737_000,
        text="Simple text",
        rank=18,
    )


def test_the_largest_photo_is_taken(payloads: Path) -> None:
    body = read(payloads, "photo_2026")

    item = only(body).item

    assert isinstance(item, Inbound)
    assert item.file is not None
    assert item.file.reference == json.loads(body)["message"]["photo"][-1]["file_id"]
    assert (item.file.size_bytes, item.kind) == (233_636, None)


def test_an_edit_names_its_message(payloads: Path) -> None:
    assert only(read(payloads, "edited_message_2020")).item == Edit("6263424562:155", "456")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        (
            "document_2017",
            FileReference(
                "BQADAQADCgADgtFRRPrv9GQ95f8eAg",
                "TabFig2015prel.xls",
                "xls",
                MediaType.FILE,
                4_540_928,
            ),
        ),
        (
            "video_2017",
            FileReference(
                "BAADAQADBgADgtFRRPFTAAHxLVw76wI",
                "video-86.mp4",
                "mp4",
                MediaType.VIDEO,
                257_507,
            ),
        ),
        (
            "voice_2026",
            FileReference(
                "AwACAgEAAxkBAAMRadxVhyDt1UzZjtRYwurtScaW1nEAAlYMAALLFOFGULCJ6FV7qZU7BA",
                "voice-17.ogg",
                "ogg",
                MediaType.AUDIO,
                11_543,
            ),
        ),
        (
            "voice_forwarded_2023",
            FileReference(
                "AwACAgQAAxkBAAMyZW-dBiH0AAHwICKISxifj-dcnDGOAAJwEQACl_aBUzgXY_cj1hcaMwQ",
                "voice-50.ogg",
                "ogg",
                MediaType.AUDIO,
                94_966,
            ),
        ),
        (
            "sticker_animated_2026",
            FileReference(
                "AAMCAgADGQEAAxNp3FbX-DblgFe6AAE6J7JmRM8HULIAAlACAAJWnb0Kg9DUR-s4-9oBAAdtAAM7BA",
                "sticker-19.webp",
                "webp",
                MediaType.STICKER,
                6_662,
            ),
        ),
    ],
)
def test_each_medium_is_a_file(payloads: Path, name: str, file: FileReference) -> None:
    item = only(read(payloads, name)).item

    assert isinstance(item, Inbound)
    assert (item.file, item.kind, item.text) == (file, None, "")


def test_places_and_cards_are_what_they_are(payloads: Path) -> None:
    found = {}
    for name in ("location_2017", "venue_2017", "contact_2017"):
        item = only(read(payloads, name)).item
        assert isinstance(item, Inbound)
        found[name] = (item.place or item.card, item.kind, item.phone)

    assert found == {
        "location_2017": (Place(-2.890287, -79.004333), None, None),
        "venue_2017": (
            Place(-2.898944, -79.006835, "Cuenca", "Provincia del Azuay"),
            None,
            None,
        ),
        "contact_2017": (Card("Test Contact", ("0788000000",)), None, None),
    }


def test_groups_are_not_served(payloads: Path) -> None:
    assert only(read(payloads, "group_photo_caption_2025")).item is None


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"update_id":"x"}', b"[" * 100_000])
def test_what_telegram_never_sends_is_a_bad_payload(body: bytes) -> None:
    with pytest.raises(BadPayload):
        only(body)


async def test_every_captured_message_becomes_at_most_one_message(bot: Bot, payloads: Path) -> None:
    bodies = sorted((payloads / "telegrambot").glob("*.json"))
    updates: list[dict[str, Any]] = [json.loads(path.read_bytes()) for path in bodies]
    for _ in range(2):
        for update in updates:
            await bot.telegram.post_update(bot.token, update)

    stored = [one for chat in await bot.chats() for one in await bot.messages(chat["id"])]
    expected = [
        one for one in updates if one.get("message", {}).get("chat", {}).get("type") == "private"
    ]
    assert len(stored) == len(expected)
    assert not any(one["isUnsupported"] for one in stored)


async def test_an_own_contact_gives_the_phone_and_a_strangers_does_not(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await bot.telegram.shares_contact(bot.token, TARAS, "380671112233", whose=99)
    assert (await bot.chats())[0]["client"]["phone"] is None

    await bot.telegram.shares_contact(bot.token, TARAS, "380501234567")

    assert (await bot.chats())[0]["client"]["phone"] == "+380501234567"
    await bot.telegram.shares_contact(bot.token, TARAS, "067 111-22-33")
    assert (await bot.chats())[0]["client"]["phone"] == "+380671112233"
    assert len(await bot.messages(chat_id)) == 4


async def test_an_edit_changes_the_message_and_the_search(bot: Bot) -> None:
    update = await bot.writes("помаранчевий")
    await bot.telegram.edits(bot.token, TARAS, update, "бірюзовий")

    [chat] = await bot.chats()
    [message] = await bot.messages(chat["id"])
    assert (message["message"], message["isEdited"]) == ("бірюзовий", True)
    api = bot.desk.acme.api
    assert (await api.get("/api/chat/chats?search=помаранчевий")).json["items"] == []
    assert len((await api.get("/api/chat/chats?search=бірюзовий")).json["items"]) == 1


async def test_places_cards_and_answers_are_shown(bot: Bot) -> None:
    asked = await bot.writes("де ви?")
    place = {"latitude": 50.45, "longitude": 30.52}
    await bot.telegram.sends(
        bot.token, TARAS, location=place, reply_to_message={"message_id": 1, **asked["message"]}
    )
    await bot.telegram.shares_contact(bot.token, TARAS, "380671112233", whose=99)

    [chat] = await bot.chats()
    question, where, who = await bot.messages(chat["id"])
    assert (where["place"]["latitude"], where["replyToId"]) == (50.45, question["id"])
    assert (who["card"]["name"], who["card"]["phones"]) == ("Тарас", ["380671112233"])


async def test_a_customer_who_blocks_the_bot_cannot_be_written_to(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    path = f"/api/chat/{chat_id}/can-send"
    assert (await bot.desk.alice.api.get(path)).json["canSend"]

    await bot.telegram.blocks(bot.token, TARAS)
    assert not (await bot.desk.alice.api.get(path)).json["canSend"]

    await bot.telegram.blocks(bot.token, TARAS, is_back=True)
    assert (await bot.desk.alice.api.get(path)).json["canSend"]
