"""The customer's phone of the demo, in a real browser and in front of a real desk."""

from pathlib import Path

from playwright.async_api import Page, expect

from opdesk.channels.model import Source
from opdesk.settings import Settings
from tests.browser.dashboard import is_fit
from tests.fakes import MovableClock
from tests.test_demo import begun


async def test_one_writes_as_a_customer_and_sees_the_answer(
    settings: Settings, clock: MovableClock, page: Page, tmp_path: Path
) -> None:
    async with begun(settings, clock, {}, tmp_path) as demo:
        await page.goto(str(demo.phone.base_url))
        await page.get_by_label("Джерело").select_option(label="WhatsApp")
        lines = page.get_by_role("list")
        await expect(lines.get_by_role("listitem")).to_have_count(2)
        await page.get_by_label("Повідомлення").fill("Уже бачу чек")
        await page.get_by_role("button", name="Надіслати").click()
        await expect(lines.get_by_text("Уже бачу чек")).to_be_visible()

        await demo.answers(
            await demo.chat_of(Source.WHATSAPP, "Вітаю! Оплатила замовлення 20433"), "Гарного дня!"
        )

        await expect(lines.get_by_text("Гарного дня!")).to_be_visible()
        await page.get_by_role("button", name="Прочитати все").click()
        await expect(lines.get_by_text("прочитано")).to_be_visible()
        await page.get_by_label("Не приймає ключ").check()
        await is_fit(page)
        await page.get_by_label("Мова").select_option("en")
        await expect(page.get_by_role("button", name="Send")).to_be_visible()


async def test_a_new_person_begins_a_chat(
    settings: Settings, clock: MovableClock, page: Page, tmp_path: Path
) -> None:
    async with begun(settings, clock, {}, tmp_path) as demo:
        await page.goto(str(demo.phone.base_url))
        await page.get_by_text("Нова людина").click()
        await page.get_by_label("Ім'я").fill("Остап Вишня")
        await page.get_by_role("button", name="Додати").click()
        await expect(page.get_by_role("alert")).to_have_text("people of this source have a phone")
        await page.get_by_label("Телефон", exact=True).fill("067 555 44 33")
        await page.get_by_role("button", name="Додати").click()
        await expect(page.get_by_text("Повідомлень ще немає")).to_be_visible()

        await page.get_by_label("Повідомлення").fill("Усмішка в подарунок")
        await page.keyboard.press("Enter")

        await expect(page.get_by_role("list").get_by_text("Усмішка в подарунок")).to_be_visible()
        assert len(await demo.chats(Source.VIBER)) == 3
        await is_fit(page)
