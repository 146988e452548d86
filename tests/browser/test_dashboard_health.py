"""Health in the dashboard, and that the company's pages are whole in both languages."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard import is_fit, opened
from tests.desk import Desk
from tests.people import ANALYST, joined
from tests.telegram import Bot

CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)
PAGES = {
    "organizations": "Organizations",
    "operators": "Operators",
    "channels": "Channels",
    "links": "Links",
    "health": "Health",
}

# Which database it is shows in the API's own tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


async def test_health_says_what_is_wrong_first_and_how_to_mend_it(bot: Bot, page: Page) -> None:
    del bot.telegram.bots[bot.token]
    await opened(page, bot.desk.base_url, "/health")
    findings = page.get_by_test_id("findings").get_by_role("listitem")

    await expect(findings.filter(has_text="База даних.")).to_contain_text("SQLite", timeout=30_000)
    channel = findings.filter(has_text="demo_shop_bot")
    await expect(channel).to_contain_text("Проблема. Канал.")
    await expect(channel).to_contain_text("Відкрийте канал у кабінеті.")
    await expect(page.get_by_role("alert").first).to_have_text(
        "Дещо не працює. Поруч написано, як це виправити."
    )
    levels = [
        (await one.inner_text()).partition(".")[0]
        for one in await page.get_by_test_id("findings").locator("li .sr-only").all()
    ]
    assert levels == sorted(levels, key=["Проблема", "Попередження", "Гаразд"].index)
    await is_fit(page)

    bot.telegram.bots[bot.token] = "demo_shop_bot"
    await page.get_by_role("button", name="Перевірити знову").click()
    await expect(channel).to_contain_text("усе гаразд", timeout=30_000)


async def test_an_analyst_is_led_elsewhere(desk: Desk, page: Page) -> None:
    analyst = await joined(desk, ANALYST)

    await opened(page, desk.base_url, "/health", analyst.login)

    await expect(page.get_by_role("heading", name="Організації", level=1)).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
async def test_nothing_of_a_page_is_left_untranslated(bot: Bot, page: Page, name: str) -> None:
    changed = await bot.desk.acme.api.put("/api/company/me", {"language": "en"})
    assert changed.status == 200, changed.text
    await opened(page, bot.desk.base_url, f"/{name}")
    await expect(page.get_by_role("heading", name=PAGES[name], level=1)).to_be_visible()
    await expect(page.get_by_role("main").locator("section").first).to_be_visible(timeout=30_000)

    assert not CYRILLIC.search(await page.get_by_role("main").inner_text())

    for button in await page.get_by_role("main").locator("header button").all():
        await button.click()
        if await page.get_by_test_id("dialog").count():
            assert not CYRILLIC.search(await page.get_by_test_id("dialog").inner_text())
            await is_fit(page)
