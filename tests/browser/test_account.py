"""An operator's own sign-in in a real Chromium: the password, codes, and leaving everywhere."""

import re

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard import is_fit
from tests.browser.test_client_card import shot
from tests.desk import PASSWORD
from tests.telegram import Bot

DIALOG = "[data-testid=dialog]"
ANOTHER = "another long passphrase"


async def sign_in(page: Page, password: str) -> None:
    form = page.get_by_test_id("login-form")
    await form.get_by_label("Логін").fill("alice")
    await form.get_by_label("Пароль", exact=True).fill(password)
    await page.keyboard.press("Enter")


async def open_account(page: Page) -> None:
    await page.get_by_role("button", name="Alice").focus()
    await page.keyboard.press("Enter")
    await page.get_by_test_id("menu-account").press("Enter")
    await expect(page.get_by_test_id("account")).to_be_visible()


@pytest.mark.every_width
async def test_the_password_codes_and_leaving_everywhere(bot: Bot, page: Page) -> None:
    desk = bot.desk
    login = {"id": desk.alice.id, "login": "alice", "password": PASSWORD}
    assert (await desk.acme.api.put("/api/operator/credentials", login)).status == 200
    dialog = page.locator(DIALOG)
    await page.goto(f"{desk.base_url}/login")
    await sign_in(page, PASSWORD)

    await open_account(page)
    await dialog.get_by_label("Ваш теперішній пароль").fill("not my password")
    await dialog.get_by_label("Новий пароль").fill(ANOTHER)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("Це не ваш пароль.")).to_be_visible()
    await is_fit(page, DIALOG)
    await shot(page, "account")
    await dialog.get_by_label("Ваш теперішній пароль").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    assert (await desk.alice.api.get("/api/operator/me")).status == 401
    await bot.writes("Ви ще тут?")
    await expect(page.get_by_test_id("chat-row")).to_have_count(1)

    await open_account(page)
    await dialog.get_by_role("button", name="Увімкнути").click()
    secret = await dialog.locator("code").inner_text()
    await is_fit(page, DIALOG)
    await shot(page, "account-codes")
    code = pyotp.TOTP(secret).generate_otp(desk.clock.now_ms() // 30_000)
    await dialog.get_by_label("Код з автентифікатора").fill(code)
    await page.keyboard.press("Enter")
    recovery = dialog.get_by_test_id("recovery-codes").get_by_role("listitem")
    await expect(recovery).to_have_count(10)
    spare = await recovery.first.inner_text()
    await dialog.get_by_role("button", name="Коди збережено").click()
    await expect(dialog.get_by_text("Увімкнено")).to_be_visible()

    await dialog.get_by_role("button", name="Вийти всюди").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Вийти всюди").click()
    await page.wait_for_url(re.compile("/login"))
    await sign_in(page, ANOTHER)
    field = page.get_by_label("Код", exact=True)
    await expect(field).to_be_focused()
    await field.fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("login-error")).to_contain_text("Цей код неправильний")
    await is_fit(page, "main")
    await field.fill(spare)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("chat-row")).to_have_count(1)
