"""The real Chromium that the panel's tests share."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

CHROMIUM = Path(__file__).resolve().parents[2] / ".tools" / "chromium"
FAKE_MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""It beeps, and nobody is asked."""
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
TABLET = ViewportSize(width=820, height=1180)
WIDTHS = {"desktop": DESKTOP, "phone": PHONE, "tablet": TABLET}
RUN = (("sqlite", "desktop"), ("postgresql", "phone"), ("sqlite", "tablet"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test at each width and on each database, but not at each width on each database.

    What a page does with its room does not depend on where the server keeps its rows. A tablet's
    is between the others': only those run there that are marked `every_width`, each of which walks
    a whole part of the desk.
    """
    pairs: dict[str, set[tuple[str, str]]] = {}
    for item in items:
        pairs.setdefault(_test_of(item), set()).add(_pair(item))

    def is_left_out(item: pytest.Item) -> bool:
        database, width = _pair(item)
        if width == "tablet" and item.get_closest_marker("every_width") is None:
            return True
        is_crossed = len(pairs[_test_of(item)]) == len(WIDTHS) * 2
        return is_crossed and (database, width) not in RUN

    left_out = {item for item in items if is_left_out(item)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def _test_of(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _pair(item: pytest.Item) -> tuple[str, str]:
    found: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    return str(found.get("database")), str(found.get("context"))


@pytest.fixture
async def browser(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Browser]:
    program = CHROMIUM / "chromium"
    if not program.is_file():
        pytest.fail("Chromium is not unpacked: `make test` does it")
    monkeypatch.setenv("FONTCONFIG_PATH", str(CHROMIUM / "fonts"))
    if shutil.which("ldconfig") and not os.path.exists("/usr/lib/x86_64-linux-gnu/libnss3.so"):
        monkeypatch.setenv("LD_LIBRARY_PATH", str(CHROMIUM / "al2023" / "lib"))
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=str(program),
            args=["--no-sandbox", "--disable-quic", *FAKE_MICROPHONE],
        )
        yield launched
        await launched.close()


@pytest.fixture(params=list(WIDTHS))
async def context(
    request: pytest.FixtureRequest, browser: Browser
) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(
        viewport=WIDTHS[request.param],
        locale="uk-UA",
        has_touch=request.param != "desktop",
        # What it fetches is not seen by `page.route`; test_comfort.py has one that lets it be.
        service_workers="block",
    )
    yield made
    await made.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    opened = await context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert problems == []
