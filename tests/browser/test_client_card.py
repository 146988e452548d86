"""The client's card in a real Chromium: a suggestion, a join, what it shows, and its undoing."""

import os

import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard import is_fit
from tests.chats.test_people import NUMBER, OLHA, begins, others, visits
from tests.chats.test_work import set_up
from tests.telegram import Bot
from tests.widget.sites import open_shop

CARD = "[data-testid=client-card]"
SHOTS = os.environ.get("OPDESK_SHOTS")


async def shot(page: Page, name: str) -> None:
    """A picture for people, in light and in dark, where `OPDESK_SHOTS` names a folder."""
    if SHOTS is None or page.viewport_size is None:
        return
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.wait_for_timeout(400)
        await page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{scheme}.png")


@pytest.mark.every_width
async def test_a_suggestion_is_accepted_and_undone(bot: Bot, page: Page) -> None:
    alice = bot.desk.alice
    shop = await open_shop(bot.desk)
    chat = await begins(bot, phone=NUMBER)
    visitor = await visits(shop, "050 123-45-67")
    card = page.get_by_test_id("client-card")

    await page.goto(f"{bot.desk.base_url}/?chat_raw_id={visitor}&token={alice.token}")
    await page.get_by_test_id("client-open").focus()
    await page.keyboard.press("Enter")
    await expect(card.get_by_test_id("client-phones")).to_contain_text("не підтверджено")
    await expect(card.get_by_test_id("client-suggestions")).to_contain_text("Тарас Бондар")
    await is_fit(page, CARD)
    await shot(page, "suggestion")

    await card.get_by_role("button", name="Та сама людина").click()
    await expect(card.get_by_test_id("client-suggestions")).to_have_count(0)
    await expect(card.get_by_test_id("client-phones")).to_contain_text("підтверджено")
    assert await others(alice.api, chat) == {visitor}
    await expect(card.get_by_test_id("client-identities").get_by_role("listitem")).to_have_count(2)
    await is_fit(page, CARD)
    await shot(page, "joined")

    await card.get_by_test_id("client-chat").click()
    await page.wait_for_url(f"**/chats/{chat}")
    if not await card.is_visible():
        await page.get_by_test_id("client-open").click()
    await expect(card.get_by_test_id("client-identities")).to_contain_text("@taras")
    await card.get_by_test_id("client-separate").click()
    await expect(card.get_by_test_id("client-chats")).to_have_count(0)
    assert await others(alice.api, chat) == set()
    await is_fit(page, CARD)
    await card.get_by_role("button", name="Повернути").click()
    await expect(card.get_by_test_id("client-chat")).to_have_count(1)
    assert await others(alice.api, chat) == {visitor}


async def test_a_colleagues_join_shows_and_one_joins_by_hand(bot: Bot, page: Page) -> None:
    alice, bob = bot.desk.alice, bot.desk.bob
    shop = await open_shop(bot.desk)
    chat, olha = await begins(bot), await begins(bot, OLHA)
    visitor = await visits(shop, NUMBER, "Пан Т.")
    card = page.get_by_test_id("client-card")

    await page.goto(f"{bot.desk.base_url}/?chat_raw_id={chat}&token={alice.token}")
    await expect(page.get_by_test_id("message")).to_have_count(1)
    await shot(page, "closed")
    await page.get_by_test_id("client-open").click()
    await expect(card.get_by_test_id("client-identities")).to_be_visible()
    joined = await bob.api.post(f"/api/chat/{chat}/client/join", {"chatId": visitor})
    assert joined.status == 200
    await expect(card.get_by_test_id("client-chat")).to_contain_text("Пан Т.")

    await card.get_by_test_id("client-find").click()
    choices = page.get_by_test_id("client-choices").get_by_role("button")
    await expect(choices).to_have_count(1)
    await is_fit(page)
    await shot(page, "by-hand")
    await choices.get_by_text("Ольга Лис").click()

    await expect(card.get_by_test_id("client-chat")).to_have_count(2)
    assert await others(alice.api, chat) == {olha, visitor}
    await page.keyboard.press("Escape")
    await expect(card).to_have_count(0)
    await expect(page.get_by_test_id("client-open")).to_be_focused()


@pytest.mark.every_width
async def test_operators_write_down_what_they_know(bot: Bot, page: Page) -> None:
    alice, bob = bot.desk.alice, bot.desk.bob
    await set_up(bot.desk, crmUrl="https://crm.example.com/client?phone={phone}")
    chat = await begins(bot, phone=NUMBER)
    card = page.get_by_test_id("client-card")
    about = card.get_by_test_id("client-about")

    await page.goto(f"{bot.desk.base_url}/?chat_raw_id={chat}&token={alice.token}")
    await page.get_by_test_id("client-open").focus()
    await page.keyboard.press("Enter")
    crm = card.get_by_test_id("client-crm")
    await expect(crm).to_have_attribute(
        "href", "https://crm.example.com/client?phone=%2B380501234567"
    )
    await about.get_by_test_id("about-open").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Оптовик <b>постійний</b>")
    await about.get_by_test_id("about-field").click()
    await page.keyboard.type("Розмір")
    await page.keyboard.press("Tab")
    await page.keyboard.type("42")
    await is_fit(page, CARD)
    await shot(page, "about-form")
    theirs = {"note": "Не телефонувати", "version": 0}
    assert (await bob.api.put(f"/api/chat/{chat}/client/about", theirs)).status == 200
    await page.keyboard.press("Enter")
    await expect(about.get_by_role("alert")).to_contain_text("Не телефонувати")
    await is_fit(page, CARD)
    await about.get_by_test_id("about-save").click()

    await expect(about.get_by_test_id("about-open")).to_be_focused()
    await expect(about).to_contain_text("Оптовик <b>постійний</b>")
    await expect(about.get_by_role("definition")).to_have_text("42")
    await is_fit(page, CARD)
    await shot(page, "about")
