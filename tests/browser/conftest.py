"""The real Chromium that the panel's tests share."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

CHROMIUM = Path(__file__).resolve().parents[2] / ".tools" / "chromium"
FAKE_MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""It beeps, and nobody is asked."""
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)


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


@pytest.fixture(params=["desktop", "phone"])
async def context(
    request: pytest.FixtureRequest, browser: Browser
) -> AsyncIterator[BrowserContext]:
    viewport = DESKTOP if request.param == "desktop" else PHONE
    made = await browser.new_context(
        viewport=viewport,
        locale="uk-UA",
        has_touch=request.param == "phone",
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
