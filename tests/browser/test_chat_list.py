"""The list of chats, narrowed to whose and from where; it stays true while things happen."""

import pytest
from playwright.async_api import Locator, Page, expect

from opdesk.simulators.telegram import Customer
from tests.browser.dashboard import is_fit
from tests.telegram import Bot

OLHA = Customer(2_210_498_161, "Ольга", "Коваль", "olha")

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

    await page.get_by_role("combobox", name="З усіх джерел").click()
    await page.get_by_role("option", name="Rozetka").click()
    await expect(page.get_by_text("Тут порожньо")).to_be_visible()
    await bot.writes("ще одне")
    await page.get_by_role("combobox", name="Лише з Rozetka").click()
    await page.get_by_role("option", name="Telegram").click()
    await expect(rows(page)).to_have_count(1)

    await page.get_by_role("combobox", name="Лише з Telegram").click()
    await page.get_by_role("option", name="Viber", exact=True).click()
    await page.get_by_role("button", name="Показати всі").click()
    await expect(rows(page)).to_have_count(1)
