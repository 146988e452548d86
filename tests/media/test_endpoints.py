"""Files by their signed addresses: whole, in part, as headers only; and a disk without room."""

import asyncio
import os
import resource
from pathlib import Path

import httpx
import pytest

from opdesk.settings import Settings
from tests.desk import PASSWORD, Desk
from tests.servers import program, started
from tests.telegram import Bot

MP3 = b"ID3" + bytes(range(256)) * 40


@pytest.fixture
async def address(bot: Bot) -> str:
    """The address of an MP3 in a chat."""
    chat_id = await bot.given_chat()
    made = await bot.desk.alice.api.call("POST", "/api/media?name=пісня.mp3", content=MP3)
    body = {"media": {"id": made.json["id"]}}
    sent = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", body)
    found: str = sent.json["media"]["uri"]
    return found


async def test_a_file_is_sent_whole_or_in_part(address: str) -> None:
    async with httpx.AsyncClient() as player:
        whole = await player.get(address)
        part = await player.get(address, headers={"Range": "bytes=3-258"})
        rest = await player.get(address, headers={"Range": f"bytes={len(MP3) - 5}-"})
        several = await player.get(address, headers={"Range": "bytes=0-1,4-5"})
        outside = await player.get(address, headers={"Range": f"bytes={len(MP3)}-"})

    assert (whole.status_code, whole.content) == (200, MP3)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-length"] == str(len(MP3))
    assert (part.status_code, part.content) == (206, MP3[3:259])
    assert part.headers["content-range"] == f"bytes 3-258/{len(MP3)}"
    assert part.headers["content-length"] == "256"
    assert (rest.status_code, rest.content) == (206, MP3[-5:])
    assert (several.status_code, several.content) == (200, MP3)
    assert (outside.status_code, outside.json()["status"]) == (416, 416)
    assert outside.headers["content-range"] == f"bytes */{len(MP3)}"
    for name in ("content-type", "content-disposition", "content-security-policy", "etag"):
        assert part.headers[name] == whole.headers[name]
    assert whole.headers["content-disposition"].startswith("inline; filename*=utf-8''%D0%BF")


async def test_head_is_get_without_the_body(desk: Desk, address: str) -> None:
    acme = desk.acme.api
    for path in ("/api/company/organization", "/login", "/openapi.json", "/api/chat/99", address):
        got, head = await acme.get(path), await acme.call("HEAD", path)

        assert (head.status, head.text) == (got.status, ""), path
        changing = {"date", "x-request-id"}
        assert {k: v for k, v in head.headers.items() if k not in changing} == {
            k: v for k, v in got.headers.items() if k not in changing
        }, path
    assert (await acme.call("HEAD", "/api/company/get-token")).status == 405
    assert (await desk.anyone.call("HEAD", "/api/company/organization")).status == 401


async def test_a_full_disk_is_503_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A limit on the size of files is a full disk to the process, in the middle of an upload."""
    arguments = ["--login", "acme", "--name", "Acme", "--password-stdin", "--data", str(tmp_path)]
    adding = await asyncio.create_subprocess_exec(
        str(program()), "company", "add", *arguments, stdin=asyncio.subprocess.PIPE
    )
    await adding.communicate(PASSWORD.encode())
    async with started(Settings(data=tmp_path)) as server:
        login = {"login": "acme", "password": PASSWORD}
        api = server.api.bearer((await server.api.post("/api/company/get-token", login)).json)
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1_000_000, limits[1]))

        for size in (3_000_000, 1_000_001):
            refused = await api.call("POST", "/api/media?name=a.bin", content=b"x" * size)
            assert (refused.status, refused.json["title"]) == (
                503,
                "The file can't be stored at the moment",
            )
        kept = [path for _, _, files in os.walk(tmp_path / "media") for path in files]
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        after = await api.call("POST", "/api/media?name=a.bin", content=b"x" * 3_000_000)

    assert kept == []
    assert after.status == 200


async def test_a_file_that_the_disk_has_lost_is_not_found(bot: Bot, address: str) -> None:
    [stored] = bot.desk.services.settings.data.glob("media/[0-9]*/*/*")
    stored.unlink()

    async with httpx.AsyncClient() as browser:
        lost = await browser.get(address)

    assert lost.status_code == 404
    assert lost.json()["detail"] == "the server does not have this file any more"
