"""The panel in a real Chromium, from a click on a deep link to the delivered answer."""

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.desk import PASSWORD, Desk, eventually
from tests.telegram import JPEG, TARAS, Bot

NUMBER = "380501234567"

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("form", ["chat", "phone", "sender", "everything"])
@pytest.mark.every_width
async def test_a_link_opens_the_chat_and_the_answer_is_delivered(
    bot: Bot, page: Page, form: str
) -> None:
    chat_id = await bot.given_chat("Коли прийде замовлення?")
    await bot.telegram.shares_contact(bot.token, TARAS, NUMBER)
    query = {
        "chat": f"chat_raw_id={chat_id}",
        "phone": f"phone=+{NUMBER}",
        "sender": "from=demo_shop_bot&phone=050 123-45-67",
        "everything": f"source=2&from=@demo_shop_bot&phone=%2B{NUMBER}",
    }[form]
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.headers.get("referer", "")))

    await page.goto(f"{bot.desk.base_url}/?{query}&token={bot.desk.alice.token}")
    await expect(page.get_by_text("Коли прийде замовлення?").last).to_be_visible()

    assert page.url == f"{bot.desk.base_url}/chats/{chat_id}"
    assert not any("token" in referer or NUMBER in referer for referer in seen)
    assert await page.evaluate("history.length") <= 2
    await page.get_by_test_id("composer-input").fill("Завтра!")
    await page.get_by_test_id("composer-send").click()
    sent = page.locator("[data-testid=message][data-author=operator][data-status=sent]")
    await expect(sent).to_contain_text("Завтра!")
    assert [call.body["text"] for call in bot.telegram.sent("sendMessage")] == ["Завтра!"]


@pytest.mark.every_width
async def test_an_expired_link_ends_in_its_chat_after_signing_in(bot: Bot, page: Page) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat("Добрий день")
    await desk.acme.api.put(
        "/api/operator/credentials",
        {"id": desk.alice.id, "login": "alice", "password": PASSWORD},
    )
    token = await desk.token_of(desk.acme, desk.alice.id, hours=0.01)
    desk.clock.move(seconds=60)

    await page.goto(f"{desk.base_url}/?chat_raw_id={chat_id}&token={token}")
    form = page.get_by_test_id("login-form")
    await form.locator("input").first.fill("alice")
    await form.locator("input").last.fill("wrong password")
    await form.locator("button[type=submit]").click()
    await expect(page.get_by_test_id("login-error")).to_be_visible()
    await form.locator("input").last.fill(PASSWORD)
    await form.locator("button[type=submit]").click()

    await expect(page.get_by_test_id("message")).to_contain_text("Добрий день")
    assert page.url == f"{desk.base_url}/chats/{chat_id}"


async def test_news_arrive_live_and_a_photo_goes_out(bot: Bot, page: Page) -> None:
    chat_id = await bot.given_chat("перше")
    await page.goto(f"{bot.desk.base_url}/?chat_raw_id={chat_id}&token={bot.desk.alice.token}")
    await expect(page.get_by_test_id("message")).to_have_count(1)

    await bot.writes("друге")
    await expect(page.get_by_test_id("message")).to_have_count(2)
    photo = FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=JPEG)
    await page.get_by_test_id("attach-input").set_input_files(photo)
    await page.get_by_test_id("composer-input").fill("ось фото")
    await page.get_by_test_id("composer-send").click()

    sent = page.locator("[data-testid=message][data-author=operator][data-status=sent]")
    await expect(sent).to_contain_text("ось фото")
    [call] = bot.telegram.sent("sendPhoto")
    assert (call.body["caption"], call.files["photo"][1]) == ("ось фото", JPEG)


async def test_a_chat_is_closed_from_its_menu(bot: Bot, page: Page) -> None:
    chat_id = await bot.given_chat()
    await page.goto(f"{bot.desk.base_url}/?chat_raw_id={chat_id}&token={bot.desk.alice.token}")

    await page.get_by_test_id("status-menu").click()
    await page.get_by_test_id("status-4").click()

    await expect(page.get_by_test_id("status-menu")).to_have_attribute("data-status", "4")

    async def is_closed() -> bool | None:
        chat = (await bot.desk.alice.api.get(f"/api/chat/{chat_id}")).json
        return True if chat["chatStatus"] == 4 else None

    await eventually(is_closed)


async def test_another_operators_link_asks_first(bot: Bot, page: Page) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat("для Боба")
    await page.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await expect(page.get_by_test_id("chat-row")).to_have_count(1)

    await page.goto(f"{desk.base_url}/?chat_raw_id={chat_id}&token={desk.bob.token}")
    await page.get_by_test_id("switch-confirm").click()

    await expect(page.get_by_test_id("message")).to_contain_text("для Боба")
    assert page.url == f"{desk.base_url}/chats/{chat_id}"


async def test_a_link_to_nowhere_says_so(desk: Desk, page: Page) -> None:
    await page.goto(f"{desk.base_url}/?chat_raw_id=999999&token={desk.alice.token}")

    await expect(page.get_by_test_id("link-problem")).to_contain_text("Такого чату немає")


async def test_between_the_chats_that_a_link_could_mean_one_goes_there_and_back(
    bot: Bot, page: Page
) -> None:
    token = bot.telegram.add_bot("second_shop_bot")
    settings = {"botToken": token, "apiBaseUrl": bot.api_base_url}
    new = {"organizationId": bot.desk.alice.organization_id, "source": 2, "settings": settings}
    assert (await bot.desk.acme.api.post("/api/channel", new)).status == 200
    for one in (bot.token, token):
        await bot.telegram.writes_to(one, TARAS, "є")
        await bot.telegram.shares_contact(one, TARAS, NUMBER)
    await page.goto(f"{bot.desk.base_url}/?phone={NUMBER}&token={bot.desk.alice.token}")
    others = page.get_by_test_id("other-chats").get_by_role("link")
    await expect(others).to_have_count(1)
    first = page.url

    await others.click()
    await expect(page).not_to_have_url(first)
    await others.click()

    await expect(page).to_have_url(first)
