"""Operators in the dashboard: thousands of them, their synchronisation, and what is done to one."""

import asyncio

import pytest
from playwright.async_api import FilePayload, Locator, Page, Route, expect

from tests.browser.dashboard import chosen, is_fit, opened, toast
from tests.desk import PASSWORD, Desk
from tests.people import ANALYST, joined
from tests.telegram import Bot

MANY, AT_ONCE, PAGE = 50_000, 10_000, 50
# Which database it is shows in the API's own tests; the large list is opened on both.
pytestmark = pytest.mark.browser
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def people(page: Page) -> Locator:
    return page.get_by_test_id("operators").get_by_role("listitem")


def one(page: Page, name: str) -> Locator:
    return people(page).filter(has_text=name)


async def confirm(page: Page) -> None:
    await page.get_by_test_id("confirm-go").click()


async def found(desk: Desk, operator_id: int) -> dict[str, object]:
    reply = await desk.acme.api.get("/api/operator/search?limit=200")
    [operator] = [each for each in reply.json["items"] if each["id"] == operator_id]
    return dict(operator)


@on_sqlite
async def test_the_list_is_filtered_by_words_place_and_status(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/operators")
    await expect(people(page)).to_have_count(3)
    await is_fit(page)

    search = page.get_by_role("search")
    await search.get_by_label("Ім’я, id у CRM або логін").fill("LI")
    await expect(people(page)).to_have_count(2)
    await search.get_by_label("Організація").select_option(label="Lviv")
    await expect(people(page)).to_have_count(1)
    await expect(people(page)).to_contain_text("Charlie")
    await search.get_by_label("Статус").select_option(label="неактивний")

    await expect(page.get_by_role("heading", name="Тут нікого немає")).to_be_visible()
    await is_fit(page)


@on_sqlite
async def test_more_are_shown_page_by_page(desk: Desk, page: Page) -> None:
    kyiv = desk.acme.organizations[0]
    wanted = [{"organizationId": kyiv, "name": f"Operator {number}"} for number in range(150)]
    await desk.acme.api.post("/api/operator/synchronize", wanted)
    await opened(page, desk.base_url, "/operators")
    await expect(page.get_by_test_id("total")).to_have_text("153 оператори")
    await expect(people(page)).to_have_count(50)

    more = page.get_by_role("button", name="Показати більше")
    for shown in (100, 150, 153):
        await more.click()
        await expect(people(page)).to_have_count(shown)

    await expect(more).to_have_count(0)


@on_sqlite
async def test_a_list_is_synchronised_after_its_difference_was_seen(desk: Desk, page: Page) -> None:
    kyiv = desk.acme.organizations[0]
    known = {"organizationId": kyiv, "name": "Olena", "externalId": "E-1"}
    await desk.acme.api.post("/api/operator/synchronize", [known])
    await opened(page, desk.base_url, "/operators")
    await page.get_by_role("button", name="Синхронізувати").click()
    form = page.get_by_test_id("synchronize")
    await form.get_by_label("Список").fill("E-1;Olena Koval\nAlice\nE-2;Новий Оператор")

    await form.get_by_role("button", name="Переглянути зміни від 3 рядків").click()

    difference = page.get_by_test_id("difference")
    await expect(difference.get_by_role("listitem")).to_have_text(
        ["Olena Koval · id у CRM E-1нове ім’я", "Новий Оператор · id у CRM E-2новий"]
    )
    await expect(difference).to_contain_text("без змін: 1")
    await expect(form.get_by_role("button", name="Застосувати")).to_be_in_viewport()
    await is_fit(page)
    before = await desk.acme.api.get("/api/operator/search")
    assert before.json["total"] == 4

    await form.get_by_role("button", name="Застосувати").click()

    await expect(toast(page)).to_contain_text("Змінено 2 операторів.")
    await expect(one(page, "Olena Koval")).to_contain_text("id у CRM E-1")
    await expect(one(page, "Новий Оператор")).to_contain_text("id у CRM E-2")


@on_sqlite
async def test_a_list_comes_from_a_file(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/operators")
    await page.get_by_role("button", name="Синхронізувати").click()
    form = page.get_by_test_id("synchronize")
    await form.get_by_label("Організація").select_option(label="Lviv")

    list_of_crm = "\ufeff7,Ivan\r\n8,Petro\r\n".encode()
    await form.get_by_label("Вибрати файл").set_input_files(
        FilePayload(name="operators.csv", mimeType="text/csv", buffer=list_of_crm)
    )
    await form.get_by_role("button", name="Переглянути зміни від 2 рядків").click()
    await form.get_by_role("button", name="Застосувати").click()

    await expect(one(page, "Ivan")).to_contain_text("Lviv")
    await expect(one(page, "Petro")).to_contain_text("id у CRM 8")


@on_sqlite
async def test_a_list_of_a_spreadsheet(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/operators")
    await page.get_by_role("button", name="Синхронізувати").click()
    form = page.get_by_test_id("synchronize")
    rows = "Код;ПІБ;Телефон\r\n7;Їжак Олена;+380501112233\r\n8;Лис Іван;+380501112233\r\n"
    file = form.get_by_label("Вибрати файл")

    workbook = FilePayload(name="a.xlsx", mimeType="text/csv", buffer=b"PK\x03\x04\x14\x00\x06\x00")
    await file.set_input_files(workbook)
    await expect(form.get_by_role("alert")).to_contain_text("Збережіть таблицю як CSV")
    await is_fit(page)
    await file.set_input_files(
        FilePayload(name="a.csv", mimeType="text/csv", buffer=rows.encode("cp1251"))
    )
    await expect(form).to_contain_text("Прочитано лише стовпці з id та ім’ям")
    await form.get_by_role("button", name="Переглянути зміни від 2 рядків").dblclick()

    await expect(page.get_by_test_id("difference").get_by_role("listitem")).to_have_text(
        ["Їжак Олена · id у CRM 7новий", "Лис Іван · id у CRM 8новий"]
    )
    await is_fit(page)
    assert (await desk.acme.api.get("/api/operator/search")).json["total"] == 3


@on_sqlite
async def test_a_bad_row_is_named(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/operators")
    await page.get_by_role("button", name="Синхронізувати").click()
    form = page.get_by_test_id("synchronize")

    for text, told in (
        ("Name\n\nOlena\n" + "x" * 201, f"Рядок 4 ({'x' * 40}…): Має бути від 1 до 200 символів."),
        ("7;Olena\n7;Ivan", "Рядок 2 (Ivan): Цей id уже є у списку з іншим ім’ям."),
        ("7;Olena\n8;", "Рядок 2 (8): Має бути від 1 до 200 символів."),
    ):
        await form.get_by_label("Список").fill(text)
        await form.get_by_role("button", name="Переглянути зміни").click()
        await expect(form.get_by_role("alert")).to_have_text(told)

    await is_fit(page)
    await form.get_by_label("Список").fill("Olena")
    await expect(form.get_by_role("alert")).to_have_count(0)


@on_sqlite
async def test_a_late_answer_is_not_mixed_into_the_list(desk: Desk, page: Page) -> None:
    kyiv = desk.acme.organizations[0]
    wanted = [{"organizationId": kyiv, "name": f"Operator {number}"} for number in range(150)]
    await desk.acme.api.post("/api/operator/synchronize", wanted)
    asked, told = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await told.wait()
        await route.continue_()

    await opened(page, desk.base_url, "/operators")
    await expect(people(page)).to_have_count(50)
    await page.route("**/api/operator/search?*after=*", late)

    await page.get_by_role("button", name="Показати більше").click()
    await asked.wait()
    await page.get_by_role("search").get_by_label("Ім’я, id у CRM або логін").fill("alice")
    await expect(people(page)).to_have_count(1)
    async with page.expect_response("**/api/operator/search?*after=*"):
        told.set()

    await expect(page.get_by_role("button", name="Показати більше")).to_have_count(0)
    await expect(people(page)).to_have_count(1)


@on_sqlite
async def test_an_invitation_is_shown_once_and_lets_the_operator_in(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/operators")
    await page.get_by_role("button", name="Що зробити: Alice").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    await is_fit(page)
    await page.get_by_role("menuitem", name="Посилання-запрошення").click()
    await is_fit(page)
    await confirm(page)
    link = await page.locator("code").text_content()
    assert link
    assert link.startswith(f"{desk.base_url}/join#")
    await is_fit(page)

    secret = link.partition("#")[2]
    used = {"secret": secret, "login": "alice", "password": PASSWORD}
    reply = await desk.anyone.post("/api/one-time-link/use", used)
    assert (reply.status, reply.json) == (200, {"leadsTo": "/login"})
    await page.reload()
    await expect(one(page, "Alice")).to_contain_text("логін alice")
    await page.get_by_role("button", name="Що зробити: Alice").click()
    await expect(page.get_by_role("menuitem", name="Посилання для нового пароля")).to_be_visible()


@on_sqlite
async def test_leaving_goes_step_by_step(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/operators")
    assert (await desk.bob.api.get("/api/chat/chats")).status == 200

    await chosen(page, "Bob", "Завершити всі сеанси")
    await confirm(page)
    await expect(toast(page)).to_contain_text("Сеанси завершено: Bob.")
    assert (await desk.bob.api.get("/api/chat/chats")).status == 401
    await chosen(page, "Bob", "Деактивувати")
    await confirm(page)
    await expect(one(page, "Bob")).to_contain_text("неактивний")
    await chosen(page, "Bob", "Вилучити")
    await is_fit(page)
    await confirm(page)
    await expect(one(page, "Bob")).to_contain_text("вилучений")
    await chosen(page, "Bob", "Активувати")
    await confirm(page)

    await expect(toast(page).last).to_contain_text("Активовано: Bob.")
    assert (await found(desk, desk.bob.id))["status"] == 0


@on_sqlite
async def test_a_leavers_chats_go_to_a_colleague_or_back_to_the_queue(bot: Bot, page: Page) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    taken = await desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "Беру"})
    assert taken.status == 200, taken.text
    await opened(page, desk.base_url, "/operators")
    await expect(one(page, "Alice")).to_contain_text("1 відкритий чат")

    await chosen(page, "Alice", "Передати чати")
    dialog = page.get_by_test_id("hand-over")
    await dialog.get_by_label("Колега").fill("bo")
    await dialog.get_by_role("button", name="Bob").click()
    await is_fit(page)
    await dialog.get_by_role("button", name="Передати: Bob").click()
    await expect(toast(page)).to_contain_text("Передано 1 чат.")
    await expect(one(page, "Bob")).to_contain_text("1 відкритий чат")
    assert (await bot.chats())[0]["operator"]["id"] == desk.bob.id

    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 2})
    await page.reload()
    await expect(one(page, "Bob")).to_contain_text("вилучений")
    await chosen(page, "Bob", "Передати чати")
    await page.get_by_role("button", name="Повернути до черги").click()
    await expect(one(page, "Bob")).not_to_contain_text("відкритий чат")
    assert (await bot.chats())[0]["operator"] is None


@on_sqlite
async def test_the_keyboard_goes_on_where_it_was(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/operators")
    menu = page.get_by_role("button", name="Що зробити: Alice")
    for action in ("Деактивувати", "Передати чати"):
        await menu.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menu")).to_be_visible()
        await page.get_by_role("menuitem", name=action).focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menu")).to_have_count(0)
        await expect(page.get_by_role("heading", name="Alice")).to_be_visible()
        await page.keyboard.press("Escape")

        await expect(menu).to_be_focused()


@on_sqlite
async def test_a_page_of_an_upgraded_server_is_loaded_anew(desk: Desk, page: Page) -> None:
    asked: list[str] = []

    async def gone_once(route: Route) -> None:
        # Not `times=1`: what is on its way while Playwright takes a route back waits for ever.
        asked.append(route.request.url)
        await (route.fulfill(status=404) if len(asked) == 1 else route.continue_())

    await opened(page, desk.base_url, "/operators")
    await page.route("**/assets/ChannelsPage-*.js", gone_once)
    if await page.get_by_role("button", name="Меню").is_visible():
        await page.get_by_role("button", name="Меню").click()

    await page.get_by_role("link", name="Канали").click()

    await expect(page.get_by_role("heading", name="Канали", level=1)).to_be_visible()


@on_sqlite
async def test_names_without_spaces_fit(desk: Desk, page: Page) -> None:
    kyiv = desk.acme.organizations[0]
    wanted = [{"organizationId": kyiv, "name": letter * 200} for letter in "ЯЮ"]
    await desk.acme.api.post("/api/operator/synchronize", wanted)
    await opened(page, desk.base_url, "/operators")
    await expect(people(page)).to_have_count(5)

    await is_fit(page)
    await chosen(page, "Я" * 200, "Передати чати")
    dialog = page.get_by_test_id("hand-over")
    await dialog.get_by_label("Колега").fill("ююю")
    await dialog.get_by_role("button", name="ЮЮЮ").click()

    await expect(dialog.get_by_role("button", name="Передати")).to_be_visible()
    await is_fit(page)
    inside = "node => node.scrollWidth <= node.clientWidth"
    assert await page.get_by_test_id("dialog").evaluate(inside)


@on_sqlite
async def test_an_analyst_sees_the_list_and_changes_nobody(desk: Desk, page: Page) -> None:
    analyst = await joined(desk, ANALYST)
    await opened(page, desk.base_url, "/operators", analyst.login)

    await expect(people(page)).to_have_count(3)
    await expect(page.get_by_role("button", name="Що зробити")).to_have_count(0)
    await expect(page.get_by_role("button", name="Синхронізувати")).to_have_count(0)


@pytest.mark.parametrize("context", ["desktop"], indirect=True)
async def test_a_list_of_50000_opens_with_its_first_page_only(desk: Desk, page: Page) -> None:
    """How quickly is a row of `make bench`; here it must not grow with the list."""
    kyiv = desk.acme.organizations[0]
    for start in range(0, MANY, AT_ONCE):
        names = (f"Оператор {number}" for number in range(start, start + AT_ONCE))
        body = [{"organizationId": kyiv, "name": name} for name in names]
        made = await desk.acme.api.post("/api/operator/synchronize", body, timeout=60)
        assert made.status == 200, made.text
    await opened(page, desk.base_url, "/operators")
    await expect(page.get_by_test_id("total")).to_contain_text("003 оператори", timeout=15_000)
    await expect(people(page)).to_have_count(PAGE)

    await page.get_by_role("button", name="Показати більше").click()
    await expect(people(page)).to_have_count(2 * PAGE)
