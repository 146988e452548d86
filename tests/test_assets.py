"""The panel's files: compressed for who takes it, kept for a year, and nothing else of the disk."""

import gzip
from pathlib import Path

import httpx
import pytest

import opdesk
from opdesk.kit.shelf import accepted_encodings
from tests.desk import Desk

ASSETS = Path(opdesk.__file__).parent / "static" / "assets"


@pytest.fixture
def script() -> str:
    """A file of the build that is worth compressing."""
    return max(ASSETS.glob("*.js"), key=lambda path: path.stat().st_size).name


async def fetched(desk: Desk, path: str, encodings: str) -> httpx.Response:
    """As it travels: httpx would undo the compression."""
    url, headers = f"{desk.base_url}{path}", {"Accept-Encoding": encodings}
    async with httpx.AsyncClient() as client, client.stream("GET", url, headers=headers) as reply:
        body = b"".join([chunk async for chunk in reply.aiter_raw()])
        return httpx.Response(reply.status_code, headers=reply.headers, stream=Raw(body))


class Raw(httpx.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self.body = body


def body_of(reply: httpx.Response) -> bytes:
    assert isinstance(reply.stream, Raw)
    return reply.stream.body


@pytest.mark.parametrize(
    ("asked", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("br; q=0", None),
    ],
)
async def test_a_file_comes_in_the_best_form_that_is_taken(
    desk: Desk, script: str, asked: str, encoding: str | None
) -> None:
    whole = (ASSETS / script).read_bytes()

    reply = await fetched(desk, f"/assets/{script}", asked)

    assert (reply.status_code, reply.headers.get("content-encoding")) == (200, encoding)
    assert reply.headers["vary"] == "Accept-Encoding"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["content-type"].startswith("text/javascript")
    assert int(reply.headers["content-length"]) == len(body_of(reply))
    if encoding is None:
        assert body_of(reply) == whole
    else:
        assert len(body_of(reply)) < len(whole) / 2
    if encoding == "gzip":
        assert gzip.decompress(body_of(reply)) == whole


async def test_nothing_else_of_the_disk_is_served(desk: Desk, script: str) -> None:
    for path in (
        f"/assets/{script}.br",
        f"/assets/{script}.gz",
        "/assets/nothing.js",
        "/assets/..%2f..%2f__init__.py",
        "/assets/%2e%2e/panel.html",
        "/swagger/..%2fpanel.html",
    ):
        reply = await fetched(desk, path, "br")
        assert reply.status_code == 404, path


@pytest.mark.parametrize(
    ("text", "names"),
    [("", ()), ("gzip", ("gzip",)), (" BR , gzip;q=1 ", ("br", "gzip")), ("br;q=0.000,*", ("*",))],
)
def test_what_is_accepted(text: str, names: tuple[str, ...]) -> None:
    assert accepted_encodings(text) == frozenset(names)


async def test_answers_of_the_api_are_compressed(desk: Desk) -> None:
    path = "/openapi.json"

    packed = await fetched(desk, path, "gzip, br")
    plain = await fetched(desk, path, "identity")

    assert (packed.headers["content-encoding"], packed.headers["vary"]) == (
        "gzip",
        "Accept-Encoding",
    )
    assert gzip.decompress(body_of(packed)) == body_of(plain)
    assert int(packed.headers["content-length"]) * 4 < len(body_of(plain))
    assert "content-encoding" not in plain.headers
    short = await fetched(desk, "/healthz", "gzip")
    assert "content-encoding" not in short.headers, "a short answer would only grow"
