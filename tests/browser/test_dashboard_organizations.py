"""Organizations in the dashboard: made, set up in tabs, and what is wrong said where it is."""

import pytest
from playwright.async_api import Page, expect

from opdesk.users import actions as users
from tests.browser.dashboard import is_fit, only_writes, opened, toast
from tests.desk import PASSWORD, Desk
from tests.people import ANALYST, joined

TABS = ("Загальне", "Робочий час", "Швидкі відповіді", "Теги", "Чати")

# Which database it is shows in the API's own tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


async def details(desk: Desk, organization_id: int) -> dict[str, object]:
    reply = await desk.acme.api.get(f"/api/company/organization/{organization_id}")
    found: dict[str, object] = reply.json
    return found


async def editor(desk: Desk, page: Page, login: str = "acme") -> int:
    """The settings of the first organization are open; its id."""
    kyiv = desk.acme.organizations[0]
    await opened(page, desk.base_url, f"/organizations?id={kyiv}", login)
    await expect(page.get_by_role("heading", name="Kyiv", level=1)).to_be_visible()
    return kyiv


async def show(page: Page, tab: str) -> None:
    await page.get_by_role("tab", name=tab).click()


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Зберегти").click()


async def test_an_organization_is_made_and_leads_to_its_settings(desk: Desk, page: Page) -> None:
    await opened(page, desk.base_url, "/organizations")
    await expect(page.get_by_test_id("organizations").get_by_role("listitem")).to_have_count(2)
    await is_fit(page)

    await page.get_by_role("button", name="Нова організація").click()
    dialog = page.get_by_test_id("dialog")
    await expect(dialog.get_by_label("Назва")).to_be_focused()
    await is_fit(page)
    await dialog.get_by_label("Назва").fill("Одеса")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Одеса", level=1)).to_be_visible()
    await page.get_by_role("link", name="Усі організації").click()
    await expect(page.get_by_test_id("organizations")).to_contain_text("Одеса")
    listed = await desk.acme.api.get("/api/company/organization")
    assert [one["name"] for one in listed.json] == ["Kyiv", "Lviv", "Одеса"]


async def test_every_tab_is_saved_at_once(desk: Desk, page: Page) -> None:
    kyiv = await editor(desk, page)
    await page.get_by_label("Назва").fill("Київ")
    await page.get_by_label("Часовий пояс").select_option("Europe/Warsaw")
    await page.get_by_label("Країна").fill("pl")
    await expect(page.get_by_text("Польща", exact=True)).to_be_visible()
    await page.get_by_role("combobox", name="Мова").select_option("en")
    await page.get_by_label("Посилання на CRM").fill("https://crm.example.com/?p={phone}")
    await expect(page.get_by_text("https://crm.example.com/?p=%2B380501234567")).to_be_visible()
    await show(page, "Робочий час")
    await page.get_by_role("button", name="Додати години: понеділок").click()
    await page.get_by_label("Відкриття").fill("930")
    await page.get_by_role("button", name="Так само у будні").click()
    await page.get_by_role("button", name="Додати години: неділя").click()
    sunday = page.get_by_test_id("day").last
    await sunday.get_by_label("Закриття").fill("24")
    await show(page, "Швидкі відповіді")
    await page.get_by_role("button", name="Додати відповідь").click()
    await page.get_by_label("Скорочення").fill("години")
    await page.get_by_label("Текст", exact=True).fill("З 9 до 18.")
    await show(page, "Теги")
    await page.get_by_role("button", name="Додати тег").click()
    await page.get_by_label("Тег", exact=True).fill("VIP")
    await show(page, "Чати")
    await page.get_by_role("switch", name="Оператори можуть вилучати чати").click()
    await page.get_by_label("Зберігати чати, днів").fill("730")
    await page.get_by_label("Нові чати отримує").select_option("2")
    await page.get_by_label("Чатів на одного оператора").fill("15")
    await expect(page.get_by_text("Є незбережені зміни.")).to_be_visible()

    await save(page)

    await expect(toast(page)).to_contain_text("Збережено")
    await expect(page.get_by_role("heading", name="Київ", level=1)).to_be_visible()
    await expect(page.get_by_text("Є незбережені зміни.")).to_have_count(0)
    hours = [{"day": day, "from": "09:30", "to": "18:00"} for day in range(1, 6)]
    expected = {
        "id": kyiv,
        "name": "Київ",
        "timeZone": "Europe/Warsaw",
        "country": "PL",
        "language": "en",
        "operatorsMayDelete": True,
        "workingHours": [*hours, {"day": 7, "from": "09:00", "to": "24:00"}],
        "quickReplies": [{"shortcut": "години", "text": "З 9 до 18."}],
        "tags": [{"name": "VIP", "color": "#0f6657"}],
        "crmUrl": "https://crm.example.com/?p={phone}",
        "retentionDays": 730,
        "ownChatsOnly": False,
        "assignment": 2,
        "capacity": 15,
    }
    assert await details(desk, kyiv) == expected
    for tab in TABS:
        await show(page, tab)
        await is_fit(page)


async def test_a_mistake_is_said_at_its_field_on_its_tab(desk: Desk, page: Page) -> None:
    kyiv = await editor(desk, page)
    await show(page, "Робочий час")
    for _ in range(2):
        await page.get_by_role("button", name="Додати години: вівторок").click()
    tuesday = page.get_by_test_id("day").nth(1)
    await tuesday.get_by_label("Відкриття").last.fill("17")
    await show(page, "Чати")

    await save(page)

    wrong = page.get_by_role("tab", name="Робочий час")
    await expect(wrong).to_have_attribute("aria-selected", "true")
    await expect(tuesday).to_contain_text("Перетинається з 09:00–18:00 того самого дня.")
    await is_fit(page)
    assert (await details(desk, kyiv))["workingHours"] == []

    await tuesday.get_by_label("Відкриття").last.fill("18:00")
    await show(page, "Загальне")
    await page.get_by_label("Посилання на CRM").fill("crm")
    await save(page)
    crm = page.get_by_label("Посилання на CRM")
    await expect(crm).to_have_attribute("aria-invalid", "true")
    await expect(crm).to_have_accessible_description(
        "Має бути адреса на зразок https://crm.example.com/client."
    )


async def test_what_is_not_saved_is_not_lost_by_a_click(desk: Desk, page: Page) -> None:
    kyiv = await editor(desk, page)
    await page.get_by_label("Назва").fill("Київ")
    away = page.get_by_role("link", name="Усі організації")

    await away.click()
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await is_fit(page)
    await page.get_by_role("alertdialog").get_by_role("button", name="Скасувати").click()
    await expect(page.get_by_label("Назва")).to_have_value("Київ")
    await away.click()
    await page.get_by_test_id("confirm-go").click()

    await expect(page.get_by_test_id("organizations")).to_contain_text("Kyiv")
    assert (await details(desk, kyiv))["name"] == "Kyiv"


async def test_an_analyst_sees_the_settings_and_changes_none(desk: Desk, page: Page) -> None:
    analyst = await joined(desk, ANALYST)
    await editor(desk, page, analyst.login)

    for tab in TABS:
        await show(page, tab)
        fields = page.get_by_test_id("organization").locator("input, select, textarea, button")
        for field in await fields.all():
            await expect(field).to_be_disabled()
    await is_fit(page)
    await expect(page.get_by_role("button", name="Зберегти")).to_have_count(0)
    await page.get_by_role("link", name="Усі організації").click()
    await expect(page.get_by_role("button", name="Нова організація")).to_have_count(0)


async def test_two_who_edit_at_once_keep_what_the_other_saved(desk: Desk, page: Page) -> None:
    kyiv = await editor(desk, page)
    colleague = {"id": kyiv, "tags": [{"name": "VIP", "color": "#0f6657"}], "country": "PL"}
    assert (await desk.acme.api.put("/api/company/organization", colleague)).status == 200

    await page.get_by_label("Назва").fill("Київ")
    await save(page)

    await expect(page.get_by_role("heading", name="Київ", level=1)).to_be_visible()
    saved = await details(desk, kyiv)
    assert (saved["name"], saved["country"]) == ("Київ", "PL")
    assert saved["tags"] == colleague["tags"]
    await expect(page.get_by_label("Країна")).to_have_value("PL")


@pytest.mark.parametrize("typed", ["1.5", "1e3", "30 днів", "довго"])
async def test_what_is_no_number_of_days_is_refused_and_deletes_nothing(
    desk: Desk, page: Page, typed: str
) -> None:
    kyiv = await editor(desk, page)
    await desk.acme.api.put("/api/company/organization", {"id": kyiv, "retentionDays": 700})
    await page.reload()
    await show(page, "Чати")
    days = page.get_by_label("Зберігати чати, днів")
    await expect(days).to_have_value("700")
    await days.fill("")
    await days.press_sequentially(typed)

    await save(page)

    await expect(days).to_have_accessible_description("Має бути ціле число.")
    await expect(days).to_have_value(typed[:5])
    assert (await details(desk, kyiv))["retentionDays"] == 700


async def test_an_organization_that_is_not_ones_own_is_not_there(desk: Desk, page: Page) -> None:
    other = desk.rival.organizations[0]

    await opened(page, desk.base_url, f"/organizations?id={other}")

    await expect(page.get_by_role("heading", name="Такої організації немає")).to_be_visible()
    await expect(page.get_by_role("button", name="Спробувати ще раз")).to_have_count(0)
    await is_fit(page)
    await page.get_by_role("link", name="Усі організації").click()
    await expect(page.get_by_test_id("organizations")).to_contain_text("Kyiv")


async def test_what_was_wrong_with_a_row_goes_with_it(desk: Desk, page: Page) -> None:
    await editor(desk, page)
    await show(page, "Теги")
    tags = page.get_by_label("Тег", exact=True)
    for name in ("", "Борг", "VIP"):
        await page.get_by_role("button", name="Додати тег").click()
        await tags.last.fill(name)
    await save(page)
    await expect(tags.first).to_have_attribute("aria-invalid", "true")

    await page.get_by_role("button", name="Вилучити тег").first.click()

    await expect(tags).to_have_count(2)
    for tag in await tags.all():
        await expect(tag).to_have_attribute("aria-invalid", "false")


async def test_more_hours_fit_before_the_first_when_the_day_ends_at_midnight(
    desk: Desk, page: Page
) -> None:
    kyiv = await editor(desk, page)
    await show(page, "Робочий час")
    for _ in range(3):
        await page.get_by_role("button", name="Додати години: субота").click()

    await save(page)

    await expect(toast(page)).to_contain_text("Збережено")
    assert (await details(desk, kyiv))["workingHours"] == [
        {"day": 6, "from": "00:00", "to": "09:00"},
        {"day": 6, "from": "09:00", "to": "18:00"},
        {"day": 6, "from": "18:00", "to": "24:00"},
    ]


async def test_kyiv_can_be_chosen_again_and_long_values_fit(desk: Desk, page: Page) -> None:
    kyiv = desk.acme.organizations[0]
    crm = f"https://crm.example.com/{'x' * 1900}?p={{phone}}&again={{phone}}"
    long = {"id": kyiv, "name": "Ж" * 200, "timeZone": "Europe/Warsaw", "crmUrl": crm}
    assert (await desk.acme.api.put("/api/company/organization", long)).status == 200
    await opened(page, desk.base_url, f"/organizations?id={kyiv}")
    await expect(page.get_by_role("heading", name="ЖЖЖ", level=1)).to_be_visible()
    await expect(page.get_by_text("&again=%2B380501234567")).to_be_visible()
    await is_fit(page)

    await page.get_by_label("Часовий пояс").select_option("Europe/Kyiv")
    await save(page)

    await expect(toast(page)).to_contain_text("Збережено")
    assert (await details(desk, kyiv))["timeZone"] == "Europe/Kyiv"


async def test_an_organization_is_made_once_though_the_list_can_not_be_read(
    desk: Desk, page: Page
) -> None:
    await opened(page, desk.base_url, "/organizations")
    await expect(page.get_by_test_id("organizations")).to_be_visible()
    await page.route("**/api/company/organization", only_writes)
    await page.get_by_role("button", name="Нова організація").click()
    await page.get_by_test_id("dialog").get_by_label("Назва").fill("Одеса\t1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Тут є символ, який не можна зберегти: U+0009.")).to_be_visible()
    await page.get_by_test_id("dialog").get_by_label("Назва").fill("Одеса")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Одеса", level=1)).to_be_visible()
    await expect(page.get_by_test_id("dialog")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "button"),
    [("/operators", "Синхронізувати"), ("/channels", "Підключити канал")],
)
async def test_where_an_organization_is_needed_first_it_is_said(
    desk: Desk, page: Page, path: str, button: str
) -> None:
    password = desk.services.passwords.hash_now(PASSWORD)
    await desk.services.db.write(users.found_company, "bare", "Bare", password)
    await opened(page, desk.base_url, path, "bare")

    await page.get_by_role("button", name=button).first.click()

    hint = page.get_by_test_id("no-organization")
    await expect(hint).to_contain_text("Спершу потрібна організація")
    await is_fit(page)
    await hint.get_by_role("link", name="До організацій").click()
    await expect(page.get_by_role("heading", name="Організацій ще немає")).to_be_visible()
