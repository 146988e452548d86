"""The company's people, and the log of what they did."""

import csv
import io

import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard import chosen, is_fit, only_writes, opened, row, toast
from tests.desk import PASSWORD, Desk
from tests.people import ADMIN, ANALYST, OWNER, joined, secret_of
from tests.telegram import Bot
from tests.users.test_second_factor import with_totp

# Which database it is shows in the API's own tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


async def test_someone_is_invited_with_a_link_to_hand_over(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/users")
    await expect(row(page, "Acme")).to_contain_text("це ви")
    form = page.get_by_test_id("user-form")

    await page.get_by_role("button", name="Запросити").click()
    await expect(form.get_by_label("Ім’я")).to_be_focused()
    await is_fit(page)
    await form.get_by_label("Ім’я").fill("Марко Вовчок")
    await form.get_by_label("Пошта").fill("marko")
    await form.get_by_label("Роль").select_option(label="аналітик")
    await expect(form).to_contain_text("нічого не змінює")
    await page.get_by_role("button", name="Створити посилання").click()
    await expect(form).to_contain_text("Має бути адреса на зразок")
    await is_fit(page)
    # A form that is opened again does not remember what was wrong.
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Запросити").click()
    await expect(form.get_by_label("Пошта")).to_have_attribute("aria-invalid", "false")
    await form.get_by_label("Ім’я").fill("Марко Вовчок")
    await form.get_by_label("Роль").select_option(label="аналітик")
    await page.get_by_role("button", name="Створити посилання").click()

    link = await page.get_by_test_id("new-link").locator("code").inner_text()
    await expect(row(page, "Марко Вовчок")).to_contain_text("запрошено")
    await is_fit(page)
    used = await desk.anyone.post(
        "/api/one-time-link/use",
        {"secret": secret_of(link), "login": "marko", "password": PASSWORD},
    )
    assert used.status == 200


async def test_the_list_and_a_persons_menu_are_fit(desk: Desk, page: Page) -> None:
    long = "Олександра-Константинопольська-" * 5
    await desk.acme.api.put("/api/company/me", {"name": "Ж" * 200})
    await desk.acme.api.post(
        "/api/company/user",
        {"name": long, "email": f"{'a' * 60}@{'department.' * 8}example.com", "role": ADMIN},
    )
    await with_totp(desk)
    await opened(page, desk.base_url, "/users")
    await expect(page.get_by_test_id("users").get_by_role("listitem")).to_have_count(3)
    await is_fit(page)

    await page.get_by_role("button", name=f"Що зробити: {long}").click()

    await expect(page.get_by_role("menuitem").first).to_be_visible()
    await is_fit(page)


async def test_a_role_changes_and_counts_at_once(desk: Desk, page: Page) -> None:
    person = await joined(desk, ANALYST)
    name = person.login.title()
    await opened(page, desk.base_url, "/users")
    assert (await person.api.get("/api/audit")).status == 403

    await chosen(page, name, "Змінити")
    await page.get_by_test_id("user-form").get_by_label("Роль").select_option(label="адміністратор")
    await page.get_by_role("button", name="Зберегти").click()

    await expect(row(page, name)).to_contain_text("адміністратор")
    assert (await person.api.get("/api/audit")).status == 200


async def test_a_person_gets_a_reset_is_signed_out_and_removed(desk: Desk, page: Page) -> None:
    person = await joined(desk, ADMIN)
    name = person.login.title()
    await opened(page, desk.base_url, "/users")

    await chosen(page, name, "Посилання для нового пароля")
    await is_fit(page)
    await page.get_by_test_id("confirm-go").click()
    await expect(page.get_by_test_id("new-link")).to_be_visible()
    assert (await person.api.get("/api/company/me")).status == 200

    await chosen(page, name, "Завершити всі сеанси")
    await page.get_by_test_id("confirm-go").click()
    await expect(toast(page)).to_have_text(f"Сеанси завершено: {name}.")
    assert (await person.api.get("/api/company/me")).status == 401

    await chosen(page, name, "Вилучити")
    await page.get_by_test_id("confirm-go").click()
    await expect(row(page, name)).to_have_count(0)


async def test_codes_of_someone_who_lost_them_are_switched_off(desk: Desk, page: Page) -> None:
    _, login, _, _ = await with_totp(desk)
    name = login.title()
    await opened(page, desk.base_url, "/users")
    await expect(row(page, name)).to_contain_text("одноразові коди")

    await chosen(page, name, "Вимкнути одноразові коди")
    await page.get_by_test_id("confirm-go").click()

    await expect(row(page, name)).not_to_contain_text("одноразові коди")


@pytest.mark.parametrize("action", ["Вилучити", "Змінити"])
async def test_the_last_owner_stays_one(desk: Desk, page: Page, action: str) -> None:
    told = "Це останній власник, який може увійти."
    await opened(page, desk.base_url, "/users")

    await chosen(page, "Acme", action)
    if action == "Вилучити":
        await page.get_by_test_id("confirm-go").click()
        await expect(toast(page)).to_contain_text(told)
    else:
        form = page.get_by_test_id("user-form")
        await form.get_by_label("Роль").select_option(label="аналітик")
        await form.get_by_role("button", name="Зберегти").click()
        await expect(form.get_by_role("alert")).to_contain_text(told)
        await is_fit(page)

    assert (await desk.acme.api.get("/api/company/me")).json["role"] == OWNER


async def test_an_owner_who_gives_the_role_away_leaves_the_page(desk: Desk, page: Page) -> None:
    await joined(desk, OWNER)
    await opened(page, desk.base_url, "/users")

    await chosen(page, "Acme", "Змінити")
    await page.get_by_test_id("user-form").get_by_label("Роль").select_option(label="аналітик")
    await page.get_by_role("button", name="Зберегти").click()

    await expect(page).to_have_url(f"{desk.base_url}/dashboard/organizations")


async def test_the_log_says_who_did_what_and_is_filtered(desk: Desk, page: Page) -> None:
    person = await joined(desk, ADMIN)
    await person.api.post("/api/company/organization", {"name": "Одеса"})
    await opened(page, desk.base_url, "/audit")
    entries = page.get_by_test_id("entry")
    await expect(page.get_by_role("heading", name="Сьогодні")).to_be_visible()
    invited = entries.filter(has_text="Користувача запрошено")
    await expect(invited).to_contain_text(f"{person.login.title()}, роль: адміністратор")
    await is_fit(page)

    await page.get_by_label("Дія").select_option(label="Організацію створено")
    await expect(entries).to_have_count(3)
    await page.get_by_label("Пошук").fill("ОДЕСА")
    await expect(entries).to_have_count(1)
    await expect(entries).to_contain_text(person.login.title())
    await page.get_by_label("Пошук").fill("немає такого")
    await expect(page.get_by_text("Жоден запис не відповідає цьому фільтру.")).to_be_visible()
    await is_fit(page)


async def test_the_log_speaks_of_channels_and_times_in_words(bot: Bot, page: Page) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    wanted = {"chatId": chat_id, "operatorId": desk.alice.id, "withToken": True}
    made = await desk.acme.api.post("/api/link/build", wanted)
    await opened(page, desk.base_url, "/audit")

    entries = page.get_by_test_id("entry")
    connected = entries.filter(has_text="Канал підключено")
    await expect(connected).to_contain_text("demo_shop_bot, джерело: бот Telegram")
    issued = entries.filter(has_text="Токен додано до посилання")
    await expect(issued).to_contain_text(f"чат: {chat_id}")
    await expect(issued).not_to_contain_text(made.json["expiresAt"])
    await is_fit(page)


async def test_the_log_of_one_person_and_of_one_day(desk: Desk, page: Page) -> None:
    person = await joined(desk, ADMIN)
    await person.api.post("/api/company/organization", {"name": "Одеса"})
    await opened(page, desk.base_url, "/audit")
    entries = page.get_by_test_id("entry")
    name = person.login.title()

    await page.get_by_role("button", name=f"Лише {name}").first.click()
    await expect(entries.filter(has_text="Компанію створено")).to_have_count(0)
    await expect(entries.filter(has_text="Одеса")).to_have_count(1)
    await is_fit(page)
    await page.get_by_role("button", name="Показати всіх").click()
    await expect(entries.filter(has_text="Компанію створено")).to_have_count(1)

    await page.get_by_label("До", exact=True).fill("2020-01-01")
    await expect(entries).to_have_count(0)


async def test_older_entries_follow_and_the_export_has_what_the_filter_leaves(
    desk: Desk, page: Page
) -> None:
    for number in range(60):
        await desk.acme.api.post("/api/company/key", {"name": f"Ключ {number}"})
    await opened(page, desk.base_url, "/audit")
    entries = page.get_by_test_id("entry")
    await page.get_by_label("Дія").select_option(label="Ключ API створено")
    await expect(entries).to_have_count(50)
    await expect(entries.first).to_contain_text("Ключ 59")

    await page.get_by_role("button", name="Показати давніші").click()
    await expect(entries).to_have_count(60)
    await expect(page.get_by_role("button", name="Показати давніші")).to_have_count(0)
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Експорт").click()

    download = await downloading.value
    rows = list(csv.reader(io.StringIO((await download.path()).read_text("utf-8-sig"))))
    assert download.suggested_filename == "audit.csv"
    assert [cells[1] for cells in rows[1:]] == ["apiKey.created"] * 60


async def test_someone_is_invited_once_though_the_list_can_not_be_read(
    desk: Desk, page: Page
) -> None:
    await opened(page, desk.base_url, "/users")
    await expect(row(page, "Acme")).to_be_visible()
    await page.route("**/api/company/user", only_writes)

    await page.get_by_role("button", name="Запросити").click()
    await page.get_by_test_id("user-form").get_by_label("Ім’я").fill("Марко Вовчок")
    await page.keyboard.press("Enter")

    await expect(page.get_by_test_id("new-link")).to_be_visible()
    await expect(page.get_by_test_id("dialog")).to_have_count(0)
    people = (await desk.acme.api.get("/api/company/user")).json
    assert [one["name"] for one in people] == ["Acme", "Марко Вовчок"]


async def test_the_link_of_someone_far_down_comes_into_view(desk: Desk, page: Page) -> None:
    for number in range(30):
        invited = {"name": f"Особа {number}", "role": ANALYST}
        assert (await desk.acme.api.post("/api/company/user", invited)).status == 200
    await opened(page, desk.base_url, "/users")

    await chosen(page, "Особа 29", "Нове посилання-запрошення")
    await page.get_by_test_id("confirm-go").click()

    await expect(page.get_by_test_id("new-link")).to_be_in_viewport()


async def test_what_a_colleague_changed_meanwhile_stays(desk: Desk, page: Page) -> None:
    marko = await joined(desk, ANALYST)
    await opened(page, desk.base_url, "/users")
    name = marko.login.title()
    await chosen(page, name, "Змінити")
    form = page.get_by_test_id("user-form")
    await expect(form.get_by_label("Ім’я")).to_have_value(name)
    path = f"/api/company/user/{marko.id}"
    assert (await desk.acme.api.put(path, {"role": ADMIN})).status == 200

    await form.get_by_label("Пошта").fill("marko@example.com")
    await form.get_by_role("button", name="Зберегти").click()

    await expect(row(page, name)).to_contain_text("marko@example.com")
    await expect(row(page, name)).to_contain_text("адміністратор")


async def test_who_removes_themselves_is_at_the_sign_in_without_a_problem(
    desk: Desk, page: Page
) -> None:
    other = await joined(desk, OWNER)
    await opened(page, desk.base_url, "/users", other.login)

    await chosen(page, other.login.title(), "Вилучити")
    await page.get_by_test_id("confirm-go").click()

    await expect(page.get_by_test_id("company-login")).to_be_visible()
    await expect(toast(page)).to_have_text(f"Вилучено: {other.login.title()}.")
    assert page.url == f"{desk.base_url}/dashboard/sign-in"
