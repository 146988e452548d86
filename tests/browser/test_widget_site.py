"""What a site does with the widget, and those who use it by keyboard, by ear or in the dark."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.dashboard import is_fit
from tests.browser.shop import WIDTHS, Visit, open_site, visiting
from tests.desk import Desk
from tests.widget.test_people import close

STUB = """
window.OpDesk = { q: [] };
for (const name of ["open", "close", "identify", "on"]) {
  OpDesk[name] = (...given) => { OpDesk.q.push([name, ...given]); };
}
window.heard = [];
OpDesk.on("unread", (count) => { window.heard.push(count); throw new Error("the page's own"); });
"""


async def test_a_page_may_call_before_the_script_is_there(desk: Desk, browser: Browser) -> None:
    async with open_site(desk, askName="no") as (site, shop):
        site.before = STUB.replace('throw new Error("the page\'s own");', "") + "OpDesk.open();"
        async with visiting(browser, site, shop) as visit:
            await visit.goes()
            await expect(visit.input).to_be_focused()
            await visit.writes("?")
            await expect(visit.window.get_by_text("Доставлено")).to_be_visible()
            await visit.page.evaluate("OpDesk.close()")
            await expect(visit.window).to_be_hidden()
            [chat] = await shop.chats()

            await shop.answers(chat["id"], "!")
            await shop.answers(chat["id"], "!!")

            await expect(visit.page.locator(".badge")).to_have_text("2")
            heard = await visit.page.evaluate("window.heard")
            assert (heard[0], heard[-1]) == (0, 2)
            assert (
                await visit.page.evaluate("new Promise((resolve) => OpDesk.on('unread', resolve))")
                == 2
            )
            label = await visit.launcher.get_attribute("aria-label")
            assert label == "Відкрити чат, непрочитаних: 2"
            await visit.page.evaluate("OpDesk.open()")
            await expect(visit.bubble("!!")).to_be_visible()
            assert (await visit.page.evaluate("window.heard"))[-1] == 0


async def test_the_pages_mistakes_are_its_own(desk: Desk, browser: Browser) -> None:
    """Its listener throws: the widget goes on, and the page's own error handler hears of it."""
    async with open_site(desk, askName="no") as (site, _):
        site.before = STUB
        page = await browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(f"{site.url}/")
        await expect(page.locator("[data-opdesk]")).to_have_count(1)

        assert await page.evaluate("OpDesk.identify({id: '1', signature: 'forged'})") is False
        assert await page.evaluate("OpDesk.identify({name: 'Олена'})") is True
        assert {one.rpartition(": ")[2] for one in problems} == {"the page's own"}
        await page.close()


async def test_a_user_of_the_site_has_the_same_chat_on_two_devices(
    desk: Desk, browser: Browser
) -> None:
    async with open_site(desk, askPhone="required") as (site, shop):
        who = {"id": "1042", "signature": shop.signature("1042"), "name": "Олена"}
        async with (
            visiting(browser, site, shop, "phone") as phone,
            visiting(browser, site, shop) as laptop,
        ):
            for visit in (phone, laptop):
                await visit.goes()
                await expect(visit.launcher).to_be_visible()
                assert await visit.page.evaluate("(who) => OpDesk.identify(who)", who) is True
                await visit.opens()
            await phone.writes("з телефона")
            await expect(laptop.bubble("з телефона")).to_be_visible()
            await laptop.writes("з ноутбука")
            await expect(phone.bubble("з ноутбука")).to_be_visible()
            [chat] = await shop.chats()
            assert chat["client"]["name"] == "Олена"

            await laptop.page.evaluate("OpDesk.identify(null)")

            await expect(laptop.bubble("з телефона")).to_have_count(0)
            await expect(phone.bubble("з телефона")).to_be_visible()


async def test_outside_working_hours_a_question_is_left(desk: Desk, browser: Browser) -> None:
    async with open_site(desk) as (site, shop), visiting(browser, site, shop) as visit:
        await close(shop)
        await visit.goes()
        await visit.opens()
        await expect(visit.window.get_by_text("Зараз ми не працюємо.")).to_be_visible()
        send = visit.window.get_by_role("button", name="Надіслати запитання")
        await send.click()
        await expect(visit.window.get_by_text("Заповніть це поле.")).to_be_visible()
        await expect(visit.window.get_by_label("Запитання")).to_be_focused()
        await visit.window.get_by_label("Запитання").fill("Коли привезете?")
        await send.click()
        await expect(visit.window.get_by_role("alert")).to_contain_text("Залиште телефон або пошту")
        await visit.window.get_by_label("Пошта").fill("olena@")
        await send.click()
        await expect(visit.window.get_by_text("не схоже на адресу")).to_be_visible()
        await visit.window.get_by_label("Пошта").fill("olena@example.com")
        await visit.window.get_by_label("Ім'я").fill("Олена")

        await send.click()

        await expect(visit.bubble("Коли привезете?")).to_be_visible()
        await expect(visit.window.get_by_role("status")).to_contain_text("Дякуємо!")
        await expect(visit.window.get_by_text("Доставлено").last).to_be_visible()
        [chat] = await shop.chats()
        texts = [one["message"] for one in await shop.messages(chat["id"])]
        assert texts == ["Олена\nolena@example.com", "Коли привезете?"]


async def test_the_page_says_the_language(desk: Desk, browser: Browser) -> None:
    async with open_site(desk, titleEn="Talk to us") as (site, shop):
        site.language = "en-GB"
        async with visiting(browser, site, shop) as visit:
            await visit.goes()
            await visit.opens()
            await expect(visit.window.get_by_role("heading", name="Talk to us")).to_be_visible()
            await visit.window.get_by_role("button", name="Begin").click()
            await expect(visit.input).to_have_attribute("placeholder", "Your message")


async def test_everything_is_done_by_keyboard(desk: Desk, browser: Browser) -> None:
    async with (
        open_site(desk, askName="no") as (site, shop),
        visiting(browser, site, shop) as visit,
    ):
        keyboard = visit.page.keyboard
        await visit.goes()
        await visit.launcher.focus()
        await keyboard.press("Enter")
        await expect(visit.input).to_be_focused()
        inside = "document.querySelector('[data-opdesk]').shadowRoot.activeElement"
        seen = set()
        for _ in range(12):
            await keyboard.press("Tab")
            seen.add(await visit.page.evaluate(f"{inside}?.getAttribute('aria-label')"))
        assert seen == {
            "Закрити чат",
            "Повідомлення",
            "Додати файл",
            "Емодзі",
            "Напишіть повідомлення",
            "Надіслати",
        }
        await keyboard.press("Shift+Tab")
        assert await visit.page.evaluate(f"Boolean({inside})")
        await visit.window.get_by_role("button", name="Емодзі").focus()
        await keyboard.press("Enter")
        await expect(visit.window.get_by_role("button", name="😀")).to_be_focused()
        await keyboard.press("Escape")
        await expect(visit.window.get_by_role("button", name="Емодзі")).to_be_focused()
        await keyboard.press("Enter")
        await keyboard.press("ArrowRight")
        await keyboard.press("Enter")
        await expect(visit.input).to_have_value("😂")
        await keyboard.press("Shift+Enter")
        await keyboard.type("так")
        await keyboard.press("Enter")
        await expect(visit.window.get_by_text("Доставлено")).to_be_visible()
        [chat] = await shop.chats()
        assert [one["message"] for one in await shop.messages(chat["id"])] == ["😂\nтак"]
        await shop.answers(chat["id"], "бачу")
        await expect(visit.window.get_by_role("log")).to_have_text("Alice: бачу")
        await keyboard.press("Escape")
        await expect(visit.window).to_be_hidden()
        await expect(visit.launcher).to_be_focused()


@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing_in_light_and_in_dark(
    desk: Desk, browser: Browser, width: str
) -> None:
    async with (
        open_site(desk, askPhone="required", color="#ffd700") as (site, shop),
        visiting(browser, site, shop, width) as visit,
    ):
        await visit.goes()
        await expect(visit.launcher).to_be_visible()
        await is_fit(visit.page)
        await visit.opens()
        await visit.window.get_by_role("button", name="Почати розмову").click()
        await expect(visit.window.get_by_text("Заповніть це поле.")).to_be_visible()
        await is_fit(visit.page)
        await _talks(visit)
        await is_fit(visit.page)
        await visit.window.get_by_role("button", name="Емодзі").click()
        await is_fit(visit.page)


async def _talks(visit: Visit) -> None:
    await visit.window.get_by_label("Телефон").fill("067 111 22 33")
    await visit.window.get_by_role("button", name="Почати розмову").click()
    await visit.writes("https://shop.example.com/a")
    await expect(visit.window.get_by_text("Доставлено").last).to_be_visible()
    [chat] = await visit.shop.chats()
    await visit.shop.answers(chat["id"], "Дивлюся https://shop.example.com/b")
    await expect(visit.bubble("Дивлюся")).to_be_visible()


async def test_without_storage_it_works_as_long_as_the_page(desk: Desk, browser: Browser) -> None:
    async with (
        open_site(desk, askName="no") as (site, shop),
        visiting(browser, site, shop) as visit,
    ):
        await visit.page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }});"
        )
        await visit.goes()
        await visit.opens()
        await visit.writes("?")
        await expect(visit.window.get_by_text("Доставлено")).to_be_visible()
        [chat] = await shop.chats()
        await shop.answers(chat["id"], "є")
        await expect(visit.window.get_by_text("є", exact=True)).to_be_visible()


async def test_two_tags_are_one_widget(desk: Desk, browser: Browser) -> None:
    async with open_site(desk) as (site, shop), visiting(browser, site, shop) as visit:
        await visit.goes()
        await expect(visit.launcher).to_be_visible()
        again: Any = f"{site.desk_url}/widget.js?id={site.key}&again"

        await visit.page.evaluate(
            """(src) => new Promise((resolve) => {
              const script = document.createElement("script");
              Object.assign(script, { src, onload: resolve });
              document.head.append(script);
            })""",
            again,
        )

        await expect(visit.page.locator("[data-opdesk]")).to_have_count(1)
