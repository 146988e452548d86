"""How a company gets in: sign-in with a code, the set-up of a new server, one-time links."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, Page, expect

from opdesk.settings import Settings
from opdesk.users.access import set_up_code
from tests.browser.dashboard import is_fit, opened, sign_in
from tests.desk import PASSWORD, Desk
from tests.fakes import MovableClock
from tests.people import ADMIN, ANALYST, OWNER, joined, secret_of
from tests.servers import New, opened_new
from tests.users.test_second_factor import code_at, with_totp

# Which database it is shows in the API's own tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture
async def new(settings: Settings, clock: MovableClock) -> AsyncIterator[New]:
    async with opened_new(settings, clock) as made:
        yield made


async def test_a_wrong_password_says_so_and_the_right_one_leads_where_one_was_going(
    desk: Desk, page: Page
) -> None:
    await sign_in(page, desk.base_url, path="/profile", password="not the password")
    await expect(page.get_by_role("alert")).to_have_text("Неправильний логін або пароль.")
    await is_fit(page)

    await page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Профіль")).to_be_visible()
    assert page.url == f"{desk.base_url}/dashboard/profile"


async def test_who_is_signed_in_opens_the_dashboard_at_its_first_page(
    desk: Desk, page: Page
) -> None:
    await opened(page, desk.base_url, "/profile")

    await page.goto(f"{desk.base_url}/dashboard")

    await expect(page.get_by_role("heading", name="Організації", level=1)).to_be_visible()
    assert page.url == f"{desk.base_url}/dashboard/organizations"


async def test_a_code_is_asked_for_after_the_password(desk: Desk, page: Page) -> None:
    _, login, secret, _ = await with_totp(desk)
    await sign_in(page, desk.base_url, login, path="/profile")
    code = page.get_by_label("Код", exact=True)
    await expect(code).to_be_focused()
    await is_fit(page)

    await code.fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Код неправильний")
    await is_fit(page)
    await code.fill(code_at(desk, secret, 1))
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Профіль")).to_be_visible()


async def test_a_recovery_code_lets_in_as_well(desk: Desk, page: Page) -> None:
    _, login, _, recovery = await with_totp(desk)
    await sign_in(page, desk.base_url, login)

    await page.get_by_label("Код", exact=True).fill(recovery[0])
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=1, name="Організації")).to_be_visible()


async def test_who_guesses_too_often_is_told_how_long_to_wait(desk: Desk, page: Page) -> None:
    await sign_in(page, desk.base_url, "nobody", password="a guess of mine")
    submit = page.get_by_role("button", name="Увійти")
    alert = page.get_by_role("alert")
    for _ in range(10):
        await expect(alert).to_be_visible()
        if await submit.is_disabled():
            break
        async with page.expect_response("**/api/company/sign-in"):
            await submit.click()

    await expect(alert).to_contain_text("Забагато спроб. Зачекайте")
    await expect(submit).to_be_disabled()
    await is_fit(page)
    await page.get_by_label("Логін").fill("acme")
    await expect(submit).to_be_enabled()


async def test_a_session_that_ended_leads_to_the_sign_in_and_back(
    desk: Desk, page: Page, context: BrowserContext
) -> None:
    await opened(page, desk.base_url, "/profile")
    await context.clear_cookies()

    await page.get_by_role("button", name="Зберегти").first.click()

    await expect(page.get_by_test_id("company-login")).to_be_visible()
    assert page.url == f"{desk.base_url}/dashboard/sign-in?next=/dashboard/profile"


@pytest.mark.parametrize("role", [OWNER, ADMIN, ANALYST])
async def test_each_role_sees_its_pages(desk: Desk, page: Page, role: int) -> None:
    person = await joined(desk, role)
    await opened(page, desk.base_url, "/profile", person.login)
    menu = page.get_by_role("button", name="Меню")
    if await menu.is_visible():
        await menu.click()
        await is_fit(page)

    links = page.get_by_role("navigation").get_by_role("link")
    await expect(links.filter(has_text="Профіль")).to_have_attribute("aria-current", "page")

    assert ("Користувачі" in await links.all_inner_texts()) == (role == OWNER)
    assert ("Журнал дій" in await links.all_inner_texts()) == (role <= ADMIN)
    await links.filter(has_text="Оператори").click()
    await expect(page.get_by_role("heading", name="Оператори", level=1)).to_be_visible()


async def test_a_page_above_ones_role_is_not_shown(desk: Desk, page: Page) -> None:
    analyst = await joined(desk, ANALYST)

    await opened(page, desk.base_url, "/users", analyst.login)

    await expect(page).to_have_url(f"{desk.base_url}/dashboard/organizations")
    await page.goto(f"{desk.base_url}/dashboard/profile")
    await expect(page.get_by_test_id("details")).to_be_visible()
    await expect(page.get_by_test_id("keys")).to_have_count(0)
    await is_fit(page)


async def filled_in(page: Page, code: str, password: str = PASSWORD) -> None:
    form = page.get_by_test_id("set-up")
    for label, text in (
        ("Код налаштування", code),
        ("Компанія", "Квіти"),
        ("Перша організація", "Київ"),
        ("Ваше ім’я", "Олена"),
        ("Логін", "olena"),
    ):
        await form.get_by_label(label).fill(text)
    await form.get_by_label("Пароль", exact=True).fill(password)
    await form.get_by_role("button", name="Налаштувати").click()


async def test_a_new_server_is_set_up_at_its_first_visit(new: New, page: Page) -> None:
    await page.goto(f"{new.base_url}/dashboard")
    await expect(page.get_by_role("heading", name="Налаштуйте OpDesk")).to_be_visible()
    await is_fit(page)

    await filled_in(page, "AAAA-BBBB-CCCC", "password12")
    await expect(page.get_by_label("Код налаштування")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_text("Це не той код, який надрукував сервер.")).to_be_visible()
    await is_fit(page)
    await page.get_by_label("Код налаштування").fill(set_up_code(new.services.keyring))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Це надто легко вгадати")).to_be_visible()
    await page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Організації", level=1)).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Київ")


async def test_a_set_up_that_someone_else_finished_leads_to_the_sign_in(
    new: New, page: Page
) -> None:
    async with page.expect_response("**/api/setup"):
        await page.goto(f"{new.base_url}/dashboard/set-up")
    await expect(page.get_by_test_id("set-up")).to_be_visible()
    code = set_up_code(new.services.keyring)
    body = {
        "code": code,
        "company": "Квіти",
        "login": "quick",
        "name": "Швидка",
        "password": PASSWORD,
        "organization": "Львів",
    }
    assert (await new.api.post("/api/setup", body, headers={"Origin": new.base_url})).status == 200

    await filled_in(page, code)

    await expect(page.get_by_test_id("company-login")).to_be_visible()
    await expect(page.get_by_test_id("toast")).to_contain_text("Цей сервер уже налаштовано")


async def invited(desk: Desk) -> tuple[int, str]:
    """(the person's number, the secret of the link) of an admin who has not come yet."""
    reply = await desk.acme.api.post("/api/company/user", {"name": "Марко Вовчок", "role": ADMIN})
    return reply.json["user"]["id"], secret_of(reply.json["link"]["url"])


async def test_an_invitation_lets_choose_a_login_and_a_password(desk: Desk, page: Page) -> None:
    _, secret = await invited(desk)
    await page.goto(f"{desk.base_url}/join#{secret}")
    form = page.get_by_test_id("join")
    await expect(page.get_by_role("heading", name="Вітаємо, Марко Вовчок!")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Компанія «Acme» запрошує вас")
    await is_fit(page)

    await form.get_by_label("Логін").fill("acme")
    await form.get_by_label("Новий пароль").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(form).to_contain_text("Це вже зайнято.")
    await is_fit(page)
    await form.get_by_label("Логін").fill("marko")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Пароль збережено")).to_be_visible()
    assert page.url == f"{desk.base_url}/join"
    await is_fit(page)
    await page.get_by_role("link", name="До кабінету").click()
    await expect(page.get_by_test_id("company-login")).to_be_visible()
    await sign_in(page, desk.base_url, "marko", path="/profile")
    await expect(page.get_by_role("heading", name="Профіль")).to_be_visible()


async def test_a_reset_keeps_the_login_and_its_link_counts_once(desk: Desk, page: Page) -> None:
    person = await joined(desk, ADMIN)
    made = await desk.acme.api.post(f"/api/company/user/{person.id}/link")
    link = f"{desk.base_url}/join#{secret_of(made.json['link']['url'])}"
    await page.goto(link)
    form = page.get_by_test_id("join")
    await expect(form).to_contain_text(f"Ваш логін: {person.login}")
    await expect(form.get_by_label("Логін")).to_have_count(0)
    await is_fit(page)

    await form.get_by_label("Новий пароль").fill("a new horse battery staple")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Пароль збережено")).to_be_visible()

    await page.goto("about:blank")
    await page.goto(link)
    await expect(page.get_by_role("heading", name="Це посилання більше не діє")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Попросіть нове в того, хто його надіслав.")
    await is_fit(page)


async def test_a_link_that_expired_while_it_was_open_says_what_to_do(
    desk: Desk, page: Page
) -> None:
    _, secret = await invited(desk)
    await page.goto(f"{desk.base_url}/join#{secret}")
    form = page.get_by_test_id("join")
    await form.get_by_label("Логін").fill("marko")
    await form.get_by_label("Новий пароль").fill(PASSWORD)
    desk.clock.move(seconds=73 * 3600)

    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Це посилання більше не діє")).to_be_visible()


async def test_an_operators_link_leads_to_the_panel(desk: Desk, page: Page) -> None:
    made = await desk.acme.api.post(f"/api/operator/{desk.alice.id}/link", {})
    await page.goto(f"{desk.base_url}/join#{secret_of(made.json['url'])}")
    form = page.get_by_test_id("join")
    await expect(page.locator("main")).to_contain_text("робочого місця оператора")

    await form.get_by_label("Логін").fill("alice")
    await form.get_by_label("Новий пароль").fill(PASSWORD)
    await page.keyboard.press("Enter")

    await page.get_by_role("link", name="До робочого місця").click()
    await expect(page).to_have_url(f"{desk.base_url}/login")


async def test_the_sign_in_of_a_server_without_a_company_leads_to_its_set_up(
    new: New, page: Page
) -> None:
    await page.goto(f"{new.base_url}/dashboard/sign-in?next=/dashboard/users")

    await expect(page.get_by_test_id("set-up")).to_be_visible()
