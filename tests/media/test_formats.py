"""What a file is called and which format it has, by either way in."""

from base64 import b64encode
from typing import Any

import pytest

from tests.telegram import JPEG, Bot

ZIP = b"PK\x03\x04zzzzz"


async def sent(bot: Bot, **media: Any) -> Any:
    chat_id = await bot.given_chat()
    body = {"media": {"dataBase64": b64encode(ZIP).decode(), "type": 0, **media}}
    return await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", body)


@pytest.mark.parametrize(
    ("given", "name", "shown"),
    [
        ("application/octet-stream", "a.dat", "dat"),
        ("application/octet-stream", "Звіт", "bin"),
        ("application/octet-stream", "", "bin"),
        ("application/vnd.ms-excel", "a.xls", "xls"),
        ("application/vnd.ms-excel", "a", "xls"),
        ("application/x-zip-compressed", "a.zip", "zip"),
        ("application/x-of-our-own", "a.own", "own"),
        ("audio/x-wav", "a", "wav"),
        ("text/plain", "a", "txt"),
        ("application/msword", "a", "doc"),
        ("image/jpeg; charset=binary", "a", "jpg"),
        (".JPG", "a", "jpg"),
        ("JPEG", "a", "jpg"),
        ("tar.gz", "a", "gz"),
        ("", "report.XLSX", "xlsx"),
        ("", "Звіт.docx ", "docx"),
        ("", "Звіт", "bin"),
        ("", "", "bin"),
    ],
)
async def test_a_format_comes_in_as_a_type_or_an_extension_and_out_as_an_extension(
    bot: Bot, given: str, name: str, shown: str
) -> None:
    reply = await sent(bot, format=given, name=name)

    assert reply.status == 200, reply.text
    assert reply.json["media"]["format"] == shown


@pytest.mark.parametrize("given", ["j p g", "a/b/c", "../etc/passwd", "x" * 11, "файл"])
async def test_a_format_that_is_neither_is_named(bot: Bot, given: str) -> None:
    reply = await sent(bot, format=given, name="a.jpg")

    assert (reply.status, list(reply.json["errors"])) == (400, ["media.format"])


@pytest.mark.parametrize(
    ("content_type", "name", "shown"),
    [
        ("application/octet-stream", "README", "bin"),
        ("application/octet-stream", "Звіт", "bin"),
        ("application/octet-stream", "a.dat", "dat"),
        ("application/vnd.ms-excel", "a.xls", "xls"),
        ("application/x-zip-compressed", "", "zip"),
        ("application/x-www-form-urlencoded", "a.csv", "csv"),
        ("text/plain; charset=utf-8", "a", "txt"),
        ("application/json", "a.json", "json"),
        ("nonsense", "a.файл", "bin"),
        ("", "a.pdf", "pdf"),
    ],
)
async def test_an_upload_of_any_type_is_taken(
    bot: Bot, content_type: str, name: str, shown: str
) -> None:
    chat_id = await bot.given_chat()
    headers = {"Content-Type": content_type} if content_type else {}
    uploaded = await bot.desk.alice.api.call(
        "POST", "/api/media", params={"name": name}, content=ZIP, headers=headers
    )
    assert uploaded.status == 200, uploaded.text

    reply = await bot.desk.alice.api.post(
        f"/api/chat/{chat_id}/message", {"media": {"id": uploaded.json["id"]}}
    )

    assert reply.json["media"]["format"] == shown
    assert reply.json["media"]["name"] == (name or f"file.{shown}")


async def test_a_form_is_not_a_file(bot: Bot) -> None:
    reply = await bot.desk.alice.api.call(
        "POST", "/api/media?name=a.zip", files={"file": ("a.zip", ZIP)}
    )

    assert reply.status == 415


@pytest.mark.parametrize("name", ["a\0b.jpg", "a\r\nX-Evil: 1.jpg", "a\nb.jpg", "a\x85.jpg"])
async def test_a_name_with_a_control_character_is_named(bot: Bot, name: str) -> None:
    inline = await sent(bot, format="jpg", name=name)
    uploaded = await bot.desk.alice.api.call(
        "POST", "/api/media", params={"name": name}, content=JPEG
    )

    assert (inline.status, list(inline.json["errors"])) == (400, ["media.name"])
    assert (uploaded.status, list(uploaded.json["errors"])) == (400, ["name"])
