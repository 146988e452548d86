"""The panel on a tablet: list and chat stand side by side, and everything has room."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.dashboard import is_fit
from tests.browser.test_client_card import shot
from tests.chats.test_people import NUMBER, OLHA, begins
from tests.chats.test_work import set_up
from tests.desk import PASSWORD
from tests.telegram import Bot

TABLET = ViewportSize(width=820, height=1180)
DIALOG = "[data-testid=dialog]"

pytestmark = pytest.mark.browser


@pytest.fixture
async def tablet(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport=TABLET, locale="uk-UA", has_touch=True, service_workers="block"
    )
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []
    await context.close()


async def test_everything_has_its_place_at_820_pixels(bot: Bot, tablet: Page) -> None:
    page, desk = tablet, bot.desk
    tags = [{"name": "VIP", "color": "#b3261e"}]
    replies = [{"shortcut": "hours", "text": "Ми працюємо з 9 до 18"}]
    await set_up(desk, tags=tags, quickReplies=replies, crmUrl="https://crm.example.com/?p={phone}")
    login = {"id": desk.alice.id, "login": "alice", "password": PASSWORD}
    await desk.acme.api.put("/api/operator/credentials", login)
    chat, _ = await begins(bot, phone=NUMBER), await begins(bot, OLHA)
    await desk.alice.api.put(f"/api/chat/{chat}/tags", {"tags": ["VIP"]})
    token = await desk.token_of(desk.acme, desk.alice.id)

    await page.goto(f"{desk.base_url}/?phone={NUMBER.replace('+', '%2B')}&token={token}")
    await expect(page.get_by_test_id("message")).to_have_count(2)
    await expect(page.get_by_test_id("chat-row")).to_have_count(2)
    await is_fit(page)
    await shot(page, "tablet-chat")

    await page.get_by_test_id("client-open").click()
    await expect(page.get_by_test_id("client-about")).to_be_visible()
    await is_fit(page, "[data-testid=client-card]")
    await shot(page, "tablet-card")
    await page.get_by_test_id("client-card").get_by_role("button", name="Закрити").click()

    await page.get_by_test_id("status-menu").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    await shot(page, "tablet-work")
    await page.keyboard.press("Escape")

    field = page.get_by_test_id("composer-input")
    await field.fill("/ho")
    await expect(page.get_by_role("option")).to_contain_text("hours")
    await shot(page, "tablet-replies")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("Ми працюємо з 9 до 18")
    await page.get_by_test_id("composer-send").click()
    await expect(page.get_by_test_id("message")).to_have_count(3)

    await page.get_by_test_id("more-filters").click()
    await is_fit(page, DIALOG)
    await shot(page, "tablet-filters")
    filters = page.get_by_test_id("filters")
    await filters.get_by_label("Тег", exact=True).select_option("VIP")
    await filters.get_by_role("button", name="Показати").click()
    await expect(page.get_by_test_id("chat-row")).to_have_count(1)
    await page.get_by_role("searchbox").fill("працюємо")
    await expect(page.get_by_test_id("found-message")).to_have_count(1)
    await is_fit(page)

    await page.keyboard.press("Control+K")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await is_fit(page, "[role=dialog]")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Меню: Alice").click()
    await page.get_by_test_id("menu-account").click()
    await expect(page.get_by_test_id("account")).to_be_visible()
    await is_fit(page, DIALOG)
    await shot(page, "tablet-account")
