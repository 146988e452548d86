"""A real browser shows the panel in a frame of the company's allowed origins, and of no others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from opdesk.kit.layers import Receive, Scope, Send, answer
from tests.desk import Desk
from tests.servers import serving
from tests.telegram import Bot


class Crm:
    """A page of another origin that shows an address in a frame."""

    def __init__(self) -> None:
        self.framed = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        frame = f'<iframe src="{self.framed}" width="1200" height="700"></iframe>'
        body = f"<!doctype html><title>CRM</title>{frame}"
        await answer(send, 200, body.encode(), b"text/html")


async def lifespan(receive: Receive, send: Send) -> None:
    for word in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{word}.complete"})


@asynccontextmanager
async def crm_page(browser: Browser) -> AsyncIterator[tuple[Crm, str, Page, list[str]]]:
    """A CRM's site, its address, a tab, and what the browser refuses there."""
    crm, refused = Crm(), list[str]()

    def note(message: ConsoleMessage) -> None:
        if "frame-ancestors" in message.text or "X-Frame-Options" in message.text:
            refused.append(message.text)

    async with serving(crm) as url:
        page = await browser.new_page()
        page.on("console", note)
        yield crm, url, page, refused
        await page.close()


async def allow(desk: Desk, *origins: str) -> None:
    reply = await desk.acme.api.put("/api/company/origins", {"origins": list(origins)})
    assert reply.status == 200, reply.text


async def open_framed(crm: Crm, url: str, page: Page, address: str) -> None:
    crm.framed = address.replace("&", "&amp;")
    await page.goto(url, wait_until="load")


async def test_an_allowed_page_frames_the_panel_by_link(bot: Bot, browser: Browser) -> None:
    chat_id, desk = await bot.given_chat("Видно у вікні CRM"), bot.desk
    async with crm_page(browser) as (crm, url, page, refused):
        await allow(desk, "https://else.example", url)
        link = f"{desk.base_url}/?chat_raw_id={chat_id}&token={desk.alice.token}"

        await open_framed(crm, url, page, link)

        framed = page.frame_locator("iframe")
        await expect(framed.get_by_text("Видно у вікні CRM").last).to_be_visible()
        [frame] = page.main_frame.child_frames
        assert frame.url == f"{desk.base_url}/chats/{chat_id}"
        await frame.evaluate("location.reload()")
        await expect(framed.get_by_text("Видно у вікні CRM").last).to_be_visible()
        await frame.evaluate("location.assign('/')")
        await expect(framed.get_by_text("Видно у вікні CRM").last).to_be_visible()
        assert refused == []


@pytest.mark.parametrize("path", ["/", "/login", "link"])
async def test_another_page_cant(bot: Bot, browser: Browser, path: str) -> None:
    chat_id, desk = await bot.given_chat("Не для чужих очей"), bot.desk
    link = f"/?chat_raw_id={chat_id}&token={desk.alice.token}"
    async with crm_page(browser) as (crm, url, page, refused):
        await allow(desk, "https://else.example")

        await open_framed(crm, url, page, desk.base_url + (link if path == "link" else path))

        [frame] = page.main_frame.child_frames
        assert frame.url.startswith("chrome-error:")
        assert len(refused) == 1


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/channels", "/index.html"])
async def test_the_companys_pages_are_framed_by_nobody(
    desk: Desk, browser: Browser, path: str
) -> None:
    async with crm_page(browser) as (crm, url, page, refused):
        await allow(desk, url)

        await open_framed(crm, url, page, desk.base_url + path)

        [frame] = page.main_frame.child_frames
        assert frame.url.startswith("chrome-error:")
        assert len(refused) == 1
