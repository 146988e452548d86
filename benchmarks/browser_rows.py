"""The rows of the panel, in a real Chromium: what it loads, how soon a chat opens, its frames."""

import asyncio
import itertools
import os
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright
from tests.browser.conftest import CHROMIUM, DESKTOP

from benchmarks.company import CHATS, Company
from benchmarks.load import CONNECTIONS, ROUNDS, Row, Wire, at_percent, posted

MESSAGES_OF_EACH = 6
OPENED = 15
"""As many rows as a list of 900 px shows for sure is 8: the others are scrolled to."""
AIM_KB, AIM_MS, AIM_FRAMES = 200, 100, 60
ARRIVING_PER_S, WATCHED_S = 20, 5
SETTLED_MS = 2000
PLACE = 1
"""The organization whose list is looked at; the load of the other rows went to the first."""

WATCH = """
(text) => {
  const isShown = () => [...document.querySelectorAll("[data-testid=message]")]
    .some((one) => one.textContent.includes(text));
  window.opened = new Promise((resolve) => {
    const clicked = async () => {
      const began = performance.now();
      while (!isShown()) await new Promise(requestAnimationFrame);
      resolve(performance.now() - began);
    };
    addEventListener("click", clicked, { capture: true, once: true });
  });
}
"""
FETCH = """
async (id) => {
  const began = performance.now();
  const read = async (path) => (await fetch(path)).json();
  await Promise.all([read(`/api/chat/${id}`), read(`/api/chat/${id}/messages?per_page=50`)]);
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}
"""
FRAMES = """
async (seconds) => {
  const times = [];
  const ends = performance.now() + seconds * 1000;
  while (performance.now() < ends) times.push(await new Promise(requestAnimationFrame));
  const gaps = times.slice(1).map((time, index) => time - times[index]);
  return [gaps.length / seconds, Math.max(...gaps)];
}
"""


@asynccontextmanager
async def opened_panel(company: Company, *, at_desk: bool = True) -> AsyncIterator[Page]:
    """A fresh browser; with `at_desk` an operator's list is on screen."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM / "chromium"),
            args=["--no-sandbox", "--disable-quic"],
            env=_environment(),
        )
        context = await browser.new_context(
            viewport=DESKTOP, locale="uk-UA", service_workers="block"
        )
        page = await context.new_page()
        if at_desk:
            await page.goto(address(company))
            await page.get_by_test_id("chat-row").first.wait_for()
        yield page
        await browser.close()


def _environment() -> dict[str, str | float | bool]:
    """Its fonts, and the libraries that a bare system lacks."""
    found: dict[str, str | float | bool] = {**os.environ}
    found["FONTCONFIG_PATH"] = str(CHROMIUM / "fonts")
    if not Path("/usr/lib/x86_64-linux-gnu/libnss3.so").exists():
        found["LD_LIBRARY_PATH"] = str(CHROMIUM / "al2023" / "lib")
    return found


def address(company: Company) -> str:
    token = company.places[PLACE].tokens[0]
    return f"http://127.0.0.1:{company.port}/?token={token}"


async def fill(company: Company) -> None:
    """A list of `CHATS` chats with a few messages each."""
    left = iter(range(CHATS * MESSAGES_OF_EACH))
    place, words = company.places[PLACE], itertools.count(10_000)
    await posted(
        company.port,
        lambda: company.update(place, f"Where is parcel {next(words)}?"),
        at_once=CONNECTIONS,
        is_over=lambda: next(left, None) is None,
    )


async def measure_first_load(company: Company) -> Row:
    """All that a browser without a cache takes over the wire until the list is there."""
    await fill(company)
    sizes = []
    for _ in range(ROUNDS):
        async with opened_panel(company, at_desk=False) as page:
            sizes.append(await _received_kb(page, address(company)))
    size = statistics.median(sizes)
    return Row(
        "first load of the panel, over the wire",
        f"{size:.0f} KB",
        f"{AIM_KB} KB (aim)",
        f"{size / AIM_KB:.2f}",
    )


async def _received_kb(page: Page, url: str) -> float:
    sizes: list[float] = []
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await page.goto(url)
    await page.get_by_test_id("chat-row").first.wait_for()
    await page.wait_for_timeout(SETTLED_MS)
    return sum(sizes) / 1024


async def measure_opening(company: Company) -> Row:
    """From the click on a row to the frame that shows the chat's newest message."""
    ours, bare = [], []
    async with opened_panel(company) as page:
        place = company.places[PLACE]
        query = f"organizationId={place.id}&per_page={OPENED + 1}"
        listed = (await company.call("GET", f"/api/chat/chats?{query}"))["items"]
        for one in listed[1:]:
            row = page.locator(f"[data-chat-id='{one['id']}']")
            await row.scroll_into_view_if_needed()
            bare.append(await page.evaluate(FETCH, one["id"]))
            await page.evaluate(WATCH, one["lastMessage"]["message"])
            await row.click()
            ours.append(await page.evaluate("() => window.opened"))
    p95 = at_percent(ours, 95)
    return Row(
        f"a chat opens, from the click to the frame (aim {AIM_MS} ms)",
        f"p50 {statistics.median(ours):.0f} ms, p95 {p95:.0f} ms",
        f"p50 {statistics.median(bare):.0f} ms (its two answers fetched by a bare page)",
        f"{statistics.median(ours) / statistics.median(bare):.1f} times",
    )


async def measure_frames(company: Company) -> Row:
    """The list while messages of ever other chats come to its top."""
    busy, idle = [], []
    async with opened_panel(company) as page:
        for _ in range(ROUNDS):
            idle.append(await page.evaluate(FRAMES, WATCHED_S))
            arriving = asyncio.create_task(_arriving(company))
            busy.append(await page.evaluate(FRAMES, WATCHED_S))
            await arriving
    ratio = statistics.median(one[0] / other[0] for one, other in zip(busy, idle, strict=True))
    return Row(
        f"frames/s of the list while {ARRIVING_PER_S} messages/s arrive (aim {AIM_FRAMES})",
        _told(busy),
        f"{_told(idle)} (nothing arrives)",
        f"{ratio:.2f}",
    )


async def _arriving(company: Company) -> None:
    wire, place = await Wire.open(company.port), company.places[PLACE]
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(ARRIVING_PER_S * WATCHED_S):
        await asyncio.sleep(max(0.0, began + number / ARRIVING_PER_S - loop.time()))
        await wire.done(company.update(place))
    wire.close()


def _told(rounds: list[Any]) -> str:
    frames = statistics.median(one[0] for one in rounds)
    return f"{frames:.0f}/s, longest gap {statistics.median(one[1] for one in rounds):.0f} ms"
