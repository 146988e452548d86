"""Who may call: a site's own pages, with a token of that very site, and nobody too often."""

from dataclasses import replace
from typing import Any

import pytest

from tests.desk import Desk
from tests.telegram import JPEG
from tests.widget.sites import ORIGIN, Page, Shop, open_shop

CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", "", {}),
    ("POST", "/session", {"json": {}}),
    ("POST", "/message", {"json": {"id": "k-1", "text": "x"}}),
    ("POST", "/offline", {"json": {"id": "k-1", "text": "x"}}),
    ("POST", "/file?id=k-1&name=a.jpg", {"content": JPEG}),
    ("GET", "/messages", {}),
    ("POST", "/sync", {"json": {}}),
    ("POST", "/typing", {}),
)
NEED_A_TOKEN = CALLS[2:]
FOREIGN = (
    None,
    "null",
    "https://evil.example",
    "http://shop.example.com",
    "https://shop.example.com:8443",
    "https://shop.example.com.evil.example",
    "https://evilshop.example.com",
    f"{ORIGIN}/",
    f"{ORIGIN}, {ORIGIN}",
)


async def test_only_the_sites_own_pages_are_answered(shop: Shop) -> None:
    page = await shop.page().begins()
    await page.writes("?")
    before = await shop.chats()

    for origin in FOREIGN:
        stranger = Page(shop, origin, page.token)
        for method, call, given in CALLS:
            reply = await stranger.call(method, call, **given)
            assert reply.status == 403, (origin, call, reply.text)
            assert "access-control-allow-origin" not in reply.headers

    assert await shop.chats() == before


async def test_answers_and_refusals_are_readable_for_the_site_alone(shop: Shop) -> None:
    page = await shop.page().begins()

    for reply in (await page.call("GET", ""), await page.call("POST", "/message", json={})):
        assert reply.headers["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-credentials" not in reply.headers
        assert "Origin" in reply.headers["vary"]
        assert "set-cookie" not in reply.headers


async def test_a_preflight_is_the_widgets_own(shop: Shop) -> None:
    """What the company allows for its CRM's pages opens nothing here, and the reverse."""
    asks = {"Access-Control-Request-Method": "POST"}
    crm = "https://crm.example.com"
    await shop.company.api.put("/api/company/origins", {"origins": [crm]})
    await shop.desk.services.origins.refresh(shop.desk.services.db)

    own = await shop.page().call("OPTIONS", "/message", headers=asks)
    foreign = await Page(shop, crm).call("OPTIONS", "/message", headers=asks)
    chats = await shop.desk.anyone.call(
        "OPTIONS", "/api/chat/chats", headers={**asks, "Origin": ORIGIN}
    )

    assert own.status == 204
    assert own.headers["access-control-allow-origin"] == ORIGIN
    assert "X-OpDesk-Visitor" in own.headers["access-control-allow-headers"]
    assert foreign.status == 403
    for reply in (foreign, chats):
        assert "access-control-allow-origin" not in reply.headers


async def test_an_unknown_key_is_nothing(shop: Shop) -> None:
    for key in ("0" * 64, "x", "..", shop.key[:-1], shop.key.upper()):
        for method, call, given in CALLS:
            reply = await Page(replace(shop, key=key), ORIGIN).call(method, call, **given)
            assert reply.status == 404, (key, call)


async def test_a_token_is_needed_and_counts_at_its_own_site_only(desk: Desk, shop: Shop) -> None:
    page = await shop.page().begins()
    await page.writes("лише тут")
    others = [await open_shop(desk), await open_shop(desk, desk.rival)]
    tokens = [None, "", "x", page.token and page.token[:-1], "0" * 64]

    for token in tokens:
        for method, call, given in NEED_A_TOKEN:
            reply = await Page(shop, ORIGIN, token).call(method, call, **given)
            assert reply.status == 401, (token, call, reply.text)
    for other in others:
        for method, call, given in NEED_A_TOKEN:
            reply = await Page(other, ORIGIN, page.token).call(method, call, **given)
            assert reply.status == 401, (call, reply.text)
        assert await other.chats() == ([] if other.company is desk.rival else await shop.chats())


async def test_a_visitor_sees_no_chat_but_their_own(shop: Shop) -> None:
    """Message ids of others are cursors at most: they show nothing of theirs."""
    one, other = await shop.page().begins(), await shop.page().begins()
    await one.writes("моє")
    said = (await other.writes("чуже")).json["id"]
    newest = (await one.writes("ще моє")).json["id"]

    history = await one.call("GET", f"/messages?before={said}")
    marked = await other.syncs(got=newest + 1000, seen=newest + 1000)

    assert [item["text"] for item in history.json["items"]] == ["моє"]
    assert [item["text"] for item in marked["items"]] == ["чуже"]
    theirs = await one.syncs()
    assert [item["text"] for item in theirs["items"]] == ["моє", "ще моє"]


async def test_the_apis_own_credentials_open_nothing_here_and_the_reverse(shop: Shop) -> None:
    page = await shop.page().begins()
    company = {"Authorization": shop.company.api.headers["Authorization"]}

    reply = await Page(shop, ORIGIN).call("GET", "/messages", headers=company)
    bearer = await shop.desk.anyone.bearer(page.token or "").get("/api/chat/chats")

    assert (reply.status, bearer.status) == (401, 401)


async def test_no_webhook_is_believed(shop: Shop) -> None:
    """The widget has no platform: nobody can prove to be it, whatever they bring."""
    path = f"/hooks/{shop.company.id}/{shop.channel_id}"
    body = b'{"visitor":"x","id":"1","name":"x","text":"x","at":1}'

    for headers in ({}, {"Origin": ORIGIN}, {"X-Telegram-Bot-Api-Secret-Token": shop.key}):
        reply = await shop.desk.anyone.post(path, content=body, headers=headers)
        assert reply.status == 401
    assert await shop.chats() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": "k", "text": " \n "}, "text"),
        ({"id": "k", "text": "x" * 4097}, "text"),
        ({"id": "k", "text": "a\x00b"}, "text"),
        ({"id": "", "text": "x"}, "id"),
        ({"id": "k" * 65, "text": "x"}, "id"),
        ({"id": "a:b", "text": "x"}, "id"),
        ({"id": "details-1", "text": "x"}, "id"),
        ({"text": "x"}, "id"),
    ],
)
async def test_what_is_not_valid_is_named(shop: Shop, body: dict[str, str], field: str) -> None:
    page = await shop.page().begins()

    reply = await page.call("POST", "/message", json=body)

    assert reply.status == 400, reply.text
    assert list(reply.json["errors"]) == [field]
    assert await shop.chats() == []


async def test_a_text_may_have_4096_characters(shop: Shop) -> None:
    page = await shop.page().begins()

    assert (await page.writes("ї" * 4096)).status == 200


async def test_sizes_have_an_end(shop: Shop) -> None:
    page = await shop.page().begins()
    large = "x" * (65 * 1024)

    text = await page.call("POST", "/message", json={"id": "k", "text": large})
    most = shop.desk.services.files.max_bytes
    shop.desk.services.files.max_bytes = 1000
    file = await page.sends_file(JPEG + bytes(1000))
    empty = await page.sends_file(b"")
    shop.desk.services.files.max_bytes = most

    assert (text.status, file.status, empty.status) == (413, 413, 400)
    assert await shop.chats() == []
    assert not list((shop.desk.services.settings.data / "media" / "incoming").iterdir())


async def test_a_page_that_could_run_is_only_downloaded(shop: Shop) -> None:
    page = await shop.page().begins()

    said = await page.sends_file(b"<html><script>alert(1)</script>", name="a.html")

    reply = await shop.desk.client.get(said.json["media"]["uri"])
    assert reply.headers["content-disposition"].startswith("attachment")
    assert reply.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in reply.headers["content-security-policy"]
