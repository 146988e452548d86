"""A link to a phone without a chat, in a real Chromium: from its page to the customer's phone."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, Route, expect

from opdesk.simulators.base import Person
from opdesk.simulators.viber import ViberPlatform
from opdesk.simulators.whatsapp import WhatsApp
from tests.browser.dashboard import is_fit
from tests.desk import Desk, eventually
from tests.telegram import Bot
from tests.viber import Line, brand
from tests.whatsapp import TARAS, Line as WhatsAppLine, connected_line

OLENA = Person("380936670003", "Олена")
PICTURES = os.environ.get("OPDESK_PICTURES")
"""Where to put pictures of the pages that are looked at; nowhere if it is not set."""
Viber = Line[ViberPlatform]

pytestmark = pytest.mark.browser


@pytest.fixture
async def viber(desk: Desk) -> AsyncIterator[Viber]:
    async with brand(desk) as line:
        yield line


@pytest.fixture
async def whatsapp(desk: Desk) -> AsyncIterator[WhatsAppLine]:
    platform = WhatsApp(desk.clock)
    platform.people[TARAS.id] = TARAS
    async with connected_line(desk, platform) as line:
        yield line


async def open_link(desk: Desk, page: Page, query: str) -> None:
    await page.goto(f"{desk.base_url}/?{query}&token={desk.alice.token}")
    await expect(page.get_by_test_id("link-problem")).to_be_visible()


@pytest.mark.every_width
async def test_a_viber_chat_is_begun_from_a_link_and_the_message_arrives(
    viber: Viber, bot: Bot, page: Page
) -> None:
    desk = viber.desk
    await open_link(desk, page, f"source=0&phone=%2B{OLENA.id}")
    others = page.get_by_test_id("not-first").get_by_role("listitem")
    await expect(others).to_contain_text("Telegram · demo_shop_bot")
    await expect(others).to_contain_text("Тут першим пише клієнт.")
    await is_fit(page)
    await pictures(page, "no-chat")
    write = page.get_by_role("button", name="Написати у Viber — MyBrand")

    await write.dblclick()

    composer = page.get_by_test_id("composer-input")
    await expect(composer).to_be_focused()
    [chat] = await viber.chats()
    assert page.url == f"{desk.base_url}/chats/{chat['id']}"
    await expect(page.get_by_test_id("no-messages")).to_be_visible()
    await expect(page.get_by_role("heading", level=1).last).to_have_text(
        "+380\N{NO-BREAK SPACE}93\N{NO-BREAK SPACE}667\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}03"
    )
    await is_fit(page)
    await pictures(page, "begun-viber")
    await page.keyboard.type("Ваше замовлення готове")
    await page.keyboard.press("Enter")
    sent = page.locator("[data-testid=message][data-author=operator][data-status=sent]")
    await expect(sent).to_contain_text("Ваше замовлення готове")
    [arrived] = viber.platform.phones[OLENA.id]
    assert arrived.text == "Ваше замовлення готове"

    await viber.platform.writes(OLENA, "Дякую!")

    await expect(page.get_by_test_id("message")).to_have_count(2)
    assert page.url == f"{desk.base_url}/chats/{chat['id']}"
    assert len(await viber.chats()) == 1


async def test_a_whatsapp_chat_is_begun_with_a_template(whatsapp: WhatsAppLine, page: Page) -> None:
    desk = whatsapp.desk
    await open_link(desk, page, f"phone={TARAS.phone}")
    await page.keyboard.press("Tab")
    write = page.get_by_role("button", name="Написати у WhatsApp")
    await expect(write).to_be_focused()

    await page.keyboard.press("Enter")

    await expect(page.get_by_test_id("cannot-send")).to_contain_text("Клієнт вам ще не писав")
    choose = page.get_by_test_id("templates")
    await expect(choose).to_be_focused()
    await is_fit(page)
    await pictures(page, "begun-whatsapp")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("combobox").select_option(label="thanks (en)")
    await page.get_by_test_id("send-template").click()

    await expect(page.get_by_test_id("message")).to_contain_text("Thank you!")

    async def arrived() -> str | None:
        lines = whatsapp.whatsapp.phones[TARAS.id]
        return lines[-1].text if lines else None

    assert await eventually(arrived) == "Thank you!"


async def test_what_fails_is_told_in_words_and_tried_again(viber: Viber, page: Page) -> None:
    desk = viber.desk
    await open_link(desk, page, f"phone={OLENA.id}")

    async def drop(route: Route) -> None:
        await route.abort()

    await page.route("**/api/chat", drop)
    await page.get_by_role("button", name="Написати у Viber").click()
    failed = page.get_by_test_id("begin-failed")
    await expect(failed).to_contain_text("Немає зв’язку з сервером")
    await expect(failed.get_by_role("button")).to_be_focused()
    await is_fit(page)
    await pictures(page, "begin-failed")
    await page.unroute("**/api/chat", drop)

    await page.keyboard.press("Enter")

    await expect(page.get_by_test_id("composer-input")).to_be_focused()


async def test_a_channel_that_went_off_meanwhile_moves_to_those_that_cannot(
    viber: Viber, page: Page
) -> None:
    desk = viber.desk
    await open_link(desk, page, f"phone={OLENA.id}")
    body = {"isEnabled": False}
    assert (await desk.acme.api.put(f"/api/channel/{viber.channel_id}", body)).status == 200

    await page.get_by_role("button", name="Написати у Viber").click()

    await expect(page.get_by_test_id("begin-failed")).to_contain_text("більше не може почати чат")
    await expect(page.get_by_test_id("not-first")).to_contain_text("Канал вимкнено.")
    await expect(page.get_by_test_id("write-first")).to_have_count(0)


async def test_a_slow_answer_to_an_impatient_person_begins_one_chat(
    viber: Viber, page: Page
) -> None:
    await open_link(viber.desk, page, f"phone={OLENA.id}")
    asked = 0

    async def wait(route: Route) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.5)
        await route.continue_()

    await page.route("**/api/chat", wait)
    write = page.get_by_role("button", name="Написати у Viber")

    await write.click()
    for _ in range(3):
        await write.click(force=True)

    await expect(page.get_by_test_id("composer-input")).to_be_focused()
    assert asked == 1


async def pictures(page: Page, name: str) -> None:
    if PICTURES is None:
        return
    size = page.viewport_size
    assert size is not None
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for width in {size["width"], 820 if size["width"] > 820 else size["width"]}:
        await page.set_viewport_size({"width": width, "height": size["height"]})
        for scheme in schemes:
            await page.emulate_media(color_scheme=scheme)
            await page.wait_for_timeout(400)
            await page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(size)
