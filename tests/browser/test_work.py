"""Work on a chat in a real Chromium: taken, tagged, put aside, closed, blocked, handed on."""

import os

import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard import is_fit
from tests.chats.test_assignment import place
from tests.chats.test_work import TAGS, chat_of, lines, set_up
from tests.telegram import Bot

SHOTS = os.environ.get("OPDESK_SHOTS")
DIALOG = "[data-testid=dialog]"


async def shot(page: Page, name: str) -> None:
    """A picture for people, in light and in dark, where `OPDESK_SHOTS` names a folder."""
    if SHOTS is None or page.viewport_size is None:
        return
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.wait_for_timeout(400)
        await page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{scheme}.png")


async def choose(page: Page, item: str) -> None:
    """Choose something in the chat's menu, by the keyboard alone."""
    await page.get_by_test_id("status-menu").focus()
    await page.keyboard.press("Enter")
    wanted = page.get_by_test_id(item)
    await expect(wanted).to_be_visible()
    await wanted.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_have_count(0)


@pytest.mark.every_width
async def test_a_chat_is_worked_on(bot: Bot, page: Page) -> None:
    desk = bot.desk
    await set_up(desk, tags=TAGS)
    chat_id = await bot.given_chat("Де моє замовлення?")
    strip = page.get_by_test_id("work-strip")

    await page.goto(f"{desk.base_url}/?chat_raw_id={chat_id}&token={desk.alice.token}")
    await expect(strip).to_contain_text("Чат у черзі")
    await page.get_by_test_id("status-menu").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    await is_fit(page, "[role=menu]")
    await shot(page, "work-menu")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("strip-take").click()
    await says(page, "Alice бере чат у роботу")
    await expect(strip).to_have_count(0)

    await tag_it(page)
    await snooze_it(page)
    await close_and_undo(bot, page, chat_id)
    await mark_and_unmark_spam(bot, page)
    await transfer_it(page)

    assert await place(bot, chat_id) == (1, desk.bob.id)
    assert " ".join(one["code"] for one in await lines(bot, chat_id)) == (
        "taken snoozed closed reopened resumed spam notSpam transferred"
    )


async def says(page: Page, text: str) -> None:
    await expect(page.get_by_test_id("system-line").last).to_contain_text(text)


async def tag_it(page: Page) -> None:
    await choose(page, "work-tags")
    await page.get_by_test_id("dialog").get_by_label("VIP").check()
    await is_fit(page, DIALOG)
    await shot(page, "work-tags")
    await page.get_by_test_id("tags-go").click()
    await expect(page.get_by_test_id("tag")).to_have_text(["VIP"])


async def snooze_it(page: Page) -> None:
    await choose(page, "work-snooze")
    await expect(page.get_by_test_id("snooze-hour")).to_be_focused()
    await is_fit(page, DIALOG)
    await shot(page, "work-snooze")
    await page.get_by_test_id("snooze-tomorrow").press("Enter")
    await expect(page.get_by_test_id("work-paused")).to_contain_text("Відкладено до")
    await says(page, "Alice відкладає чат до")


async def close_and_undo(bot: Bot, page: Page, chat_id: int) -> None:
    """With a tag, and back to the snooze that there was."""
    paused = (await chat_of(bot, chat_id))["pausedUntil"]
    tags = page.get_by_test_id("work-strip").get_by_test_id("tag")
    await choose(page, "work-close")
    await page.get_by_test_id("dialog").get_by_label("Доставка").check()
    await is_fit(page, DIALOG)
    await shot(page, "work-close")
    await page.get_by_test_id("close-go").click()
    await says(page, "Alice закриває чат, тег «Доставка»")
    await expect(tags).to_have_text(["VIP", "Доставка"])

    await page.get_by_test_id("toast").get_by_role("button", name="Скасувати").click()
    await says(page, "Alice знову відкриває чат")
    await expect(tags).to_have_text(["VIP"])
    found = await chat_of(bot, chat_id)
    assert (found["chatStatus"], found["pausedUntil"]) == (3, paused)
    await page.get_by_test_id("strip-resume").click()
    await expect(page.get_by_test_id("work-paused")).to_have_count(0)


async def mark_and_unmark_spam(bot: Bot, page: Page) -> None:
    blocked = page.get_by_test_id("work-blocked")
    await choose(page, "work-spam")
    await expect(blocked).to_contain_text("Спам")
    await bot.writes("Виграйте мільйон")
    await expect(page.get_by_test_id("message").last).to_contain_text("мільйон")
    await is_fit(page)
    await shot(page, "work-spam")
    await page.get_by_test_id("toast").get_by_role("button", name="Скасувати").click()
    await expect(blocked).to_have_count(0)


async def transfer_it(page: Page) -> None:
    dialog = page.get_by_test_id("dialog")
    await choose(page, "work-transfer")
    await dialog.get_by_label("Bob").check()
    await dialog.get_by_label("Примітка").fill("Просить рахунок")
    await is_fit(page, DIALOG)
    await shot(page, "work-transfer")
    await page.get_by_test_id("transfer-go").press("Enter")
    await says(page, "Alice передає чат оператору: Bob")
    await says(page, "«Просить рахунок»")
    await expect(page.get_by_test_id("work-holder")).to_contain_text("Чат веде Bob")
    await is_fit(page)
    await shot(page, "work-lines")


async def test_what_others_do_shows_at_once(bot: Bot, page: Page) -> None:
    """A woken chat is marked, a blocked one says so, a colleague's goes out of sight."""
    desk = bot.desk
    alice, bob = desk.alice, desk.bob
    chat_id = await bot.given_chat("Вітаю")
    body = {"id": chat_id, "operatorId": alice.id}
    await desk.acme.api.put("/api/chat/operator", body)
    row = page.get_by_test_id("chat-row")

    await page.goto(f"{desk.base_url}/?token={alice.token}")
    await expect(row).to_have_count(1)
    until = desk.in_hours(1)
    await desk.acme.api.put("/api/chat/status", {"id": chat_id, "status": 3, "until": until})
    await expect(row).to_contain_text("На паузі")
    desk.clock.move(seconds=3601)
    await expect(row.get_by_test_id("woken")).to_be_visible(timeout=20_000)
    await is_fit(page)
    await shot(page, "work-woken")

    await row.click()
    await expect(page.get_by_test_id("system-line").last).to_contain_text("Час настав")
    await expect(page.get_by_test_id("work-strip")).to_have_count(0)
    await bob.api.put("/api/chat/block", {"id": chat_id, "block": 1})
    await expect(page.get_by_test_id("work-blocked")).to_be_visible()
    await bob.api.put("/api/chat/block", {"id": chat_id, "block": 0})
    await expect(page.get_by_test_id("work-blocked")).to_have_count(0)

    await set_up(desk, ownChatsOnly=True)
    await desk.acme.api.put("/api/chat/operator", {"id": chat_id, "operatorId": bob.id})
    await expect(page.get_by_test_id("link-problem")).to_be_visible()
