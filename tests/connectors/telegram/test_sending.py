"""Every kind of message, as it leaves for Telegram and as the customer's phone shows it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from opdesk.connectors.base import (
    Card,
    DeliveryError,
    MediaType,
    Outbound,
    OutboundFile,
    Place,
    Problem,
)
from opdesk.connectors.telegram.connector import Telegram
from opdesk.kit.http_client import HttpClient
from opdesk.parts import LOOPBACK
from opdesk.simulators.telegram import Refusal, TelegramPlatform
from tests.servers import serving
from tests.telegram import JPEG, TARAS

TO = str(TARAS.id)


@pytest.fixture
def platform() -> TelegramPlatform:
    return TelegramPlatform()


@pytest.fixture
async def telegram(platform: TelegramPlatform) -> AsyncIterator[Telegram]:
    http = HttpClient(LOOPBACK)
    async with serving(platform) as url:
        yield Telegram(http, platform.settings(url))
    await http.close()


def out(**content: Any) -> Outbound:
    return Outbound(message_id=1, chat_id=TO, **content)


def file(folder: Path, name: str, kind: MediaType) -> OutboundFile:
    path = folder / "stored"
    path.write_bytes(JPEG)
    form = name.rpartition(".")[2]
    return OutboundFile(path, name, form, kind, len(JPEG), "application/octet-stream", "")


@pytest.mark.parametrize(
    ("name", "kind", "method"),
    [
        ("a.jpg", MediaType.PHOTO, "sendPhoto"),
        ("a.gif", MediaType.PHOTO, "sendAnimation"),
        ("a.heic", MediaType.PHOTO, "sendDocument"),
        ("a.mp4", MediaType.VIDEO, "sendVideo"),
        ("a.mp3", MediaType.AUDIO, "sendAudio"),
        ("a.ogg", MediaType.AUDIO, "sendVoice"),
        ("a.opus", MediaType.AUDIO, "sendVoice"),
        ("чек.pdf", MediaType.FILE, "sendDocument"),
    ],
)
async def test_each_file_goes_its_own_way(
    platform: TelegramPlatform,
    telegram: Telegram,
    tmp_path: Path,
    name: str,
    kind: MediaType,
    method: str,
) -> None:
    number = await telegram.send(
        out(text="ось", file=file(tmp_path, name, kind), reply_to=f"{TO}:5")
    )

    [line] = platform.phones[TO]
    assert line.file is not None
    assert (line.text, line.file[0], line.file[2]) == ("ось", name, JPEG)
    [call] = platform.sent(method)
    assert call.body["reply_parameters"] == '{"message_id": 5, "allow_sending_without_reply": true}'
    assert number == f"{TO}:{line.id}"


@pytest.mark.parametrize(
    ("content", "method", "shown"),
    [
        ({"text": "так"}, "sendMessage", "так"),
        ({"place": Place(50.45, 30.52)}, "sendLocation", "50.45, 30.52"),
        ({"place": Place(50.45, 30.52, "Крамниця")}, "sendVenue", "Крамниця, Крамниця"),
        (
            {"place": Place(50.45, 30.52, "Крамниця", "Хрещатик, 1")},
            "sendVenue",
            "Крамниця, Хрещатик, 1",
        ),
        ({"card": Card("Олена", ("+380501234567",))}, "sendContact", "Олена: +380501234567"),
        ({"card": Card("Олена", ("+380501", "+380502"))}, "sendContact", "Олена: +380501"),
        ({"card": Card("", ("+380501",))}, "sendContact", "+380501: +380501"),
        ({"card": Card("Олена")}, "sendMessage", "Олена"),
    ],
)
async def test_each_message_goes_its_own_way(
    platform: TelegramPlatform,
    telegram: Telegram,
    content: dict[str, Any],
    method: str,
    shown: str,
) -> None:
    await telegram.send(out(**content, reply_to=f"{TO}:5"))

    [call] = platform.sent(method)
    assert [line.text for line in platform.phones[TO]] == [shown]
    assert call.body["reply_parameters"]["message_id"] == 5


async def test_every_number_of_a_card_is_in_its_vcard(
    platform: TelegramPlatform, telegram: Telegram
) -> None:
    await telegram.send(out(card=Card("Коваль; Олена\n", ("+380501", "+380502"))))

    vcard = platform.sent("sendContact")[0].body["vcard"]
    assert vcard.splitlines()[2] == "FN:Коваль\\; Олена "
    assert vcard.count("TEL;") == 2


async def test_a_strange_reply_is_a_message_like_others(
    platform: TelegramPlatform, telegram: Telegram
) -> None:
    await telegram.send(out(text="так", reply_to="1:button:99"))

    assert "reply_parameters" not in platform.sent("sendMessage")[0].body


@pytest.mark.parametrize(
    ("name", "kind", "method", "words"),
    [
        ("a.jpg", MediaType.PHOTO, "sendPhoto", "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        ("a.ogg", MediaType.AUDIO, "sendVoice", "Bad Request: VOICE_MESSAGES_FORBIDDEN"),
    ],
)
async def test_what_telegram_makes_no_picture_of_goes_as_a_file(
    platform: TelegramPlatform,
    telegram: Telegram,
    tmp_path: Path,
    name: str,
    kind: MediaType,
    method: str,
    words: str,
) -> None:
    platform.faults.refusals[method] = [Refusal(400, words)]

    await telegram.send(out(file=file(tmp_path, name, kind)))

    [call] = platform.sent("sendDocument")
    assert call.files["document"] == (name, JPEG)


async def test_who_blocked_the_bot_gets_nothing(
    platform: TelegramPlatform, telegram: Telegram
) -> None:
    await platform.blocks(platform.first_bot, TARAS)

    with pytest.raises(DeliveryError) as refused:
        await telegram.send(out(text="?"))

    assert (refused.value.problem, refused.value.is_permanent) == (Problem.BLOCKED, True)
    await platform.blocks(platform.first_bot, TARAS, is_back=True)
    await telegram.send(out(text="!"))
    assert [line.text for line in platform.phones[TO]] == ["!"]
    bodies = await telegram.poll(0, 0)
    assert len(bodies) == 2
