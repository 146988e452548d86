"""What a person sets for themselves, and the company's keys and tokens."""

import pyotp
import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.dashboard import is_fit, only_writes, opened, sign_in, toast
from tests.desk import PASSWORD, Desk
from tests.people import ADMIN, joined
from tests.users.test_second_factor import code_at

ANOTHER = "another horse battery staple"

# Which database it is shows in the API's own tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


async def profile(desk: Desk, page: Page, login: str = "acme") -> None:
    await opened(page, desk.base_url, "/profile", login)
    await expect(page.get_by_test_id("keys")).to_be_visible()


def form(page: Page, name: str) -> Locator:
    return page.get_by_test_id(name)


async def test_the_page_is_fit_in_both_languages(desk: Desk, page: Page) -> None:
    await profile(desk, page)
    await expect(page.get_by_test_id("keys")).to_contain_text("Ключів ще немає.")
    await is_fit(page)

    await form(page, "details").get_by_label("Мова").select_option("en")
    await form(page, "details").get_by_role("button", name="Зберегти").click()

    await expect(page.get_by_role("heading", name="Profile", level=1)).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await is_fit(page)


async def test_name_and_address_are_kept_and_a_wrong_address_is_told_at_its_field(
    desk: Desk, page: Page
) -> None:
    await profile(desk, page)
    details = form(page, "details")

    await details.get_by_label("Ім’я").fill("Олена Пчілка")
    await details.get_by_label("Пошта").fill("olena")
    await page.keyboard.press("Enter")
    await expect(details).to_contain_text("Має бути адреса на зразок olena@example.com.")
    await is_fit(page)
    await details.get_by_label("Пошта").fill("olena@example.com")
    await page.keyboard.press("Enter")

    await expect(toast(page)).to_have_text("Збережено.")
    await page.reload()
    await expect(details.get_by_label("Ім’я")).to_have_value("Олена Пчілка")
    await expect(details.get_by_label("Пошта")).to_have_value("olena@example.com")


async def test_a_language_chosen_beside_the_menu_is_remembered(
    desk: Desk, page: Page, context: BrowserContext
) -> None:
    await profile(desk, page)
    menu = page.get_by_role("button", name="Меню")
    if await menu.is_visible():
        await menu.click()
    async with page.expect_response("**/api/company/me"):
        await page.get_by_role("button", name="English").locator("visible=true").click()

    me = (await desk.acme.api.get("/api/company/me")).json
    assert me["user"]["language"] == "en"
    await page.reload()
    await expect(page.get_by_role("heading", name="Profile", level=1)).to_be_visible()
    await expect(form(page, "details").get_by_label("Language")).to_have_value("en")


async def test_the_password_changes_with_the_one_before(desk: Desk, page: Page) -> None:
    await profile(desk, page)
    password = form(page, "password")

    await password.get_by_label("Ваш теперішній пароль").fill("not mine at all")
    await password.get_by_label("Новий пароль").fill("password12")
    await page.keyboard.press("Enter")
    await expect(password).to_contain_text("Це не ваш пароль.")
    await password.get_by_label("Ваш теперішній пароль").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(password).to_contain_text("Це надто легко вгадати")
    await is_fit(page)
    await password.get_by_label("Новий пароль").fill(ANOTHER)
    await page.keyboard.press("Enter")

    await expect(toast(page)).to_have_text("Пароль змінено.")
    await expect(password.get_by_label("Новий пароль")).to_have_value("")
    # This session went on, the token that was there before did not.
    await page.reload()
    await expect(page.get_by_test_id("profile")).to_be_visible()
    assert (await desk.acme.api.get("/api/company/me")).status == 401


async def test_one_time_codes_are_switched_on_and_off(
    desk: Desk, page: Page, context: BrowserContext
) -> None:
    olena = await joined(desk, ADMIN)
    await profile(desk, page, olena.login)
    totp, dialog = form(page, "totp"), page.get_by_test_id("dialog")

    await totp.get_by_role("button", name="Увімкнути").click()
    await expect(dialog.get_by_alt_text("QR-код")).to_be_visible()
    await expect(dialog.get_by_label("Код з автентифікатора")).to_be_focused()
    await is_fit(page)
    secret = (await dialog.locator("code").inner_text()).strip()
    await dialog.get_by_label("Код з автентифікатора").fill("000000")
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Це не той код")
    await is_fit(page)
    await dialog.get_by_label("Код з автентифікатора").fill(code_at(desk, secret))
    await page.keyboard.press("Enter")

    codes = page.get_by_test_id("recovery-codes").get_by_role("listitem")
    await expect(codes).to_have_count(10)
    await is_fit(page)
    # Shown once, so neither Escape nor a click beside them takes them away.
    await page.keyboard.press("Escape")
    await page.mouse.click(5, 5)
    await expect(codes).to_have_count(10)
    async with page.expect_download() as downloading:
        await dialog.get_by_role("button", name="Завантажити").click()
    download = await downloading.value
    lines = (await download.path()).read_text().split()
    assert lines == await codes.all_inner_texts()
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await dialog.get_by_role("button", name="Копіювати").click()
    await expect(toast(page)).to_have_text("Скопійовано")
    assert (await page.evaluate("navigator.clipboard.readText()")).split() == lines
    await dialog.get_by_role("button", name="Коди збережено").click()
    await expect(totp).to_contain_text("Увімкнено")

    await totp.get_by_role("button", name="Вимкнути").click()
    await dialog.get_by_label("Ваш теперішній пароль").fill("not mine at all")
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Це не ваш пароль.")
    await is_fit(page)
    await dialog.get_by_label("Ваш теперішній пароль").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(totp).to_contain_text("Вимкнено")


async def test_the_picture_is_read_as_the_secret(desk: Desk, page: Page) -> None:
    await profile(desk, page)
    async with page.expect_response("**/api/company/me/totp") as answering:
        await form(page, "totp").get_by_role("button", name="Увімкнути").click()
    offer = await (await answering.value).json()

    picture = page.get_by_test_id("dialog").get_by_alt_text("QR-код")

    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("(it) => it.naturalWidth") > 100
    assert pyotp.parse_uri(offer["uri"]).secret == offer["secret"]
    await expect(page.get_by_test_id("dialog").locator("code")).to_have_text(offer["secret"])


async def test_a_key_is_made_used_changed_and_revoked(desk: Desk, page: Page) -> None:
    await profile(desk, page)
    keys, dialog = form(page, "keys"), page.get_by_test_id("key-form")

    await keys.get_by_role("button", name="Новий ключ").click()
    await expect(dialog.get_by_label("Назва")).to_be_focused()
    await dialog.get_by_label("Назва").fill("CRM")
    await dialog.get_by_label("Дозволені адреси").fill("203.0.113.0/24\nабв")
    await dialog.get_by_role("button", name="Створити ключ").click()
    await expect(dialog).to_contain_text("абв: Має бути адреса або мережа")
    await is_fit(page)
    await dialog.get_by_label("Дозволені адреси").fill("127.0.0.1")
    await dialog.get_by_role("button", name="Створити ключ").click()
    secret = await page.get_by_test_id("new-key").locator("code").inner_text()
    await is_fit(page)
    headers = {"X-Authorization-Key": secret}
    reply = await desk.anyone.get("/api/company/organization", headers=headers)
    assert reply.status == 200

    await keys.get_by_role("button", name="Змінити CRM").click()
    await expect(dialog.get_by_label("Дозволені адреси")).to_have_value("127.0.0.1/32")
    await dialog.get_by_label("Дозволені адреси").fill("203.0.113.0/24")
    await dialog.get_by_role("button", name="Зберегти").click()
    await expect(keys.get_by_role("listitem")).to_contain_text("лише з 203.0.113.0/24")
    await expect(keys.get_by_role("listitem")).to_contain_text("востаннє використано")
    reply = await desk.anyone.get("/api/company/organization", headers=headers)
    assert reply.status == 403

    await keys.get_by_role("button", name="Відкликати CRM").click()
    await is_fit(page)
    await page.get_by_test_id("confirm-go").click()
    await expect(keys).to_contain_text("Ключів ще немає.")
    await expect(page.get_by_test_id("new-key")).to_have_count(0)
    reply = await desk.anyone.get("/api/company/organization", headers=headers)
    assert reply.status == 401


async def test_a_key_with_a_long_name_fits_and_is_revoked_once_confirmed(
    desk: Desk, page: Page
) -> None:
    name = "дуже-довга-назва-ключа-" * 8
    made = (await desk.acme.api.post("/api/company/key", {"name": name})).json
    await profile(desk, page)
    revoke = page.get_by_role("button", name=f"Відкликати {name}")
    await revoke.scroll_into_view_if_needed()
    await expect(revoke).to_be_in_viewport()
    await is_fit(page)

    await revoke.click()
    await page.get_by_test_id("confirm").get_by_role("button", name="Скасувати").click()
    await expect(page.get_by_test_id("confirm")).to_have_count(0)
    await expect(revoke).to_be_visible()
    await revoke.click()
    await page.get_by_test_id("confirm-go").click()

    await expect(revoke).to_have_count(0)
    reply = await desk.anyone.get(
        "/api/company/organization", headers={"X-Authorization-Key": made["key"]}
    )
    assert reply.status == 401


async def test_origins_are_saved_and_a_wrong_one_is_named(desk: Desk, page: Page) -> None:
    await profile(desk, page)
    origins = form(page, "origins")

    await origins.get_by_label("Адреси").fill("https://crm.example.com\nhttp://evil.example.com")
    await origins.get_by_role("button", name="Зберегти").click()
    await expect(origins).to_contain_text("http://evil.example.com: Має починатися з https")
    await is_fit(page)
    await origins.get_by_label("Адреси").fill("https://crm.example.com\n\nhttps://shop.example.com")
    await origins.get_by_role("button", name="Зберегти").click()

    await expect(toast(page)).to_have_text("Збережено.")
    kept = (await desk.acme.api.get("/api/company/origins")).json
    assert kept["origins"] == ["https://crm.example.com", "https://shop.example.com"]


async def test_ending_all_tokens_ends_this_session_too(desk: Desk, page: Page) -> None:
    await profile(desk, page)

    await page.get_by_role("button", name="Завершити всі токени").click()
    await is_fit(page)
    await page.get_by_test_id("confirm-go").click()

    await expect(page.get_by_test_id("company-login")).to_be_visible()
    assert (await desk.acme.api.get("/api/company/me")).status == 401


async def test_signing_out_ends_at_the_sign_in(desk: Desk, page: Page) -> None:
    await profile(desk, page)
    menu = page.get_by_role("button", name="Меню")
    if await menu.is_visible():
        await menu.click()

    await page.get_by_role("button", name="Вийти").locator("visible=true").click()

    await expect(page.get_by_test_id("company-login")).to_be_visible()
    await sign_in(page, desk.base_url, path="/profile")
    await expect(page.get_by_test_id("profile")).to_be_visible()


async def test_a_session_that_ended_is_not_called_a_wrong_password(
    desk: Desk, page: Page, context: BrowserContext
) -> None:
    await profile(desk, page)
    await context.clear_cookies()

    password = form(page, "password")
    await password.get_by_label("Ваш теперішній пароль").fill(PASSWORD)
    await password.get_by_label("Новий пароль").fill(ANOTHER)
    await page.keyboard.press("Enter")

    await expect(page.get_by_test_id("company-login")).to_be_visible()


async def test_a_key_is_made_once_though_the_list_can_not_be_read(desk: Desk, page: Page) -> None:
    await profile(desk, page)
    await page.route("**/api/company/key", only_writes)
    await page.get_by_role("button", name="Новий ключ").click()
    await form(page, "key-form").get_by_label("Назва").fill("CRM")
    await page.keyboard.press("Enter")

    await expect(page.get_by_test_id("new-key")).to_be_visible()
    await expect(page.get_by_test_id("dialog")).to_have_count(0)
    assert len((await desk.acme.api.get("/api/company/key")).json) == 1
