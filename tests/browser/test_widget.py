"""The widget on a real page of another origin, whose policy allows nothing inline."""

import re
from functools import partial

import pytest
from playwright.async_api import Browser, Locator, Route, expect

from tests.browser.shop import WIDTHS, open_site, visiting
from tests.desk import Desk, eventually
from tests.telegram import JPEG
from tests.widget.sites import Shop

EVERY = pytest.mark.parametrize("width", WIDTHS)


@EVERY
async def test_a_visitor_writes_and_sees_the_answer(
    desk: Desk, browser: Browser, width: str
) -> None:
    async with open_site(desk) as (site, shop), visiting(browser, site, shop, width) as visit:
        await visit.goes()
        await visit.opens()
        await visit.window.get_by_label("Ім'я").fill("Олена")
        await visit.skips_form()
        await visit.writes("Чи є в наявності?")
        await expect(visit.bubble("Чи є в наявності?")).to_have_count(1)
        await expect(visit.window.get_by_text("Доставлено")).to_be_visible()
        [chat] = await shop.chats()
        assert chat["client"]["name"] == "Олена"

        await desk.alice.api.post(f"/api/chat/{chat['id']}/typing")
        await expect(visit.window.get_by_text("Вам пишуть…")).to_be_visible()
        await shop.answers(chat["id"], "Так: https://shop.example.com/a?b=1.")

        await expect(visit.bubble("Так:")).to_be_visible()
        link = visit.window.get_by_role("link", name="https://shop.example.com/a?b=1")
        assert await link.get_attribute("href") == "https://shop.example.com/a?b=1"
        await expect(visit.window.get_by_text("Прочитано")).to_be_visible()
        await _seen(shop, chat["id"], "Так: https://shop.example.com/a?b=1.")
        box = await visit.window.bounding_box()
        assert box
        is_whole = (box["x"], box["y"], box["width"]) == (0, 0, 390)
        assert is_whole == (width == "phone")


async def is_inside(window: Locator, width: int, height: int) -> bool | None:
    """Once it has come to rest: it glides to its place."""
    box = await window.bounding_box()
    if box is None or min(box["x"], box["y"]) < 0:
        return None
    return (box["x"] + box["width"] <= width and box["y"] + box["height"] <= height) or None


async def test_the_window_fits_every_screen(desk: Desk, browser: Browser) -> None:
    async with open_site(desk) as (site, shop), visiting(browser, site, shop) as visit:
        await visit.goes()
        await visit.opens()
        for width, height in ((1440, 900), (820, 600), (390, 844), (320, 568), (844, 390)):
            await visit.page.set_viewport_size({"width": width, "height": height})
            await eventually(partial(is_inside, visit.window, width, height))
            assert not await visit.page.evaluate(
                "document.documentElement.scrollWidth > innerWidth"
            )


async def test_a_returning_visitor_sees_an_unread_answer_and_the_history(
    desk: Desk, browser: Browser
) -> None:
    async with (
        open_site(desk, askName="no") as (site, shop),
        visiting(browser, site, shop) as visit,
    ):
        await visit.goes()
        await visit.opens()
        await visit.writes("0")
        await expect(visit.window.get_by_text("Доставлено")).to_be_visible()
        [chat] = await shop.chats()
        await visit.page.keyboard.press("Escape")
        await expect(visit.window).to_be_hidden()
        for number in range(1, 46):
            await shop.answers(chat["id"], f"відповідь {number}.")

        await visit.goes("/next")

        await expect(visit.page.locator(".badge")).to_have_text("9+")
        await visit.opens()
        await expect(visit.bubble("відповідь 45.")).to_be_visible()
        await expect(visit.bubble("відповідь 20.")).to_have_count(0)
        for oldest in ("відповідь 6.", "0"):
            await visit.window.get_by_role("button", name="Показати раніші").click()
            await expect(visit.window.get_by_text(oldest, exact=True)).to_be_visible()
        texts = await visit.window.locator(".bubble").all_inner_texts()
        assert texts[-46:] == ["0", *(f"відповідь {number}." for number in range(1, 46))]
        await visit.page.keyboard.press("Escape")
        await expect(visit.page.locator(".badge")).to_be_hidden()


async def test_what_the_connection_lost_is_sent_once(desk: Desk, browser: Browser) -> None:
    """The answers to two sends are lost on the way, then the page itself is left."""
    async with (
        open_site(desk, askName="no") as (site, shop),
        visiting(browser, site, shop) as visit,
    ):
        lost = 0

        async def lose(route: Route) -> None:
            nonlocal lost
            lost += 1
            if lost <= 2:
                await route.fetch()
                await route.abort()
            else:
                await route.continue_()

        await visit.page.route(re.compile(r"/message$"), lose)
        await visit.goes()
        await visit.opens()
        await visit.writes("перше")
        await visit.writes("друге")
        await expect(visit.window.get_by_text("Доставлено")).to_have_count(2)
        await visit.page.route(re.compile(r"/message$"), lambda route: route.abort())
        await visit.writes("третє")
        await expect(visit.bubble("третє")).to_be_visible()

        await visit.page.unroute_all()
        await visit.goes("/next")
        await visit.opens()

        await expect(visit.window.get_by_text("Доставлено")).to_have_count(3)
        [chat] = await shop.chats()
        stored = [one["message"] for one in await shop.messages(chat["id"])]
        assert stored == ["перше", "друге", "третє"]
        for text in stored:
            await expect(visit.bubble(text)).to_have_count(1)


async def test_files_go_both_ways(desk: Desk, browser: Browser) -> None:
    async with (
        open_site(desk, askName="no") as (site, shop),
        visiting(browser, site, shop) as visit,
    ):
        await visit.goes()
        await visit.opens()
        file = {"name": "договір.txt", "mimeType": "text/plain", "buffer": "так".encode()}
        await visit.window.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        link = visit.window.get_by_role("link", name="договір.txt")
        await expect(link).to_be_visible()
        [chat] = await shop.chats()
        [message] = await shop.messages(chat["id"])
        assert (message["media"]["name"], message["media"]["size"]) == ("договір.txt", 6)

        upload = await desk.alice.api.call("POST", "/api/media?name=b.jpg", content=JPEG)
        media = {"media": {"id": upload.json["id"]}}
        await desk.alice.api.post(f"/api/chat/{chat['id']}/message", media)

        picture = visit.window.get_by_role("img", name="Зображення: b.jpg")
        await expect(picture).to_have_count(1)
        async with visit.page.expect_popup() as popup:
            await visit.window.get_by_role("link", name="Зображення: b.jpg").click()
        assert (await popup.value).url.startswith(desk.base_url)


async def test_a_page_of_another_origin_shows_nothing(desk: Desk, browser: Browser) -> None:
    async with open_site(desk) as (site, shop), visiting(browser, site, shop) as visit:
        await shop.change(origins="https://else.example.com")

        async with visit.page.expect_event("requestfailed") as refused:
            await visit.goes()

        assert "/api/widget/" in (await refused.value).url
        await expect(visit.page.get_by_role("heading", name="Shop")).to_be_visible()
        await expect(visit.page.locator("[data-opdesk]")).to_have_count(0)


async def test_the_shadow_root_is_closed_and_the_page_gets_one_name(
    desk: Desk, browser: Browser
) -> None:
    async with open_site(desk) as (site, _):
        page = await browser.new_page()
        await page.goto(f"{site.url}/")
        bare = "Object.getOwnPropertyNames(window)"
        host = page.locator("[data-opdesk]")
        await expect(host).to_have_count(1)
        assert await host.evaluate("(it) => it.shadowRoot") is None
        names = set(await page.evaluate(bare))
        await page.goto(f"{site.url}/bare")
        assert names - set(await page.evaluate(bare)) == {"OpDesk"}
        await page.close()


async def _seen(shop: Shop, chat_id: int, text: str) -> None:
    async def look() -> bool | None:
        found = [one["status"] for one in await shop.messages(chat_id) if one["message"] == text]
        return found == [3] or None

    await eventually(look)
