"""What an operator keeps of the list, pinned chats and views, and the list by keyboard alone."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard import is_fit
from tests.browser.test_chat_list import OLHA, SPAMMER, rows
from tests.browser.test_client_card import shot
from tests.chats.test_work import set_up
from tests.desk import PASSWORD
from tests.telegram import Bot

pytestmark = pytest.mark.browser
GONE = "Колега, який уже не працює"


async def order(page: Page) -> list[str | None]:
    return [await one.get_attribute("data-chat-id") for one in await rows(page).all()]


@pytest.mark.every_width
async def test_pinned_chats_stay_at_the_top_and_views_bring_filters_back(
    bot: Bot, page: Page
) -> None:
    desk, api = bot.desk, bot.desk.alice.api
    await set_up(desk, tags=[{"name": "VIP", "color": "#b3261e"}])
    old, new = await bot.given_chat(), await bot.given_chat("Вітаю", OLHA)
    await api.put(f"/api/chat/{old}/tags", {"tags": ["VIP"]})
    await page.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await expect(rows(page)).to_have_count(2)

    await page.goto(f"{desk.base_url}/chats/{old}")
    await page.get_by_test_id("status-menu").click()
    await page.get_by_test_id("work-pin").click()
    await page.goto(f"{desk.base_url}/")
    await expect(rows(page).first).to_have_attribute("data-chat-id", str(old))
    await bot.writes("ще одне", OLHA)
    await expect(rows(page).last).to_contain_text("ще одне")
    assert await order(page) == [str(old), str(new)], "a message elsewhere does not move it"
    await is_fit(page, "main")
    await shot(page, "pinned")
    await api.put(f"/api/chat/{old}/pin", {"isPinned": False})
    await expect(rows(page).first).to_have_attribute("data-chat-id", str(new))
    await api.put(f"/api/chat/{old}/pin", {"isPinned": True})

    await page.get_by_test_id("more-filters").click()
    filters = page.get_by_test_id("filters")
    await filters.get_by_label("Канал", exact=True).select_option(label="Telegram · demo_shop_bot")
    await filters.get_by_label("Тег", exact=True).select_option("VIP")
    await filters.get_by_role("button", name="Показати").click()
    await expect(rows(page)).to_have_count(1)
    await page.get_by_test_id("views-menu").click()
    await page.get_by_test_id("view-save").click()
    await page.get_by_label("Назва").fill("Важливі")
    await is_fit(page, "[data-testid=dialog]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Вигляд «Важливі» збережено")).to_be_visible()

    await page.goto(f"{desk.base_url}/")
    await expect(rows(page)).to_have_count(2)
    await page.get_by_test_id("views-menu").click()
    await expect(page.get_by_test_id("view")).to_have_text("Важливі")
    await is_fit(page, "[role=menu]")
    await shot(page, "views")
    await page.get_by_test_id("view").click()
    await expect(rows(page)).to_have_count(1)
    await expect(page.get_by_test_id("filter-chips")).to_contain_text("VIP")

    await page.get_by_test_id("views-menu").click()
    await page.get_by_test_id("view-edit").click()
    await page.get_by_label("Назва").fill("VIP-клієнти")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Видалити вигляд «VIP-клієнти»")).to_be_visible()
    await is_fit(page, "[data-testid=dialog]")
    await shot(page, "views-edit")
    await page.get_by_test_id("view-remove").click()
    await expect(page.get_by_test_id("views-list")).to_contain_text("Звузьте список")
    assert (await api.get("/api/chat/views")).json["items"] == []


async def test_a_view_of_a_colleague_names_them_or_says_that_they_left(
    bot: Bot, page: Page
) -> None:
    desk, api = bot.desk, bot.desk.alice.api
    await bot.given_chat()
    views = [
        {"name": "Боб", "operatorId": desk.bob.id},
        {"name": "Пішли", "operatorId": desk.charlie.id},
    ]
    reply = await api.put("/api/chat/views", {"version": 0, "items": views})
    assert reply.status == 200, reply.text
    await page.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await expect(rows(page)).to_have_count(1)

    for view, chip in (("Боб", "Bob"), ("Пішли", GONE)):
        await page.get_by_test_id("views-menu").click()
        await page.get_by_role("menuitem", name=view).click()
        await expect(page.get_by_test_id("filter-chips")).to_have_text(chip)
        await expect(rows(page)).to_have_count(0)
    await is_fit(page, "main")
    await page.get_by_test_id("more-filters").click()
    operator = page.get_by_test_id("filters").get_by_label("Оператор", exact=True)
    await expect(operator.locator("option:checked")).to_have_text(GONE)


async def test_the_whole_day_by_keyboard_alone(bot: Bot, page: Page) -> None:
    """From the sign-in to an answer and a closed chat: the mouse is never touched."""
    if page.viewport_size is None or page.viewport_size["width"] < 1000:
        return
    desk, press = bot.desk, page.keyboard.press
    login = {"id": desk.alice.id, "login": "alice", "password": PASSWORD}
    await desk.acme.api.put("/api/operator/credentials", login)
    await set_up(desk, tags=[{"name": "VIP", "color": "#b3261e"}])
    chats = [
        await bot.given_chat(f"Питання {number}", person)
        for number, person in enumerate((OLHA, SPAMMER))
    ]
    await desk.alice.api.put(f"/api/chat/{chats[0]}/tags", {"tags": ["VIP"]})
    await page.goto(f"{desk.base_url}/login")
    await expect(page.get_by_label("Логін")).to_be_focused()
    await page.keyboard.type("alice")
    await press("Tab")
    await page.keyboard.type(PASSWORD)
    await press("Enter")
    await expect(rows(page)).to_have_count(2)

    await keep_and_open_a_view(page)
    await tab_to(page, "[data-testid=chat-row]")
    await press("ArrowDown")
    await expect(rows(page).nth(1)).to_be_focused()
    await press("Enter")
    await expect(page.get_by_test_id("message")).to_contain_text("Питання 0")
    await press("Alt+p")
    await expect(rows(page).first.get_by_test_id("row-pinned")).to_be_visible()
    await press("Alt+ArrowDown")
    await expect(page.get_by_test_id("message")).to_contain_text("Питання 1")
    await press("Alt+ArrowUp")
    await expect(page.get_by_test_id("message")).to_contain_text("Питання 0")

    await press("r")
    await expect(page.get_by_test_id("composer-input")).to_be_focused()
    await page.keyboard.type("Вітаю, зараз подивлюся")
    await press("Enter")
    await expect(page.get_by_test_id("message").last).to_contain_text("зараз подивлюся")
    await press("Control+k")
    bar = page.get_by_test_id("command-bar")
    await expect(bar.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("закрити")
    await expect(bar.get_by_role("combobox")).to_have_value("закрити")
    await expect(bar.get_by_role("option").first).to_have_attribute("data-highlighted", "")
    await press("Enter")
    await expect(page.get_by_test_id("status-menu")).to_have_attribute("data-status", "4")
    await tab_to(page, "[data-testid=toast] button:not([aria-label])")
    await press("Enter")
    await expect(page.get_by_test_id("status-menu")).not_to_have_attribute("data-status", "4")


async def keep_and_open_a_view(page: Page) -> None:
    press = page.keyboard.press
    await narrow_to_vip(page)
    await expect(rows(page)).to_have_count(1)
    await open_views(page, "view-save")
    await press("Enter")
    await expect(page.get_by_label("Назва")).to_be_focused()
    await page.keyboard.type("Важливі")
    await press("Enter")
    await expect(page.get_by_test_id("dialog")).to_have_count(0)
    await leave_views(page)
    await expect(rows(page)).to_have_count(2)
    await open_views(page, "view")
    await press("Enter")
    await expect(rows(page)).to_have_count(1)
    await leave_views(page)
    await expect(rows(page)).to_have_count(2)


async def narrow_to_vip(page: Page) -> None:
    """By the dialog of filters: a letter chooses in a list, Enter shows."""
    await tab_to(page, "[data-testid=more-filters]")
    await page.keyboard.press("Enter")
    tag = page.get_by_test_id("filters").get_by_label("Тег", exact=True)
    await expect(tag).to_be_visible()
    await tab_to(page, f"#{await tag.get_attribute('id')}")
    await page.keyboard.type("V")
    await expect(tag).to_have_value("VIP")
    await tab_to(page, "[data-testid=filters] [type=submit]")
    await page.keyboard.press("Enter")


async def open_views(page: Page, first: str) -> None:
    """The menu is open, and its first item has the focus."""
    await tab_to(page, "[data-testid=views-menu]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id(first)).to_be_focused()


async def leave_views(page: Page) -> None:
    """All chats, by the menu's last item."""
    await open_views(page, "view")
    await page.keyboard.press("End")
    last = page.get_by_role("menuitem").last
    await expect(last).to_be_focused()
    await page.keyboard.press("Enter")


async def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Goes there as one does without a mouse."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("(it) => !!document.activeElement?.matches(it)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")
