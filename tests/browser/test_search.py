"""Searching in a real Chromium: from a word to the message, about it, and back to the newest."""

import os

import pytest
from playwright.async_api import Locator, Page, expect

from opdesk.chats import store
from opdesk.chats.actions.writing import add_message, new_message
from opdesk.chats.model import Author
from opdesk.kit.context import Tx
from tests.browser.dashboard import is_fit
from tests.chats.test_work import OLENA
from tests.telegram import TARAS, Bot

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("OPDESK_SHOTS")
HISTORY = 400


async def shot(page: Page, name: str) -> None:
    """A picture for people, in light and in dark, where `OPDESK_SHOTS` names a folder."""
    if SHOTS is None or page.viewport_size is None:
        return
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.wait_for_timeout(400)
        await page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{scheme}.png")


def written(tx: Tx, company_id: int, chat_id: int) -> None:
    """A long history, with one message in its middle that is to be found."""
    state = store.find_state(tx, company_id, chat_id)
    assert state is not None
    for n in range(HISTORY):
        text = "Є синій чайник з підсвіткою?" if n == HISTORY // 2 else f"рядок {n}"
        add_message(tx, state, new_message(tx, state, Author.CLIENT, text), None)


@pytest.mark.every_width
async def test_a_hit_opens_the_chat_at_the_message_and_all_the_rest_is_a_scroll_away(
    bot: Bot, page: Page
) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat("перше")
    await bot.telegram.shares_contact(bot.token, TARAS, "380671112233")
    await bot.given_chat("Чайників немає", OLENA)
    await desk.services.db.write(written, desk.acme.id, chat_id)
    await page.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await expect(page.get_by_test_id("chat-row")).to_have_count(2)
    field, log = page.get_by_role("searchbox"), page.get_by_role("log")
    hits = page.get_by_test_id("found-message")

    await field.fill("тарас 067 111")
    await expect(page.get_by_test_id("found-chat").locator("mark")).to_have_text(
        ["Тарас", "067111"]
    )
    await field.fill("ЧАЙНИК")
    await expect(hits).to_have_count(2)
    await expect(hits.first.locator("mark")).to_have_text("чайник")
    await expect(hits.last.locator("mark")).to_have_text("Чайник")
    await is_fit(page)
    await shot(page, "search-found")

    await field.press("ArrowDown")
    await expect(hits.first).to_be_focused()
    await hits.first.press("ArrowDown")
    await expect(hits.last).to_be_focused()
    await hits.last.press("ArrowUp")
    await hits.first.press("Enter")
    hit = log.get_by_test_id("message").filter(has_text="синій чайник")
    await is_in_the_middle(hit)
    await expect(hit.locator("mark")).to_have_text("чайник")
    await expect(page).to_have_url(f"{desk.base_url}/chats/{chat_id}?message={await id_of(hit)}")
    await is_fit(page)
    await shot(page, "search-landed")

    await page.reload()
    await is_in_the_middle(hit)
    for n in (HISTORY // 2 + 100, HISTORY - 1, HISTORY // 2 - 100, 0):
        await scrolled_to(log, n)
    await page.get_by_test_id("to-newest").click()
    await expect(log.get_by_text(f"рядок {HISTORY - 1}", exact=True)).to_be_in_viewport()
    await expect(page.get_by_test_id("to-newest")).to_have_count(0)
    await bot.writes("найновіше")
    await expect(log.get_by_text("найновіше")).to_be_in_viewport()

    await page.goto(f"{desk.base_url}/chats/{chat_id}?message=999999")
    await expect(page.get_by_test_id("message-missing")).to_be_visible()
    await expect(log.get_by_text("найновіше")).to_be_in_viewport()
    await is_fit(page)
    await expect(page).to_have_url(f"{desk.base_url}/chats/{chat_id}")


async def id_of(message: Locator) -> str | None:
    return await message.get_attribute("data-message-id")


async def is_in_the_middle(message: Locator) -> None:
    """Within a quarter of the conversation's height, as soon as it stands still."""
    await expect(message).to_be_in_viewport()
    handle = await message.element_handle()
    await message.page.wait_for_function(
        """(one) => {
          const box = one.closest("[role=log]").getBoundingClientRect();
          const own = one.getBoundingClientRect();
          const away = own.top + own.height / 2 - box.top - box.height / 2;
          return Math.abs(away) < box.height / 4;
        }""",
        arg=handle,
    )


async def scrolled_to(log: Locator, n: int) -> None:
    """Scroll by hand until a line of the history is there; lines keep their places meanwhile."""
    line = log.get_by_text(f"рядок {n}", exact=True)
    await log.evaluate(
        """async (log, [wanted, middle]) => {
          const lines = () => [...log.querySelectorAll("[data-testid=message]")];
          const numbered = (one) => {
            const found = /рядок ([0-9]+)/.exec(one.querySelector("p").textContent);
            return Number(found?.[1] ?? middle);
          };
          const frame = () => new Promise((done) => requestAnimationFrame(done));
          const place = (one) => one.getBoundingClientRect().top;
          for (let step = 0; step < 400; step += 1) {
            if (lines().some((one) => numbered(one) === wanted)) break;
            const inSight = lines().find((one) => place(one) > 100) ?? lines().at(-1);
            log.scrollTop += wanted > numbered(inSight) ? 500 : -500;
            await frame();
          }
        }""",
        [n, HISTORY // 2],
    )
    await line.scroll_into_view_if_needed()
    await expect(line).to_be_in_viewport()
