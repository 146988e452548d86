"""No text of a customer runs as a script, wherever the panel shows it.

`make test` takes 60 texts of the corpus through every field, `make nightly` all of them.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from opdesk.kit.text import clean_foreign
from tests.browser.conftest import DESKTOP
from tests.browser.payloads import corpus, some
from tests.telegram import TARAS, Bot

PAYLOADS = int(os.environ.get("OPDESK_PAYLOADS", "60"))
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
# As a click on a link of the panel would: the page stays, another chat comes on screen.
GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
SHOWN = "document.querySelector('#app').textContent"
KINDS = 5
"""Messages of each customer: a text, a file, a contact, a place, an answer's quote."""

pytestmark = pytest.mark.browser


def test_the_corpus_has_five_hundred_texts() -> None:
    assert len(corpus()) >= 500
    assert len(set(some(PAYLOADS))) == min(PAYLOADS, len(corpus()))


@pytest.fixture
async def panel(browser: Browser) -> AsyncIterator[Page]:
    """A page in which nothing of a customer may run: no error, no dialog, no foreign request."""
    context = await browser.new_context(viewport=DESKTOP, locale="uk-UA")
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    page.on("request", lambda request: troubles.extend(_foreign(request.url)))
    await page.add_init_script(WATCH)
    yield page
    assert troubles == []
    await context.close()


def _foreign(url: str) -> list[str]:
    parts = urlsplit(url)
    is_ours = parts.hostname == "127.0.0.1" or parts.scheme in ("blob", "data")
    return [] if is_ours else [url]


async def _given(bot: Bot, number: int, payload: str) -> int:
    """A chat in which every field has the text."""
    customer = replace(
        TARAS, id=6_000_000 + number, first_name=payload, last_name=payload, username=payload
    )
    token, telegram = bot.token, bot.telegram
    file_id = telegram.add_file(f"file-{number}", b"<script>top.ran=1</script>")
    asked = await telegram.sends(token, customer, text=payload)
    file = {"file_id": file_id, "file_name": payload, "mime_type": payload, "file_size": 26}
    await telegram.sends(token, customer, document=file, caption=payload)
    contact = {"phone_number": payload, "first_name": payload, "last_name": payload}
    await telegram.sends(token, customer, contact=contact)
    place = {"location": {"latitude": 50.45, "longitude": 30.52}}
    await telegram.sends(token, customer, venue={**place, "title": payload, "address": payload})
    await telegram.sends(token, customer, text=payload, reply_to_message=asked["message"])
    newest = await bot.desk.acme.api.get("/api/chat/chats?per_page=1")
    chat_id: int = newest.json["items"][0]["id"]
    api = bot.desk.alice.api
    line = " ".join(payload.split())
    about = {"note": payload, "fields": [{"name": line[:50].strip(), "value": line}], "version": 0}
    kept = await api.put(f"/api/chat/{chat_id}/client/about", about)
    assert kept.status in (200, 400), kept.text
    noted = await api.post(f"/api/chat/{chat_id}/note", {"text": payload})
    assert noted.status in (200, 400), noted.text
    return chat_id


def _flat(text: str) -> str:
    return "".join(text.split())


async def test_texts_stay_texts(bot: Bot, panel: Page) -> None:
    if bot.desk.services.settings.database_url:
        pytest.skip("what a page runs does not depend on the database")
    base_url, alice = bot.desk.base_url, bot.desk.alice
    payloads = some(PAYLOADS)
    chats = [await _given(bot, number, one) for number, one in enumerate(payloads)]

    await panel.goto(f"{base_url}/?chat_raw_id={chats[0]}&token={alice.token}")
    await panel.get_by_test_id("client-open").click()
    for chat_id, payload in zip(chats, payloads, strict=True):
        await panel.evaluate(GO, f"/chats/{chat_id}")
        await expect(panel).to_have_url(f"{base_url}/chats/{chat_id}")
        await expect(panel.get_by_test_id("message")).to_have_count(KINDS)
        await expect(panel.get_by_test_id("client-identities")).to_be_visible()
        shown = _flat(await panel.evaluate(SHOWN))
        assert shown.count(_flat(clean_foreign(payload))) >= KINDS, payload
        assert await panel.evaluate("top.ran") is None, payload
        assert await panel.evaluate("violations") == [], payload
    for payload in payloads[:: max(1, len(payloads) // 10)]:
        await panel.get_by_role("searchbox").fill(payload[:200])
        await expect(panel.get_by_test_id("search-results")).to_be_visible()
    await panel.get_by_role("searchbox").fill("")
    await panel.reload()
    await expect(panel.get_by_test_id("message")).to_have_count(KINDS)
    assert (await panel.evaluate("[top.ran ?? null, violations]")) == [None, []]
