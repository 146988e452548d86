"""Channels and links in the dashboard: connected by a guided page, tried out, and led to."""

import pytest
from playwright.async_api import Locator, Page, Route, expect

from opdesk.simulators.telegram import Refusal
from tests.browser.dashboard import is_fit, opened, toast
from tests.desk import Desk, eventually
from tests.people import ANALYST, joined
from tests.telegram import TARAS, Bot

TELEGRAM_BOT = 2
NUMBER = "380501234567"
SILENT = "http://127.0.0.1:9"

# Which database it is shows in the API's own tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


def card(page: Page) -> Locator:
    return page.get_by_test_id("channel")


async def press(page: Page, name: str) -> None:
    await card(page).get_by_role("button", name=name, exact=True).click()


async def begun(page: Page) -> Locator:
    """The form of a new channel, for a Telegram bot."""
    await page.get_by_role("button", name="Підключити канал").click()
    form = page.get_by_test_id("channel-form")
    await form.get_by_label("Джерело").select_option(value=str(TELEGRAM_BOT))
    return form


async def test_a_channel_is_connected_as_its_connector_declares(bot: Bot, page: Page) -> None:
    token = bot.telegram.add_bot("second_bot")
    await opened(page, bot.desk.base_url, "/channels")
    await expect(card(page)).to_have_count(1)

    form = await begun(page)
    await expect(form.get_by_role("listitem").first).to_contain_text("@BotFather")
    await is_fit(page)
    send = form.get_by_role("button", name="Підключити канал")
    await expect(send).to_be_disabled()
    await form.get_by_label("Організація").select_option(label="Lviv")
    secret = form.get_by_label("Токен бота")
    await expect(secret).to_have_attribute("type", "password")
    await secret.fill("not a token")
    await form.get_by_label("Адреса сервера Bot API").fill(bot.api_base_url)
    await send.click()
    await expect(secret).to_have_accessible_description("Має виглядати так: 123456:ABC-DEF…")
    await is_fit(page)
    await secret.fill(token)
    await send.click()

    await expect(toast(page)).to_contain_text("Канал підключено.")
    await expect(card(page)).to_have_count(2)
    second = card(page).filter(has_text="second_bot")
    await expect(second).to_contain_text("працює, через вебхук")
    await expect(second).to_contain_text("Lviv")
    await is_fit(page)


async def test_a_company_without_channels_is_told_how_to_begin(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/channels")

    await expect(page.get_by_role("heading", name="Каналів ще немає")).to_be_visible()
    await is_fit(page)


async def test_settings_are_changed_and_the_secret_stays(bot: Bot, page: Page) -> None:
    await opened(page, bot.desk.base_url, "/channels")

    await press(page, "Налаштування")
    form = page.get_by_test_id("channel-form")
    await expect(form.get_by_label("Токен бота")).to_have_value("")
    await form.get_by_label("Назва в посиланнях").fill("Наш бот")
    await is_fit(page)
    await form.get_by_role("button", name="Зберегти").click()

    await expect(card(page)).to_contain_text("Наш бот")
    await press(page, "Перевірити зараз")
    await expect(card(page)).to_contain_text("Усе гаразд")
    await expect(card(page).get_by_role("listitem").first).to_contain_text("getMe")
    await is_fit(page)
    await press(page, "Вимкнути")
    await expect(card(page)).not_to_contain_text("Усе гаразд")


async def test_a_test_message_arrives_and_trouble_is_told_in_words(bot: Bot, page: Page) -> None:
    await opened(page, bot.desk.base_url, "/channels")
    await press(page, "Надіслати тестове повідомлення")
    dialog = page.get_by_test_id("dialog")
    await expect(dialog).to_contain_text("У цей канал ще ніхто не писав.")
    await is_fit(page)
    await dialog.get_by_role("button", name="Закрити").click()
    await bot.given_chat()

    await press(page, "Надіслати тестове повідомлення")
    await is_fit(page)
    await dialog.get_by_role("button", name="Тарас").click()

    await expect(toast(page)).to_contain_text("Тестове повідомлення надсилається: Тарас")

    async def arrived() -> str | None:
        return next((call.body["text"] for call in bot.telegram.sent("sendMessage")), None)

    assert (await eventually(arrived)).startswith("Це тестове повідомлення від OpDesk")

    del bot.telegram.bots[bot.token]
    await press(page, "Перевірити зараз")
    await expect(card(page).get_by_role("alert")).to_contain_text("токен")
    await is_fit(page)


async def test_a_channel_is_switched_off_and_on_and_let_go(bot: Bot, page: Page) -> None:
    await opened(page, bot.desk.base_url, "/channels")

    await press(page, "Вимкнути")
    await expect(card(page)).to_contain_text("вимкнено")
    await is_fit(page)
    await press(page, "Увімкнути")
    await expect(card(page)).to_contain_text("працює, через вебхук")
    await press(page, "Відключити")
    await is_fit(page)
    await page.get_by_test_id("confirm-go").click()

    await expect(card(page)).to_have_count(0)
    assert bot.telegram.sent("deleteWebhook")


async def test_what_the_platform_refuses_is_told_when_it_is_connected(bot: Bot, page: Page) -> None:
    token = bot.telegram.add_bot("third_bot")
    bot.telegram.faults.refusals["setWebhook"].append(Refusal(400, "Bad Request: bad webhook"))
    await opened(page, bot.desk.base_url, "/channels")
    form = await begun(page)
    await form.get_by_label("Токен бота").fill(token)
    await form.get_by_label("Адреса сервера Bot API").fill(bot.api_base_url)

    await form.get_by_role("button", name="Підключити канал").click()

    await expect(page.get_by_role("alert").first).to_have_text(
        "Платформа відмовила: Bad Request: bad webhook"
    )
    await is_fit(page)


async def test_a_channel_of_a_silent_platform_can_be_kept_switched_off(
    bot: Bot, page: Page
) -> None:
    await opened(page, bot.desk.base_url, "/channels")
    form = await begun(page)
    await form.get_by_label("Токен бота").fill("1:aaaaaaaaaa")
    await form.get_by_label("Адреса сервера Bot API").fill(SILENT)
    await form.get_by_label("Назва в посиланнях").fill("later_bot")
    await expect(form.get_by_role("button", name="Зберегти вимкненим")).to_have_count(0)

    await form.get_by_role("button", name="Підключити канал").click()
    await expect(form.get_by_role("alert")).to_contain_text("Платформа не відповідає")
    await is_fit(page)
    await form.get_by_role("button", name="Зберегти вимкненим").click()

    await expect(card(page).filter(has_text="later_bot")).to_contain_text("вимкнено")
    await card(page).filter(has_text="later_bot").get_by_role("button", name="Увімкнути").click()
    await expect(card(page).get_by_role("alert")).to_contain_text("Платформа не відповідає")


async def test_a_name_that_is_emptied_is_not_said_to_be_saved(bot: Bot, page: Page) -> None:
    await opened(page, bot.desk.base_url, "/channels")
    await press(page, "Налаштування")
    form = page.get_by_test_id("channel-form")
    name = form.get_by_label("Назва в посиланнях")

    await name.fill("")
    await form.get_by_role("button", name="Зберегти").click()

    await expect(name).to_have_accessible_description("Має бути від 1 до 200 символів.")


async def test_what_is_copied_to_the_platform_is_shown_by_its_step(bot: Bot, page: Page) -> None:
    """As a connector declares it whose webhook the admin sets by hand."""

    async def by_hand(route: Route) -> None:
        reply = await route.fetch()
        [source] = [one for one in await reply.json() if one["source"] == TELEGRAM_BOT]
        source["webhookSetup"] = "byHand"
        pasted = {**source["steps"][0], "text": "Вставте її", "shows": "webhookUrl"}
        source["steps"] = [*source["steps"], {**pasted, "isAfterSaving": True}]
        await route.fulfill(response=reply, json=[source])

    await page.route("**/api/channel/source?*", by_hand)
    await opened(page, bot.desk.base_url, "/channels")
    form = await begun(page)
    await form.get_by_label("Токен бота").fill(bot.telegram.add_bot("third_bot"))
    await form.get_by_label("Адреса сервера Bot API").fill(bot.api_base_url)
    await expect(form.locator("code")).to_have_count(0)

    await form.get_by_role("button", name="Підключити канал").click()

    await expect(form.locator("code")).to_have_text(f"{bot.desk.base_url}/hooks/1/2")
    await is_fit(page)


async def test_a_link_to_a_channel_leads_to_it(bot: Bot, page: Page) -> None:
    await opened(page, bot.desk.base_url, f"/channels?channel={bot.channel_id}")

    await expect(card(page)).to_be_focused()


async def test_an_analyst_sees_channels_and_changes_none(bot: Bot, page: Page) -> None:
    analyst = await joined(bot.desk, ANALYST)
    await opened(page, bot.desk.base_url, "/channels", analyst.login)

    await expect(card(page)).to_have_count(1)
    await expect(card(page).get_by_role("button")).to_have_text(["Копіювати"])
    await expect(page.get_by_role("button", name="Підключити канал")).to_have_count(0)


async def test_a_link_is_explained_rule_by_rule(bot: Bot, page: Page) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    await bot.telegram.shares_contact(bot.token, TARAS, NUMBER)
    await opened(page, desk.base_url, "/links")
    await is_fit(page)
    form, steps = page.get_by_test_id("check-link"), page.get_by_test_id("steps")
    link = f"{desk.base_url}/?phone=050 123-45-67&from=@demo_shop_bot"

    await form.get_by_label("Посилання").fill(f"{link}&token={desk.alice.token}")
    await form.get_by_role("button", name="Перевірити").click()
    await expect(steps).to_contain_text("Відкриває чат: Тарас Бондар.")
    await expect(steps).to_contain_text(f"Прочитано як +{NUMBER} за правилами країни UA (Kyiv).")
    await expect(steps).to_contain_text(f"Відкриється чат {chat_id}.")
    await is_fit(page)

    await form.get_by_label("Посилання").fill(link)
    await form.get_by_label("Оператор").fill("char")
    await form.get_by_role("button", name="Charlie").click()
    await form.get_by_role("button", name="Перевірити").click()
    await expect(steps).to_contain_text("Charlie, за вашим вибором.")
    await expect(steps).to_contain_text("Жоден підключений канал організації не має такої назви.")
    await is_fit(page)

    await form.get_by_role("button", name="Вибрати іншого").click()
    await form.get_by_role("button", name="Перевірити").click()
    await expect(steps).to_contain_text(
        "Оператор. Не вибрано: це побачить оператор організації Kyiv."
    )
    await is_fit(page)

    await form.get_by_label("Посилання").fill(f"{link}&token=broken")
    await form.get_by_role("button", name="Перевірити").click()
    await expect(steps).to_contain_text("Це не токен.")
    await expect(steps).to_contain_text("Спершу веде на сторінку входу.")


async def test_a_link_that_was_made_opens_its_chat(bot: Bot, page: Page) -> None:
    desk, chat_id = bot.desk, await bot.given_chat("Коли прийде замовлення?")
    await opened(page, desk.base_url, "/links")
    form = page.get_by_test_id("build-link")
    await expect(form.get_by_role("switch")).to_be_disabled()

    await form.get_by_label("Оператор").fill("ali")
    await form.get_by_role("button", name="Alice").click()
    await form.get_by_label("Чат").fill("тарас")
    await form.get_by_role("button", name="Тарас").click()
    await form.get_by_role("switch").click()
    await form.get_by_label("Токен діє").select_option("15")
    await form.get_by_role("button", name="Створити посилання").click()

    made = page.get_by_test_id("built")
    link = await made.locator("code").first.text_content()
    assert link
    await is_fit(page)
    await page.goto(link)
    await expect(page.get_by_text("Коли прийде замовлення?").last).to_be_visible()
    assert page.url == f"{desk.base_url}/chats/{chat_id}"
