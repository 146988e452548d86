"""What an operator writes with, in a real Chromium: notes, files, replies, drafts, the media."""

import asyncio

import pytest
from playwright.async_api import Browser, FilePayload, Page, Route, expect

from tests.browser.dashboard import is_fit
from tests.browser.test_troubles import opened
from tests.telegram import JPEG, Bot

REPLY = {"shortcut": "дорога", "text": "{client}, замовлення {order} вже в дорозі. {operator}"}

pytestmark = pytest.mark.browser


@pytest.mark.every_width
async def test_a_note_calls_a_colleague_and_never_reaches_the_client(
    bot: Bot, page: Page, browser: Browser
) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    colleague = await (await browser.new_context(locale="uk-UA")).new_page()
    await colleague.goto(f"{desk.base_url}/?token={desk.bob.token}")
    await expect(colleague.get_by_test_id("chat-row")).to_have_count(1)
    await opened(bot, page, chat_id)
    field = page.get_by_test_id("composer-input")

    await field.fill("для клієнта")
    await page.get_by_test_id("note-switch").click()
    await expect(field).to_have_value("")
    await field.press_sequentially("Глянь, @bo")
    await expect(page.get_by_test_id("suggestions").get_by_role("option")).to_have_count(1)
    await is_fit(page, "[data-testid=composer]")
    await field.press("Enter")
    await expect(field).to_have_value("Глянь, @Bob ")
    await field.press("Enter")

    await expect(page.locator("[data-testid=note][data-state=stored]")).to_contain_text("@Bob")
    await is_fit(page, "[data-testid=note]")
    await field.press("Alt+n")
    await expect(field).to_have_value("для клієнта")
    await expect(colleague.get_by_test_id("row-mention")).to_be_visible()
    await colleague.get_by_test_id("chat-row").click()
    await expect(colleague.get_by_test_id("note")).to_contain_text("Глянь, @Bob")
    await expect(colleague.get_by_test_id("row-mention")).to_have_count(0)
    assert (await desk.bob.api.get("/api/chat/mentions")).json == {"chatIds": []}
    assert bot.telegram.sent("sendMessage") == []
    await colleague.context.close()


@pytest.mark.every_width
async def test_several_files_and_a_quick_reply_go_as_an_answer(bot: Bot, page: Page) -> None:
    desk = bot.desk
    body = {"id": desk.alice.organization_id, "quickReplies": [REPLY]}
    assert (await desk.acme.api.put("/api/company/organization", body)).status == 200
    chat_id = await bot.given_chat("Де моє замовлення?")
    await opened(bot, page, chat_id)
    field = page.get_by_test_id("composer-input")

    await page.get_by_test_id("message").hover()
    await page.get_by_test_id("reply").click()
    await expect(page.get_by_test_id("replying")).to_contain_text("Де моє замовлення?")
    await page.get_by_test_id("attach-input").set_input_files(
        [
            FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=JPEG),
            FilePayload(name="b.txt", mimeType="text/plain", buffer=b"bill"),
            FilePayload(name="c.jpg", mimeType="image/jpeg", buffer=JPEG),
        ]
    )
    await expect(page.locator("[data-testid=attachment][data-state=done]")).to_have_count(3)
    await page.get_by_role("button", name="Прибрати: c.jpg").click()
    await field.press_sequentially("/дор")
    await expect(page.get_by_role("option")).to_contain_text("Тарас Бондар, замовлення {order}")
    await is_fit(page, "[data-testid=composer]")
    await field.press("Tab")
    await page.get_by_test_id("composer-send").click()
    await expect(page.get_by_text("Заповніть {order}")).to_be_visible()
    await page.keyboard.type("20421")
    await page.get_by_test_id("emoji").click()
    await page.get_by_role("combobox", name="Знайти емодзі").fill("дяк")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("Тарас Бондар, замовлення 20421🤗 вже в дорозі. Alice")
    await page.get_by_test_id("composer-send").click()

    sent = page.locator("[data-testid=message][data-author=operator][data-status=sent]")
    await expect(sent).to_have_count(2)
    await expect(sent.first.get_by_test_id("quote")).to_contain_text("Де моє замовлення?")
    [photo], [file] = bot.telegram.sent("sendPhoto"), bot.telegram.sent("sendDocument")
    assert photo.body["caption"].startswith("Тарас Бондар, замовлення 20421")
    assert "reply_parameters" in photo.body
    assert file.files["document"][1] == b"bill"
    await sent.first.get_by_test_id("quote").click()

    await sent.first.get_by_test_id("open-media").click()
    viewer = page.get_by_test_id("viewer")
    await expect(viewer.get_by_test_id("viewer-place")).to_have_text("1 / 1")
    await is_fit(page, "[data-testid=viewer]")
    await page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)


async def test_a_file_on_its_way_is_taken_back_and_nothing_is_sent(bot: Bot, page: Page) -> None:
    chat_id = await bot.given_chat()
    await opened(bot, page, chat_id)
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        # By then nobody waits for it any more.
        await route.abort()

    await page.route("**/api/media?*", hold)
    await page.get_by_test_id("attach-input").set_input_files(
        [FilePayload(name="b.txt", mimeType="text/plain", buffer=b"bill")]
    )
    await page.get_by_test_id("composer-input").fill("Ось рахунок")
    await page.get_by_test_id("composer-send").click()
    await expect(page.get_by_test_id("sending-file")).to_contain_text("%")
    await is_fit(page, "main")

    await page.get_by_role("button", name="Не надсилати b.txt").click()

    await expect(page.get_by_test_id("message")).to_have_count(1)
    await expect(page.get_by_test_id("composer-input")).to_have_value("Ось рахунок")
    await expect(page.get_by_test_id("attachment")).to_have_count(0)
    held.set()
    await page.get_by_test_id("composer-send").click()
    sent = page.locator("[data-testid=message][data-author=operator][data-status=sent]")
    await expect(sent).to_have_count(1)
    assert [call.body["text"] for call in bot.telegram.sent("sendMessage")] == ["Ось рахунок"]
    assert bot.telegram.sent("sendDocument") == []


async def test_a_voice_is_recorded_and_listened_to(bot: Bot, page: Page) -> None:
    await opened(bot, page, await bot.given_chat())

    await page.get_by_test_id("record").click()
    await expect(page.get_by_test_id("recorded")).to_have_text("0:00")
    await page.get_by_role("button", name="Скасувати запис").click()
    await expect(page.get_by_test_id("composer-input")).to_be_focused()
    await page.get_by_test_id("record").click()
    await expect(page.get_by_test_id("recorded")).to_have_text("0:01")
    await is_fit(page, "[data-testid=composer]")
    await page.get_by_role("button", name="Завершити запис").click()
    await expect(page.get_by_test_id("attachment")).to_contain_text("voice.")
    await page.get_by_test_id("composer-send").click()

    sent = page.locator("[data-testid=message][data-status=sent]")
    await expect(sent.get_by_test_id("audio")).to_be_visible()
    await is_fit(page, "[data-testid=audio]")
    await sent.get_by_test_id("audio-speed").click()
    await expect(sent.get_by_test_id("audio-speed")).to_have_text("1.5×")
    await sent.get_by_role("slider").focus()
    await sent.get_by_test_id("audio-toggle").press("Space")
    await expect(sent.get_by_role("slider")).not_to_have_value("0")


@pytest.mark.every_width
async def test_a_draft_follows_the_operator_and_a_chat_opens_where_it_was_left(
    bot: Bot, page: Page, browser: Browser
) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat("перше")
    assert (await desk.alice.api.post(f"/api/chat/{chat_id}/read")).status == 200
    for n in range(60):
        await bot.writes(f"рядок {n}")
    other = await (await browser.new_context(locale="uk-UA")).new_page()
    await other.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await expect(other.get_by_test_id("chat-row")).to_have_count(1)

    await opened(bot, page, chat_id)
    await expect(page.get_by_test_id("unread-line")).to_be_in_viewport()
    await expect(page.get_by_text("рядок 0", exact=True)).to_be_in_viewport()
    await expect(page.get_by_test_id("to-newest")).to_have_text("60")
    await page.get_by_test_id("to-newest").click()
    await expect(page.get_by_role("log").get_by_text("рядок 59")).to_be_in_viewport()
    await page.get_by_test_id("composer-input").fill("Ваше замовлення")
    await _kept(bot, chat_id, "Ваше замовлення")

    await other.reload()
    await expect(other.get_by_test_id("row-draft")).to_contain_text("Чернетка: Ваше замовлення")
    await other.get_by_test_id("chat-row").click()
    await expect(other.get_by_test_id("composer-input")).to_have_value("Ваше замовлення")
    await other.get_by_test_id("composer-input").fill("Ваше замовлення їде")
    await other.get_by_test_id("composer-send").click()
    await expect(other.locator("[data-testid=message][data-author=operator]")).to_have_count(1)
    await _kept(bot, chat_id, "")
    await other.context.close()


async def _kept(bot: Bot, chat_id: int, text: str) -> None:
    async with asyncio.timeout(20):
        while True:
            found = await bot.desk.alice.api.get(f"/api/chat/{chat_id}/draft")
            if found.json["text"] == text:
                return
            await asyncio.sleep(0.1)
