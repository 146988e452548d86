"""Pushes to the panel's service worker in a real Chromium, and tabs that speak one at a time."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from playwright.async_api import (
    Browser as Chromium,
    BrowserContext,
    CDPSession,
    Page,
    Worker,
    expect,
)

from opdesk.devices import store
from opdesk.push.pusher import Pace
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.dashboard import is_fit
from tests.browser.test_client_card import shot
from tests.browser.test_comfort import CONTROLLED
from tests.chats.test_people import OLHA, begins
from tests.desk import eventually
from tests.push import Browser, PushService, decrypted, encoded, point_of
from tests.servers import serving
from tests.telegram import Bot

pytestmark = pytest.mark.browser
SUBSCRIBES = """(given) => {
  // Google's servers are not asked for an address: the test has one.
  const made = (key) => ({
    endpoint: given.endpoint,
    options: { applicationServerKey: Uint8Array.fromBase64(key, { alphabet: "base64url" }).buffer },
    toJSON: () => ({ endpoint: given.endpoint, keys: given.keys }),
    async unsubscribe() { localStorage.removeItem("subscribed"); return true; },
  });
  PushManager.prototype.subscribe = async (options) => {
    localStorage.setItem("subscribed", options.applicationServerKey);
    return made(options.applicationServerKey);
  };
  PushManager.prototype.getSubscription = async () => {
    const key = localStorage.getItem("subscribed");
    return key === null ? null : made(key);
  };
}"""
ALLOWS = """
  // This Chromium has no notifications: those that the page or its worker show are kept.
  window.Notification = class {
    static permission = "granted";
    static async requestPermission() { return this.permission; }
  };
  window.shown = [];
  ServiceWorkerRegistration.prototype.showNotification = async (title, { body, tag }) => {
    shown.push({ title, body, tag });
  };
"""
KEEPS = """() => {
  const shown = (self.shown = new Map());
  const { registration } = self;
  registration.showNotification = async (title, options) => {
    shown.set(options.tag, { title, ...options, close: () => shown.delete(options.tag) });
  };
  registration.getNotifications = async ({ tag }) =>
    [...shown.values()].filter((one) => one.tag === tag);
}"""
SHOWN = """() => {
  const said = ({ title, body, tag, renotify }) => ({ title, body, tag, renotify });
  return [...shown.values()].map(said);
}"""
CLICK = """async (tag) => {
  const event = Object.assign(new Event("notificationclick"), { notification: shown.get(tag) });
  const led = [];
  // A click that nobody made may neither focus nor open a window; the rest is as it is.
  clients.openWindow = async (url) => led.push(url);
  WindowClient.prototype.focus = async function () {
    led.push("focus " + new URL(this.url).pathname);
  };
  let done;
  event.waitUntil = (work) => (done = work);
  dispatchEvent(event);
  await done;
  return [...led, shown.size];
}"""
"""Presses a notice in the worker: where that led, and how many notices are left."""
CHANGE = """async (text) => {
  const given = JSON.parse(text);
  PushManager.prototype.subscribe = async () => ({ ...given, toJSON: () => given });
  const event = new Event("pushsubscriptionchange");
  let done;
  event.waitUntil = (work) => (done = work);
  dispatchEvent(event);
  await done;
}"""
"""The browser gives up its subscription by itself, and makes another one."""
LOOK_AWAY = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class Waker:
    """The browser's push service, which brings the panel's worker what the server sent."""

    def __init__(self, session: CDPSession, origin: str, browser: Browser) -> None:
        self._session, self._origin, self._browser = session, origin, browser
        self._ids: asyncio.Queue[str] = asyncio.Queue()
        session.on("ServiceWorker.workerRegistrationUpdated", self._note)

    def _note(self, told: Any) -> None:
        for one in told["registrations"]:
            self._ids.put_nowait(one["registrationId"])

    async def wakes(self, worker: Worker, number: int) -> dict[str, Any]:
        """Delivers the push of that number; what is shown of it."""
        await self._browser.told(number + 1)
        body = self._browser.pushes[number].body
        text = decrypted(body, self._browser.private, self._browser.auth).decode()
        await self._session.send("ServiceWorker.enable")
        registration = await asyncio.wait_for(self._ids.get(), 10)
        await self._session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self._origin, "registrationId": registration, "data": text},
        )
        await self._session.send("ServiceWorker.disable")
        said = json.loads(text)

        async def look() -> dict[str, Any] | None:
            shown: list[dict[str, Any]] = await worker.evaluate(SHOWN)
            return next((one for one in shown if one["body"] == said["body"]), None)

        return await eventually(look)


@pytest.fixture(params=["desktop", "phone"])
async def context(
    request: pytest.FixtureRequest, browser: Chromium
) -> AsyncIterator[BrowserContext]:
    """A browser that lets the panel have its service worker ."""
    viewport = DESKTOP if request.param == "desktop" else PHONE
    made = await browser.new_context(
        viewport=viewport,
        locale="uk-UA",
        has_touch=request.param == "phone",
    )
    yield made
    await made.close()


@pytest.fixture
async def device(bot: Bot) -> AsyncIterator[Browser]:
    bot.desk.services.pusher.pace = Pace(settle_s=0.05, rest_s=0.1, tick_s=0.02)
    service = PushService()
    async with serving(service) as service.url:
        yield Browser.new(service)


async def test_a_panel_that_nobody_sees_is_woken_and_leads_to_the_chat(
    bot: Bot, device: Browser, page: Page
) -> None:
    desk = bot.desk
    chat = await begins(bot)
    keys = {"p256dh": encoded(point_of(device.private)), "auth": encoded(device.auth)}
    given = json.dumps({"endpoint": device.endpoint, "keys": keys})
    await page.add_init_script(f"({SUBSCRIBES})({given})")
    await page.add_init_script(ALLOWS)
    await page.emulate_media(color_scheme="light")
    await page.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await page.evaluate(CONTROLLED)
    [worker] = page.context.service_workers
    await worker.evaluate(KEEPS)
    waker = Waker(await page.context.new_cdp_session(page), desk.base_url, device)

    await page.get_by_role("button", name="Меню").click()
    await page.get_by_role("menuitem", name="Налаштування").click()
    settings = page.get_by_test_id("push-settings")
    await settings.get_by_role("switch").click()
    await expect(settings.get_by_role("switch")).to_be_checked()
    await settings.get_by_test_id("try-push").click()
    await expect(settings.get_by_test_id("push-said")).to_contain_text("Надіслано")
    assert (await waker.wakes(worker, 0))["body"].startswith("Перевірка")
    await is_fit(page, "[data-testid=dialog]")
    await settings.scroll_into_view_if_needed()
    await shot(page, "push")
    await page.keyboard.press("Escape")

    watching, tag = desk.services.hub.watching, f"opdesk-chat-{chat}"
    await page.evaluate(LOOK_AWAY, "hidden")
    await until(lambda: not watching())
    await bot.writes("Де моє замовлення?")
    assert await waker.wakes(worker, 1) == {
        "title": "Тарас Бондар",
        "body": "Де моє замовлення?",
        "tag": tag,
        "renotify": True,
    }
    assert await worker.evaluate(CLICK, tag) == ["focus /", 1]
    await page.wait_for_url(f"**/chats/{chat}")

    await page.evaluate(LOOK_AWAY, "visible")
    await until(lambda: bool(watching()))
    await begins(bot, OLHA)
    await expect(page.get_by_text("Ольга").first).to_be_attached()
    assert len(device.pushes) == 2

    renewed = Browser.new(device.service)
    given = json.dumps({"endpoint": renewed.endpoint, "keys": keys})
    await worker.evaluate(CHANGE, given)
    kept = await desk.services.db.read(store.find_by_endpoint, renewed.endpoint)
    assert kept is not None
    assert (kept.holder.operator_id, kept.subscription.language) == (desk.alice.id, "uk")
    await desk.services.db.write(store.delete_device, desk.acme.id, kept.id)

    # With no page of the panel a click opens one.
    await page.goto(f"{desk.base_url}/dashboard")
    await until(lambda: not desk.services.hub.operators_at(desk.alice.organization_id))
    await bot.writes("Ви тут?", OLHA)
    shown = await waker.wakes(worker, 2)
    path = f"/chats/{shown['tag'].removeprefix('opdesk-chat-')}"
    assert await worker.evaluate(CLICK, shown["tag"]) == [path, 1]


async def until(is_so: Callable[[], bool]) -> None:
    async def look() -> bool | None:
        return is_so() or None

    await eventually(look)


HEARD = """
  // What is sounded is counted; no gesture is needed to be heard.
  window.notes = 0;
  window.AudioContext = class {
    state = "running"; currentTime = 0; destination = {};
    async resume() {}
    createGain() {
      const at = () => undefined;
      const ramps = { linearRampToValueAtTime: at, exponentialRampToValueAtTime: at };
      return { gain: { setValueAtTime: at, ...ramps }, connect: at };
    }
    createOscillator() {
      return { frequency: {}, connect() {}, start: () => notes++, stop() {} };
    }
  };
"""


async def test_of_two_tabs_one_speaks_and_the_other_takes_over(bot: Bot, page: Page) -> None:
    """Web Locks are the browser's own here: one context is one browser with two tabs."""
    desk = bot.desk
    kept = {"hasNotices": True, "hasSound": True}
    await page.context.add_init_script(ALLOWS + HEARD)
    await page.context.add_init_script(
        f"localStorage.setItem('opdesk.comfort', '{json.dumps(kept)}')"
    )
    await page.goto(f"{desk.base_url}/?token={desk.alice.token}")
    await page.evaluate(CONTROLLED)
    other = await page.context.new_page()
    await other.goto(desk.base_url)
    for tab in (page, other):
        await tab.bring_to_front()
        await expect(tab.get_by_test_id("live-state")).to_contain_text("Актуально")
        await tab.keyboard.press("Shift")
        await expect(tab.get_by_test_id("sound-off")).to_have_count(0)

    await begins(bot)
    for tab in (page, other):
        await expect(tab.get_by_test_id("chat-row")).to_have_count(1)
    await page.wait_for_function("() => shown.length === 1 && notes === 2")
    assert await other.evaluate("[shown.length, notes]") == [0, 0]

    await page.close()
    await other.wait_for_function("async () => !(await navigator.locks.query()).pending.length")
    await begins(bot, OLHA)
    await other.wait_for_function("() => shown.length === 1 && notes === 2")
    assert await other.evaluate("shown[0].title") == "Ольга Лис"
