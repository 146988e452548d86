"""Renew the pictures of README.md: walk through a running demo and look at it.

    opdesk demo --data /tmp/shots &
    .venv/bin/python scripts/screenshots.py http://127.0.0.1:8080

The demo must be a fresh one: the walk answers chats, and the pictures show what it did.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = ROOT / ".tools" / "chromium"
IMAGES = ROOT / "docs" / "images"
LOGIN, PASSWORD = "olena", "olena at the desk"
WIDE = ViewportSize(width=1440, height=900)
TABLET = ViewportSize(width=820, height=1100)
PHONE = ViewportSize(width=390, height=780)
SETTLED_MS = 1200


Theme = Literal["light", "dark"]


async def signed_in(browser: Browser, base_url: str, size: ViewportSize, theme: Theme) -> Page:
    context = await browser.new_context(viewport=size, locale="uk-UA", color_scheme=theme)
    page = await context.new_page()
    await page.goto(f"{base_url}/login")
    form = page.get_by_test_id("login-form")
    await form.get_by_label("Логін").fill(LOGIN)
    await form.get_by_label("Пароль", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_test_id("chat-row").first.wait_for()
    return page


async def opened(page: Page, client: str) -> None:
    await page.get_by_test_id("chat-row").filter(has_text=client).first.click()
    await page.get_by_test_id("message").first.wait_for()


async def take(page: Page, name: str) -> None:
    await page.wait_for_timeout(SETTLED_MS)
    await page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


async def work_on(page: Page) -> None:
    """Something to see: an answer, a note, a tag and what is known of the client."""
    await opened(page, "Тарас Бондар")
    await page.get_by_role("button", name="Взяти собі").click()
    field = page.get_by_test_id("composer-input")
    await field.fill("Добрий день, Тарасе! Перевіряю замовлення 20421, хвилинку.")
    await page.get_by_test_id("composer-send").click()
    await page.get_by_test_id("note-switch").click()
    await field.fill("Посилка на сортуванні з понеділка: запитала перевізника.")
    await page.get_by_test_id("composer-send").click()
    await page.get_by_test_id("note").first.wait_for()
    await page.get_by_test_id("note-switch").click()


async def walk(base_url: str) -> None:
    os.environ["FONTCONFIG_PATH"] = str(CHROMIUM / "fonts")
    os.environ["LD_LIBRARY_PATH"] = str(CHROMIUM / "al2023" / "lib")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM / "chromium"), args=["--no-sandbox", "--disable-quic"]
        )
        page = await signed_in(browser, base_url, WIDE, "light")
        await work_on(page)
        await page.get_by_test_id("client-open").click()
        await page.get_by_test_id("client-about").wait_for()
        await take(page, "panel")
        await page.keyboard.press("Control+K")
        await take(page, "command-bar")
        await page.keyboard.press("Escape")
        await page.get_by_role("searchbox").fill("замовлення")
        await page.get_by_test_id("found-message").first.click()
        await take(page, "search")

        page = await signed_in(browser, base_url, TABLET, "dark")
        await opened(page, "Тарас Бондар")
        await take(page, "tablet-dark")

        page = await signed_in(browser, base_url, PHONE, "light")
        await opened(page, "Тарас Бондар")
        await take(page, "phone")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(walk(sys.argv[1].rstrip("/")))
