"""The panel when something is in the way: a server that fails, a send that is refused, a slip."""

import asyncio

import pytest
from playwright.async_api import Dialog, FilePayload, Locator, Page, Route, expect

from opdesk.simulators.telegram import Customer, Refusal
from tests.desk import Desk
from tests.telegram import JPEG, Bot

PHONE_PX = 390
THUMB_PX = 44
OLHA = Customer(2_210_498_161, "Ольга", "Коваль", "olha")

pytestmark = pytest.mark.browser


async def opened(bot: Bot, page: Page, chat_id: int) -> None:
    await page.goto(f"{bot.desk.base_url}/?chat_raw_id={chat_id}&token={bot.desk.alice.token}")
    await expect(page.get_by_test_id("message").first).to_be_visible()


def is_phone(page: Page) -> bool:
    return page.viewport_size is not None and page.viewport_size["width"] == PHONE_PX


async def answer_503(route: Route) -> None:
    problem = '{"title": "Unavailable", "status": 503}'
    await route.fulfill(status=503, content_type="application/problem+json", body=problem)


async def test_a_file_is_chosen_and_taken_back_with_its_buttons(bot: Bot, page: Page) -> None:
    await opened(bot, page, await bot.given_chat())

    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Додати фото або файл").click()
    photo = FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=JPEG)
    await (await choosing.value).set_files([photo])
    await expect(page.get_by_test_id("attachment")).to_contain_text("a.jpg")
    await page.get_by_role("button", name="Прибрати: a.jpg").click()

    await expect(page.get_by_test_id("attachment")).to_have_count(0)


async def test_a_button_leads_to_the_newest_and_another_back_to_the_list(
    bot: Bot, page: Page
) -> None:
    chat_id = await bot.given_chat("перше")
    for n in range(40):
        await bot.writes(f"рядок {n}")
    await opened(bot, page, chat_id)
    log = page.get_by_role("log")
    await log.evaluate("box => box.scrollTo(0, -2000)")

    await page.get_by_test_id("to-newest").click()
    await expect(page.get_by_text("рядок 39").last).to_be_in_viewport()

    if is_phone(page):
        await page.get_by_role("button", name="До списку чатів").click()
        await expect(page.get_by_test_id("chat-row").first).to_be_visible()
        assert page.url == f"{bot.desk.base_url}/"


async def test_a_chat_that_fails_is_asked_for_once_and_then_by_hand(bot: Bot, page: Page) -> None:
    chat_id = await bot.given_chat("нарешті")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.route("**/api/chat/*/messages*", answer_503)
    # Each return of the hub is a reason to ask again, and how many there are is a matter of time.
    await page.route("**/chathub/negotiate*", lambda route: route.abort())

    await page.goto(f"{bot.desk.base_url}/?chat_raw_id={chat_id}&token={bot.desk.alice.token}")
    again = page.get_by_role("button", name="Спробувати ще раз")
    await expect(again).to_be_visible()
    await asyncio.sleep(1)
    assert len([url for url in asked if "/messages" in url]) <= 4
    await page.unroute("**/api/chat/*/messages*")
    await again.click()

    await expect(page.get_by_test_id("message")).to_contain_text("нарешті")


async def test_a_server_that_is_down_at_the_start_leaves_no_blank_page(
    bot: Bot, page: Page
) -> None:
    chat_id = await bot.given_chat("є")
    await opened(bot, page, chat_id)
    await page.route("**/api/operator/me", answer_503)

    await page.reload()
    await expect(page.get_by_test_id("failed-page")).to_contain_text("Щось не вийшло")
    await page.unroute("**/api/operator/me")
    await page.get_by_role("button", name="Спробувати ще раз").click()

    await expect(page.get_by_test_id("message")).to_contain_text("є")
    assert page.url.endswith(f"/chats/{chat_id}")


async def test_a_rejected_message_is_shown_as_rejected_though_its_answer_is_late(
    bot: Bot, page: Page
) -> None:
    chat_id = await bot.given_chat()
    await opened(bot, page, chat_id)
    bot.telegram.faults.refusals["sendMessage"] = [
        Refusal(403, "Forbidden: bot was blocked by the user")
    ]

    async def late(route: Route) -> None:
        response = await route.fetch()
        await asyncio.sleep(1)
        await route.fulfill(response=response)

    await page.route("**/api/chat/*/message", late)
    await page.get_by_test_id("composer-input").fill("?")
    async with page.expect_response("**/api/chat/*/message"):
        await page.get_by_test_id("composer-send").click()
    await page.wait_for_timeout(500)

    rejected = page.locator("[data-testid=message][data-author=operator]")
    await expect(rejected).to_have_attribute("data-status", "rejected")


async def test_leaving_with_something_unsent_asks_first(bot: Bot, page: Page) -> None:
    await opened(bot, page, await bot.given_chat())
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.route("**/api/chat/*/message", answer_503)
    await page.get_by_test_id("composer-input").fill("не загубити")
    await page.get_by_test_id("composer-send").click()
    await page.close(run_before_unload=True)
    await page.wait_for_timeout(500)

    assert asked == ["beforeunload"]
    await expect(page.get_by_test_id("message").last).to_contain_text("не загубити")


async def test_a_chosen_file_waits_in_its_chat(bot: Bot, page: Page) -> None:
    other_id = await bot.given_chat("інший", OLHA)
    chat_id = await bot.given_chat()
    await opened(bot, page, chat_id)
    photo = FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=JPEG)
    await page.get_by_test_id("attach-input").set_input_files(photo)

    for reached, files in ((other_id, 0), (chat_id, 1)):
        if is_phone(page):
            await page.get_by_role("button", name="До списку чатів").click()
        await page.locator(f"[data-testid=chat-row][data-chat-id='{reached}']").click()
        await expect(page).to_have_url(f"{bot.desk.base_url}/chats/{reached}")
        await expect(page.get_by_test_id("attachment")).to_have_count(files)


async def test_a_closed_chat_leaves_the_filter_once_another_is_opened(bot: Bot, page: Page) -> None:
    other_id = await bot.given_chat("інший", OLHA)
    chat_id = await bot.given_chat()
    await opened(bot, page, chat_id)
    if is_phone(page):
        return
    rows = page.get_by_test_id("chat-row")
    await page.get_by_role("button", name="Показано: Усі чати").click()
    await page.get_by_role("menuitemradio", name="Нові").click()
    await expect(rows).to_have_count(2)
    await page.get_by_test_id("status-menu").click()
    await page.get_by_test_id("status-4").click()
    await expect(page.get_by_test_id("status-menu")).to_have_attribute("data-status", "4")
    await expect(rows).to_have_count(2)

    await page.locator(f"[data-testid=chat-row][data-chat-id='{other_id}']").click()

    await expect(rows).to_have_count(1)


async def test_the_list_is_read_once_and_the_tab_tells_of_unread(bot: Bot, page: Page) -> None:
    await bot.given_chat()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    await page.goto(f"{bot.desk.base_url}/?token={bot.desk.alice.token}")
    await expect(page.get_by_test_id("chat-row")).to_have_count(1)
    await expect(page).to_have_title("(1) OpDesk")
    await asyncio.sleep(1)

    assert len([url for url in asked if "/api/chat/chats" in url]) == 1


async def test_who_is_signed_in_is_led_past_the_form(desk: Desk, page: Page) -> None:
    await page.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await expect(page.get_by_test_id("live-state")).to_be_attached()

    await page.goto(f"{desk.base_url}/login")

    await expect(page.get_by_test_id("live-state")).to_be_attached()
    assert page.url == f"{desk.base_url}/"


async def test_a_rejected_message_is_sent_again_as_a_new_one(bot: Bot, page: Page) -> None:
    chat_id = await bot.given_chat()
    await opened(bot, page, chat_id)
    bot.telegram.faults.refusals["sendMessage"] = [
        Refusal(400, "Bad Request: can't parse entities")
    ]
    await page.get_by_test_id("composer-input").fill("вдруге")
    await page.get_by_test_id("composer-send").click()

    await page.get_by_test_id("send-again").click()

    sent = page.locator("[data-testid=message][data-author=operator][data-status=sent]")
    await expect(sent).to_contain_text("вдруге")
    await expect(page.get_by_test_id("send-again")).to_have_count(0)
    assert len({one["id"] for one in await bot.messages(chat_id)}) == 3


async def test_a_message_that_may_have_arrived_is_sent_again_only_after_a_warning(
    bot: Bot, page: Page
) -> None:
    chat_id = await bot.given_chat()
    await opened(bot, page, chat_id)
    bot.telegram.faults.lost.add("sendMessage")
    await page.get_by_test_id("composer-input").fill("чи дійшло")
    await page.get_by_test_id("composer-send").click()
    uncertain = page.locator("[data-testid=message][data-status=uncertain]")
    await expect(uncertain).to_be_visible(timeout=15_000)
    bot.telegram.faults.lost.clear()

    await page.get_by_test_id("send-again").click()
    await expect(page.get_by_test_id("confirm")).to_contain_text("двічі")
    await page.get_by_test_id("confirm-go").click()

    sent = page.locator("[data-testid=message][data-author=operator][data-status=sent]")
    await expect(sent).to_contain_text("чи дійшло")


async def test_a_text_that_is_too_long_says_so_in_words(bot: Bot, page: Page) -> None:
    await opened(bot, page, await bot.given_chat())

    await page.get_by_test_id("composer-input").fill("а" * 4100)

    await expect(page.get_by_test_id("too-long")).to_have_text("Задовго: приберіть 4 символи.")
    await expect(page.get_by_test_id("composer-send")).to_be_disabled()


async def test_a_refusal_of_the_server_is_told_in_the_readers_language(
    bot: Bot, page: Page
) -> None:
    chat_id = await bot.given_chat()
    await opened(bot, page, chat_id)

    async def too_late(route: Route) -> None:
        # Whatever the page reads and whenever it reads it, the channel goes after the click.
        await bot.desk.acme.api.put(f"/api/channel/{bot.channel_id}", {"isEnabled": False})
        await route.continue_()

    await page.route("**/api/chat/*/message", too_late)
    await page.get_by_test_id("composer-input").fill("?")
    await page.get_by_test_id("composer-send").click()

    failed = page.locator("[data-testid=message][data-status=failed]")
    await expect(failed).to_contain_text("Канал цього чату відключено.")


async def test_only_the_login_that_tried_too_often_must_wait(desk: Desk, page: Page) -> None:
    await page.goto(f"{desk.base_url}/login")
    form = page.get_by_test_id("login-form")
    limited = '{"title": "Too many requests", "status": 429}'

    async def answer_429(route: Route) -> None:
        await route.fulfill(status=429, body=limited, headers={"Retry-After": "60"})

    await page.route("**/api/operator/sign-in", answer_429)
    await form.locator("input").first.fill("olena")
    await form.locator("input").last.fill("wrong password")
    submit = form.locator("button[type=submit]")
    await submit.click()
    await expect(submit).to_be_disabled()

    await form.locator("input").first.fill("ivan")

    await expect(submit).to_be_enabled()


async def test_who_stays_goes_to_the_chat_that_was_asked_for(bot: Bot, page: Page) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat("для обох")
    await page.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await expect(page.get_by_test_id("chat-row").first).to_be_attached()

    await page.goto(f"{desk.base_url}/?chat_raw_id={chat_id}&token={desk.bob.token}")
    await page.get_by_role("button", name="Залишитися: Alice").click()

    await expect(page.get_by_test_id("message")).to_contain_text("для обох")


async def test_targets_on_a_phone_are_large_enough_for_a_thumb(bot: Bot, page: Page) -> None:
    if not is_phone(page):
        return
    chat_id = await bot.given_chat()
    await page.goto(f"{bot.desk.base_url}/?token={bot.desk.alice.token}")
    in_list = [
        page.get_by_role("button", name="Меню: Alice"),
        page.get_by_role("button", name="Показано: Усі чати"),
        page.get_by_role("button", name="З усіх джерел"),
        page.get_by_role("button", name="Мої", exact=True),
        page.get_by_role("searchbox"),
        page.get_by_test_id("chat-row"),
    ]
    in_chat = [
        page.get_by_role("button", name="До списку чатів"),
        page.get_by_test_id("status-menu"),
        page.get_by_role("button", name="Додати фото або файл"),
        page.get_by_test_id("composer-send"),
    ]

    await expect(in_list[0]).to_be_visible()
    assert [await height(one) for one in in_list if await height(one) < THUMB_PX] == []
    await opened(bot, page, chat_id)
    assert [await height(one) for one in in_chat if await height(one) < THUMB_PX] == []


async def height(target: Locator) -> float:
    box = await target.bounding_box()
    assert box is not None
    return box["height"]
