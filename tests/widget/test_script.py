"""`/widget.js`: small, for every page, and never older than five minutes."""

import gzip
import re

import pytest

from opdesk.main import STATIC
from tests.desk import Desk

BEFORE_BYTES, AFTER_BYTES = 15 * 1024, 60 * 1024
FOLDER = STATIC / "widget"


def sizes() -> dict[str, int]:
    return {one.name: len(gzip.compress(one.read_bytes(), 9)) for one in FOLDER.glob("*.js")}


def test_the_script_keeps_its_budgets() -> None:
    """Compressed: 15 KB before it is opened, 60 KB with everything that is loaded then."""
    found = sizes()

    assert 2_000 < found["widget.js"] <= BEFORE_BYTES
    assert sum(found.values()) - found["widget.js"] > 2_000
    assert sum(found.values()) <= AFTER_BYTES


def test_it_needs_no_inline_script_style_or_html() -> None:
    for path in FOLDER.glob("*.js"):
        text = path.read_text()
        for word in ("innerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert word not in text, path.name
        assert "cookie" not in text, path.name


async def test_every_page_may_load_it(desk: Desk) -> None:
    reply = await desk.anyone.get("/widget.js?id=whatever", headers={"Accept-Encoding": "gzip"})

    assert reply.status == 200
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in reply.headers
    assert int(reply.headers["content-length"]) == sizes()["widget.js"]
    plain = await desk.anyone.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert plain.text == reply.text == (FOLDER / "widget.js").read_text()
    tag = {"If-None-Match": reply.headers["etag"]}
    assert (await desk.anyone.get("/widget.js", headers=tag)).status == 304


async def test_what_it_loads_later_is_kept_for_a_year(desk: Desk) -> None:
    [name] = set(re.findall(r"app-[\w-]+\.js", (FOLDER / "widget.js").read_text()))

    reply = await desk.anyone.get(f"/widget/{name}")

    assert reply.status == 200
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["x.js", "..%2Fpanel.html", "opdesk.stamp", "app-x.js"])
async def test_nothing_else_is_there(desk: Desk, name: str) -> None:
    assert (await desk.anyone.get(f"/widget/{name}")).status == 404
