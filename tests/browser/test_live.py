"""Two operators at two screens: what each sees of the other, and what a lost connection shows."""

import contextlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    TimeoutError as PlaywrightTimeout,
    ViewportSize,
    WebSocketRoute,
    expect,
)

from opdesk.simulators.telegram import Customer
from tests.desk import PASSWORD, Person, eventually
from tests.telegram import Bot

DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
OLHA = Customer(2_210_498_161, "Ольга", "Коваль", "olha")
QUIET_AT_MOST_MS = 15_000
"""The hub says every 10 seconds that nothing is missing."""
WRITING_AT_MOST_MS = 12_000
"""A word of writing counts for 6 seconds; the server looks again now and then."""
END = "\x1e"

pytestmark = pytest.mark.browser


class Line:
    """The line between one page and the hub, in a test's hands."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._socket: WebSocketRoute | None = None
        self._is_cut = False
        self.is_mute = False
        """What the hub says does not arrive; what the page says does."""

    async def lay(self) -> None:
        await self._page.route("**/chathub/negotiate*", self._negotiate)
        await self._page.route_web_socket(re.compile("/chathub"), self._open)

    async def cut(self) -> None:
        self._is_cut = True
        if self._socket is not None:
            await self._socket.close()

    def mend(self) -> None:
        self._is_cut = False

    def say(self, target: str, argument: dict[str, Any]) -> None:
        """Tell the page something in the hub's name."""
        assert self._socket is not None
        frame = {"type": 1, "target": target, "arguments": [argument]}
        self._socket.send(json.dumps(frame) + END)

    async def _negotiate(self, route: Route) -> None:
        await (route.abort() if self._is_cut else route.continue_())

    def _open(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self._socket = socket

        def pass_on(message: str | bytes) -> None:
            if not self.is_mute:
                socket.send(message)

        server.on_message(pass_on)


class Screen:
    """An operator in a browser of their own."""

    def __init__(self, bot: Bot, person: Person, page: Page) -> None:
        self._bot, self.person, self.page = bot, person, page
        self.line = Line(page)
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    async def open(self, chat_id: int) -> None:
        """Come by a link, and wait until the conversation is there and followed."""
        base_url = self._bot.desk.base_url
        await self.page.goto(f"{base_url}/?chat_raw_id={chat_id}&token={self.person.token}")
        await expect(self.messages.first).to_be_visible()
        await expect(self.page.get_by_test_id("live-state")).to_have_attribute(
            "data-state", "proven", timeout=QUIET_AT_MOST_MS
        )

    @property
    def messages(self) -> Locator:
        return self.page.get_by_test_id("message")

    @property
    def unsent(self) -> Locator:
        return self.page.locator("[data-testid=message][data-status=held]")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_test_id("composer-input")

    @property
    def toasts(self) -> Locator:
        return self.page.get_by_test_id("toast")

    def row(self, chat_id: int) -> Locator:
        return self.page.locator(f"[data-testid=chat-row][data-chat-id='{chat_id}']")

    async def send(self, text: str) -> None:
        await self.composer.fill(text)
        await self.page.get_by_test_id("composer-send").click()

    async def hide(self, *, is_hidden: bool) -> None:
        """Put the tab into the background, or back."""
        await self.page.evaluate(
            """state => {
                const told = { value: state, configurable: true };
                Object.defineProperty(document, "visibilityState", told);
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            "hidden" if is_hidden else "visible",
        )


Opens = Callable[[Person], Awaitable[Screen]]


@pytest.fixture
async def screen_of(browser: Browser, bot: Bot) -> AsyncIterator[Opens]:
    """A screen for an operator, in Ukrainian; nobody's browser knows another's session."""
    contexts: list[BrowserContext] = []
    screens: list[Screen] = []

    async def make(person: Person) -> Screen:
        context = await browser.new_context(viewport=DESKTOP, locale="uk-UA")
        contexts.append(context)
        screen = Screen(bot, person, await context.new_page())
        screens.append(screen)
        await screen.line.lay()
        return screen

    yield make
    for context in contexts:
        await context.close()
    assert [problem for screen in screens for problem in screen.problems] == []


@pytest.fixture
async def alice(screen_of: Opens, bot: Bot) -> Screen:
    return await screen_of(bot.desk.alice)


@pytest.fixture
async def bob(screen_of: Opens, bot: Bot) -> Screen:
    return await screen_of(bot.desk.bob)


async def test_the_page_says_up_to_when_it_is_complete(bot: Bot, alice: Screen) -> None:
    await alice.open(await bot.given_chat())

    state = alice.page.get_by_test_id("live-state")
    await expect(state).to_have_attribute("data-state", "proven", timeout=QUIET_AT_MOST_MS)
    await expect(state).to_have_text(re.compile(r"Актуально на \d\d:\d\d:\d\d"))
    first = await state.inner_text()

    await expect(state).not_to_have_text(first, timeout=QUIET_AT_MOST_MS)
    await expect(alice.page.get_by_test_id("live-banner")).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_lost_connection_is_told_and_nothing_is_missed(
    bot: Bot, alice: Screen, size: ViewportSize
) -> None:
    await alice.page.set_viewport_size(size)
    await alice.open(await bot.given_chat("перше"))

    await alice.line.cut()
    banner = alice.page.get_by_test_id("live-banner")
    await expect(banner).to_be_visible()
    await bot.writes("друге")
    alice.line.mend()
    # The page tries by itself as well, and may be back before there is anything to press.
    with contextlib.suppress(PlaywrightTimeout):
        await alice.page.get_by_test_id("live-retry").click(timeout=3_000)

    await expect(banner).to_have_count(0)
    await expect(alice.messages).to_have_count(2)


async def test_a_socket_that_fell_silent_is_left_for_another(bot: Bot, alice: Screen) -> None:
    await alice.page.clock.install()
    await alice.open(await bot.given_chat("перше"))

    alice.line.is_mute = True
    await bot.writes("друге")
    await alice.page.wait_for_timeout(500)
    await expect(alice.messages).to_have_count(1)
    alice.line.is_mute = False
    await alice.page.clock.fast_forward(25_500)

    await expect(alice.messages).to_have_count(2, timeout=15_000)


async def test_colleagues_see_who_reads_and_who_writes(
    bot: Bot, alice: Screen, bob: Screen
) -> None:
    chat_id = await bot.given_chat()
    other_id = await bot.given_chat("Я тут уперше", OLHA)
    await alice.open(chat_id)
    readers, writing = alice.page.get_by_test_id("readers"), alice.page.get_by_test_id("writing")
    await expect(readers).to_have_count(0)
    place = await alice.composer.bounding_box()

    await bob.open(chat_id)
    await expect(readers).to_have_accessible_name("Bob читає")
    await bob.composer.press_sequentially("Завтра")
    await expect(writing).to_contain_text("Bob пише…")
    await expect(alice.row(chat_id).get_by_test_id("row-writing")).to_be_visible()
    assert await alice.composer.bounding_box() == place
    await expect(writing).not_to_contain_text("Bob", timeout=WRITING_AT_MOST_MS)

    await bob.row(other_id).click()
    await expect(readers).to_have_count(0)
    await bob.composer.press_sequentially("Вітаю")
    await expect(alice.row(other_id).get_by_test_id("row-writing")).to_be_visible()
    await expect(writing).not_to_contain_text("Bob")


async def test_a_tab_in_the_background_does_not_read(bot: Bot, alice: Screen, bob: Screen) -> None:
    chat_id = await bot.given_chat()
    await alice.open(chat_id)
    await bob.open(chat_id)
    readers = alice.page.get_by_test_id("readers")
    await expect(readers).to_be_visible()

    await bob.hide(is_hidden=True)
    await expect(readers).to_have_count(0)
    await bob.hide(is_hidden=False)

    await expect(readers).to_be_visible()


async def test_who_reads_is_known_again_after_a_break(bot: Bot, alice: Screen, bob: Screen) -> None:
    chat_id = await bot.given_chat()
    await alice.open(chat_id)
    await bob.open(chat_id)
    readers = alice.page.get_by_test_id("readers")
    await expect(readers).to_be_visible()

    await alice.line.cut()
    await expect(readers).to_have_count(0)
    alice.line.mend()
    await expect(readers).to_be_visible()
    await bob.line.cut()
    await expect(readers).to_have_count(0, timeout=15_000)
    bob.line.mend()

    await expect(readers).to_be_visible(timeout=15_000)


async def test_a_client_who_types_is_shown_for_six_seconds(bot: Bot, alice: Screen) -> None:
    chat_id = await bot.given_chat()
    await alice.open(chat_id)

    reply = await bot.desk.acme.api.post(f"/api/chat/{chat_id}/typing", {"author": 1})
    assert reply.status < 300, reply.text
    typing = alice.page.get_by_test_id("client-typing")
    await expect(typing).to_have_text("Клієнт пише…")
    await expect(typing).to_have_count(0, timeout=8000)

    await bot.desk.acme.api.post(f"/api/chat/{chat_id}/typing", {"author": 1})
    await expect(typing).to_be_visible()
    await bot.writes("ось")
    await expect(alice.messages).to_have_count(2)
    await expect(typing).to_have_count(0, timeout=1000)


async def test_only_a_chat_that_others_gave_is_announced(bot: Bot, alice: Screen) -> None:
    """The event is told in the hub's name: nothing of the API gives a chat to a colleague."""
    desk = bot.desk
    chat_id = await bot.given_chat()
    other_id = await bot.given_chat("Я тут уперше", OLHA)
    await alice.open(chat_id)
    chat = (await desk.alice.api.get(f"/api/chat/{other_id}")).json
    assigned = {
        "epoch": "",
        "organizationId": desk.alice.organization_id,
        "number": 1,
        "upTo": 0,
        "type": "chatAssigned",
    }

    def give(by: int | None) -> None:
        data = {"chat": chat, "operatorId": desk.alice.id, "byOperatorId": by}
        alice.line.say("Event", {**assigned, "data": data})

    give(desk.alice.id)
    give(None)
    await expect(alice.toasts).to_have_count(1)
    await expect(alice.toasts).to_contain_text("Компанія передає вам чат: Ольга")
    await alice.toasts.get_by_role("button", name="Відкрити").click()

    await alice.page.wait_for_url(f"**/chats/{other_id}")
    await expect(alice.toasts).to_have_count(0)


async def test_a_chat_that_a_colleague_took_is_in_their_hands_at_once(
    bot: Bot, alice: Screen
) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    await alice.open(chat_id)

    reply = await desk.bob.api.put("/api/chat/status", {"id": chat_id, "status": 1})
    assert reply.status < 300, reply.text

    await expect(alice.page.get_by_test_id("status-menu")).to_have_attribute("data-status", "1")
    await expect(alice.toasts).to_have_count(0)


async def given_a_held_message(bot: Bot, alice: Screen) -> int:
    """Bob has answered, which did not reach Alice's screen yet, and so has she; the chat's id."""
    chat_id = await bot.given_chat("Коли прийде замовлення?")
    await alice.open(chat_id)
    alice.line.is_mute = True
    answer = {"textMessage": "Завтра до обіду", "author": 0}
    reply = await bot.desk.bob.api.post(f"/api/chat/{chat_id}/message", answer)
    assert reply.status == 200, reply.text

    await alice.send("Уже завтра!")
    await expect(alice.unsent).to_contain_text("Уже завтра!")
    return chat_id


async def test_a_message_that_a_colleague_was_faster_than_is_held(bot: Bot, alice: Screen) -> None:
    chat_id = await given_a_held_message(bot, alice)

    await expect(alice.unsent).to_contain_text("Bob")
    await expect(alice.messages).to_contain_text(
        ["Коли прийде замовлення?", "Завтра до обіду", "Уже завтра!"]
    )
    alice.line.is_mute = False
    await alice.page.get_by_test_id("held-send").click()

    await expect(alice.unsent).to_have_count(0)
    sent = alice.page.locator("[data-testid=message][data-author=operator][data-status=sent]")
    await expect(sent).to_contain_text(["Завтра до обіду", "Уже завтра!"])
    assert [one["message"] for one in await bot.messages(chat_id)][1:] == [
        "Завтра до обіду",
        "Уже завтра!",
    ]


async def test_a_held_message_is_written_anew(bot: Bot, alice: Screen) -> None:
    chat_id = await given_a_held_message(bot, alice)
    await alice.composer.fill("Додам:")

    await alice.page.get_by_test_id("held-edit").click()
    await expect(alice.unsent).to_have_count(0)
    await expect(alice.composer).to_have_value("Додам:\nУже завтра!")
    await alice.send("Гарного дня!")

    # What was missed is on her screen by now, so nothing is held any more.
    await expect(alice.unsent).to_have_count(0)
    await expect(alice.messages.last).to_contain_text("Гарного дня!")

    async def has_arrived() -> bool | None:
        return True if len(await bot.messages(chat_id)) == 3 else None

    await eventually(has_arrived)
    await expect(alice.unsent).to_have_count(0)


async def test_a_held_message_is_discarded(bot: Bot, alice: Screen) -> None:
    chat_id = await given_a_held_message(bot, alice)

    await alice.page.get_by_test_id("held-discard").click()

    await expect(alice.unsent).to_have_count(0)
    await expect(alice.messages.last).to_contain_text("Завтра до обіду")
    assert len(await bot.messages(chat_id)) == 2


async def test_who_is_signed_out_lands_at_the_sign_in_page_and_comes_back(
    bot: Bot, alice: Screen
) -> None:
    desk, page = bot.desk, alice.page
    credentials = {"id": desk.alice.id, "login": "alice", "password": PASSWORD}
    await desk.acme.api.put("/api/operator/credentials", credentials)
    chat_id = await bot.given_chat()
    await alice.open(chat_id)
    await page.route("**/api/chat/*/message", lambda route: route.abort())
    await alice.send("на дорозі")
    await alice.composer.fill("чернетка")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for status in (1, 0):  # Inactive and Active again: every session of before is over
        await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": status})
    form = page.get_by_test_id("login-form")
    await expect(form).to_be_visible()
    assert f"next=%2Fchats%2F{chat_id}" in page.url
    assert "reason=" in page.url
    asked.clear()
    await page.wait_for_timeout(3000)
    assert [url for url in asked if "/api/" in url or "/chathub" in url] == []

    await form.locator("input").first.fill("alice")
    await form.locator("input").last.fill(PASSWORD)
    await form.locator("button[type=submit]").click()

    await page.wait_for_url(f"**/chats/{chat_id}")
    await expect(alice.composer).to_have_value("чернетка")
    await expect(page.locator("[data-testid=message][data-status=failed]")).to_contain_text(
        "на дорозі"
    )
