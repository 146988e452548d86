"""The list of chats, narrowed to whose and from where; it stays true while things happen."""

import pytest
from playwright.async_api import Locator, Page, expect

from opdesk.simulators.telegram import Customer
from tests.browser.dashboard import is_fit
from tests.chats.test_work import set_up
from tests.telegram import Bot

OLHA = Customer(2_210_498_161, "Ольга", "Коваль", "olha")
SPAMMER = Customer(2_210_498_162, "Бот")

pytestmark = pytest.mark.browser


def rows(page: Page) -> Locator:
    return page.get_by_test_id("chat-row")


async def chooses(page: Page, whose: str) -> None:
    await page.get_by_role("button", name=whose, exact=True).click()


async def test_mine_and_nobodys_follow_what_is_taken(bot: Bot, page: Page) -> None:
    first, second = await bot.given_chat(), await bot.given_chat("Вітаю", OLHA)
    api = bot.desk.alice.api
    await api.put("/api/chat/operator", {"id": first, "operatorId": bot.desk.alice.id})
    await page.goto(f"{bot.desk.base_url}/?token={bot.desk.alice.token}")
    await expect(rows(page)).to_have_count(2)

    await chooses(page, "Мої")
    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_have_attribute("data-chat-id", str(first))
    await api.put("/api/chat/operator", {"id": second, "operatorId": bot.desk.alice.id})
    await expect(rows(page)).to_have_count(2)

    await chooses(page, "Нічиї")
    await expect(page.get_by_text("Тут порожньо")).to_be_visible()
    await api.put("/api/chat/operator", {"id": first, "operatorId": None})
    await expect(rows(page)).to_have_attribute("data-chat-id", str(first))
    await is_fit(page)


async def test_one_platforms_chats_alone(bot: Bot, page: Page) -> None:
    await bot.given_chat()
    await page.goto(f"{bot.desk.base_url}/?token={bot.desk.alice.token}")
    await expect(rows(page)).to_have_count(1)

    await page.get_by_role("button", name="З усіх джерел").click()
    await page.get_by_role("menuitemradio", name="Rozetka").click()
    await expect(page.get_by_text("Тут порожньо")).to_be_visible()
    await bot.writes("ще одне")
    await page.get_by_role("button", name="Лише з Rozetka").click()
    await page.get_by_role("menuitemradio", name="Telegram").click()
    await expect(rows(page)).to_have_count(1)

    await page.get_by_role("button", name="Лише з Telegram").click()
    await page.get_by_role("menuitemradio", name="Viber", exact=True).click()
    await page.get_by_role("button", name="Показати всі").click()
    await expect(rows(page)).to_have_count(1)


async def test_tags_blocked_clients_and_who_waits(bot: Bot, page: Page) -> None:
    api = bot.desk.alice.api
    await set_up(bot.desk, tags=[{"name": "VIP", "color": "#b3261e"}])
    first, second = await bot.given_chat(), await bot.given_chat("Вітаю", OLHA)
    spam = await bot.given_chat("Заробіток!", SPAMMER)
    await api.put(f"/api/chat/{first}/tags", {"tags": ["VIP"]})
    await api.put("/api/chat/block", {"id": spam, "block": 2})
    await page.goto(f"{bot.desk.base_url}/?token={bot.desk.alice.token}")
    await expect(rows(page)).to_have_count(2)
    filters = page.get_by_test_id("filters")

    await page.get_by_test_id("more-filters").click()
    await filters.get_by_label("Тег", exact=True).select_option("VIP")
    await filters.get_by_label("Активні від").fill("2026-01-02")
    await is_fit(page, "[data-testid=dialog]")
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_have_attribute("data-chat-id", str(first))
    await is_fit(page, "main")
    await page.get_by_role("button", name="Прибрати фільтр: VIP").click()
    await expect(rows(page)).to_have_count(2)
    await page.get_by_role("button", name="Прибрати фільтр: від 02.01.2026").click()
    await expect(page.get_by_test_id("filter-chips")).to_have_count(0)

    await page.get_by_test_id("more-filters").click()
    await filters.get_by_role("switch", name="Заблоковані та спам").click()
    await filters.get_by_role("button", name="Показати").click()
    await expect(rows(page)).to_have_attribute("data-chat-id", str(spam))
    await page.get_by_test_id("more-filters").click()
    await filters.get_by_role("button", name="Очистити").click()
    await expect(rows(page)).to_have_count(2)
    await expect(rows(page).first).to_have_attribute("data-chat-id", str(second))

    await page.get_by_test_id("only-waiting").click()
    await expect(rows(page).first).to_have_attribute("data-chat-id", str(first))
    await api.post(f"/api/chat/{first}/message", {"textMessage": "Вітаю!"})
    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_have_attribute("data-chat-id", str(second))
    await is_fit(page, "main")
