"""The comfort of the panel in a real Chromium: preferences, the command bar, the offline shell."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.dashboard import is_fit
from tests.browser.test_client_card import shot
from tests.chats.test_people import OLHA, PETRO, begins
from tests.telegram import Bot

pytestmark = pytest.mark.browser
GROUND = "getComputedStyle(document.body).backgroundColor"
DARK = "rgb(17, 21, 20)"
CONTROLLED = """async () => {
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) await new Promise(requestAnimationFrame);
}"""
KEPT = """async () => {
  const paths = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
  return paths.filter((path) => path !== "/offline.html" && !path.startsWith("/assets/"));
}"""
"""What is kept besides the offline page and the files with a digest in their name."""
NOTICES = """
  window.shown = [];
  window.Notification = class {
    static permission = "default";
    static async requestPermission() { return (this.permission = "granted"); }
    constructor(title, options) { shown.push(Object.assign(this, options, { title })); }
    close() {}
  };
  // What Playwright evaluates counts as a gesture.
  Object.defineProperty(navigator, "userActivation", { value: { hasBeenActive: false } });
"""
"""A browser whose person allows notifications when asked; those shown are kept."""


@pytest.mark.every_width
async def test_theme_and_density_hold_and_the_title_counts(bot: Bot, page: Page) -> None:
    await begins(bot)
    await begins(bot, OLHA)
    await page.add_init_script(NOTICES)
    await page.emulate_media(color_scheme="light")
    await page.goto(f"{bot.desk.base_url}/?token={bot.desk.alice.token}")
    row = page.get_by_test_id("chat-row").first
    await expect(page.get_by_test_id("chat-row")).to_have_count(2)
    await expect(page).to_have_title("(2) OpDesk")
    await expect(page.get_by_test_id("sound-off")).to_be_visible()
    other = await page.context.new_page()
    await other.goto(bot.desk.base_url)
    await expect(other.get_by_test_id("chat-row")).to_have_count(2)
    usual = await row.bounding_box()

    await page.get_by_role("button", name="Меню").click()
    await page.get_by_role("menuitem", name="Налаштування").click()
    chosen = page.get_by_test_id("preferences")
    await chosen.get_by_role("radio", name="Темна", exact=True).press("Space")
    await chosen.get_by_role("radio", name="Щільна").press("Space")
    await expect(page.get_by_test_id("sound-off")).to_have_count(0)
    await chosen.get_by_test_id("try-sound").click()
    await expect(chosen.get_by_test_id("sound-tried")).to_contain_text("Програно")
    await chosen.get_by_role("switch", name="Сповіщення на").click()
    await expect(chosen.get_by_role("switch", name="Сповіщення на")).to_be_checked()
    await is_fit(page, "[data-testid=dialog]")
    await page.emulate_media(color_scheme="light")
    await shot(page, "preferences")
    await page.keyboard.press("Escape")

    for tab in (page, other):
        await tab.wait_for_function(f"() => {GROUND} === '{DARK}'")
        tight = await tab.get_by_test_id("chat-row").first.bounding_box()
        assert usual is not None
        assert tight is not None
        assert tight["height"] < usual["height"]
    await is_fit(page)
    await shot(page, "compact")
    petro = await begins(bot, PETRO)
    await page.wait_for_function("() => shown.length === 1")
    assert await page.evaluate("[shown[0].title, shown[0].body]") == ["Петро", "Добрий день"]
    await page.evaluate("shown[0].onclick()")
    await page.wait_for_url(f"**/chats/{petro}")
    await page.goto(bot.desk.base_url)
    await expect(page).to_have_title("(2) OpDesk")
    assert await page.evaluate(GROUND) == DARK
    await page.get_by_test_id("chat-row").nth(1).click()
    await expect(page).to_have_title("(1) OpDesk")
    await other.close()


AT_ONCE = """
() => {
  for (const pressed of [{ key: "k", code: "KeyK", ctrlKey: true }, { key: "z", code: "KeyZ" }]) {
    const how = { ...pressed, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", how));
  }
}
"""
"""Keys that are faster than the command bar."""


async def test_the_command_bar_and_the_keys_lead_everywhere(bot: Bot, page: Page) -> None:
    chat, olha = await begins(bot), await begins(bot, OLHA)
    await page.emulate_media(color_scheme="light")
    await page.goto(f"{bot.desk.base_url}/?chat_raw_id={chat}&token={bot.desk.alice.token}")
    composer = page.get_by_test_id("composer-input")
    bar, options = page.get_by_test_id("command-bar"), page.get_by_role("option")
    await expect(composer).to_be_visible()

    await composer.focus()
    await page.keyboard.type("?/")
    await expect(composer).to_have_value("?/")
    await page.keyboard.press("Control+k")
    await expect(bar.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("ольга")
    await expect(bar.get_by_test_id("command-chat")).to_have_count(1)
    await is_fit(page, "[data-testid=command-bar]")
    await shot(page, "command-bar")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/chats/{olha}")
    await expect(bar).to_have_count(0)

    await page.keyboard.press("Control+k")
    await page.keyboard.type("тема темн")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.wait_for_function(f"() => {GROUND} === '{DARK}'")
    await page.keyboard.press("Alt+ArrowDown")
    await page.wait_for_url(f"**/chats/{chat}")
    await expect(composer).to_have_value("?/")

    await page.keyboard.press("r")
    await expect(composer).to_be_focused()
    written = await composer.input_value()
    await page.evaluate(AT_ONCE)
    await expect(bar.get_by_role("combobox")).to_have_value("z")
    await expect(composer).to_have_value(written)
    await page.keyboard.press("Escape")
    await expect(bar).to_have_count(0)
    await expect(composer).to_be_focused()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("клавіші")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("key-sheet")).to_contain_text("Наступний чат")
    await is_fit(page, "[data-testid=dialog]")
    await shot(page, "keys")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("key-sheet")).to_have_count(0)


@pytest.fixture(params=["desktop", "phone"])
async def installed(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Page]:
    """A page of a browser that lets the panel have its service worker."""
    viewport = DESKTOP if request.param == "desktop" else PHONE
    context = await browser.new_context(viewport=viewport, locale="uk-UA")
    yield await context.new_page()
    await context.close()


async def test_offline_the_panel_says_what_is_not_sent(bot: Bot, installed: Page) -> None:
    page, base_url = installed, bot.desk.base_url
    page.on("dialog", lambda dialog: dialog.accept())
    chat = await begins(bot)
    await page.goto(f"{base_url}/?chat_raw_id={chat}&token={bot.desk.alice.token}")
    await expect(page.get_by_test_id("message")).to_have_count(1)
    await page.evaluate(CONTROLLED)
    worker = await page.request.get(f"{base_url}/sw.js")
    assert worker.headers["service-worker-allowed"] == "/"
    manifest = await (await page.request.get(f"{base_url}/manifest.webmanifest")).json()
    for icon in manifest["icons"]:
        drawn = await page.request.get(base_url + icon["src"])
        assert drawn.headers["content-type"] == "image/png"

    await page.context.set_offline(True)
    await page.get_by_test_id("composer-input").fill("Замовлення їде")
    await page.get_by_test_id("composer-send").click()
    await expect(page.locator("[data-testid=message][data-author=operator]")).to_have_count(1)
    await page.reload()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Немає зв’язку")
    await expect(page.get_by_test_id("offline-unsent")).to_contain_text("Замовлення їде")
    await is_fit(page)
    await shot(page, "offline")
    assert await page.evaluate(KEPT) == []

    await page.context.set_offline(False)
    await expect(page.get_by_test_id("composer-input")).to_be_visible(timeout=20_000)
    own = page.locator("[data-testid=message][data-author=operator]")
    await expect(own).to_contain_text("Замовлення їде")
