"""Messenger and a real desk, in both directions."""

from collections.abc import AsyncIterator

import pytest

from opdesk.simulators.facebook import FacebookPage
from tests.desk import Desk
from tests.meta import OLENA, Linked, linked


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[Linked]:
    async with linked(desk, FacebookPage(desk.clock)) as connected:
        yield connected


async def test_a_page_is_connected_by_its_token(page: Linked) -> None:
    channel = page.channel

    assert (channel["from"], channel["state"]) == ("Demo Shop", "webhook")
    assert channel["settings"]["pageId"] == page.meta.account_id
    assert (channel["settings"]["pageToken"], channel["settings"]["appSecret"]) == ("***", "***")
    assert page.meta.hook.url == channel["webhookUrl"]
    assert {"messages", "message_reads", "message_edits"} <= page.meta.subscribed


async def test_customers_write_and_are_answered(page: Linked) -> None:
    chat_id = await page.given_chat("Чи є синя?")

    message = await page.sent(chat_id, textMessage="Є, приходьте")

    assert message["status"] == 1
    assert page.meta.phones[OLENA.id][-1].text == "Є, приходьте"
    [call] = page.meta.sent("messages")
    assert call.body["messaging_type"] == "RESPONSE"
    assert len(await page.messages(chat_id)) == 2
