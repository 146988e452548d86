"""Instagram and a real desk, in both directions, by both logins."""

from base64 import b64encode
from collections.abc import AsyncIterator

import pytest

from opdesk.media.model import MediaType
from opdesk.simulators.instagram import InstagramAccount
from tests.desk import Desk
from tests.meta import OLENA, Linked, linked
from tests.telegram import JPEG


@pytest.fixture(params=[False, True], ids=["direct", "by_page"])
async def account(desk: Desk, request: pytest.FixtureRequest) -> AsyncIterator[Linked]:
    async with linked(desk, InstagramAccount(desk.clock, is_by_page=request.param)) as connected:
        yield connected


async def test_an_account_is_connected_and_talks(account: Linked) -> None:
    chat_id = await account.given_chat("Чи є синя?")

    message = await account.sent(chat_id, textMessage="Є")

    channel = account.channel
    assert (channel["from"], channel["state"]) == ("demo.shop", "webhook")
    assert channel["settings"]["accountId"] == account.meta.account_id
    assert message["status"] == 1
    assert account.meta.phones[OLENA.id][-1].text == "Є"
    assert len(await account.messages(chat_id)) == 2


async def test_reading_is_told_by_message_even_if_it_names_nobody(account: Linked) -> None:
    chat_id = await account.given_chat()
    await account.sent(chat_id, textMessage="раз")

    await account.meta.sees(OLENA)

    assert [one["status"] for one in await account.messages(chat_id)][1:] == [3]


async def test_what_was_unsent_loses_its_words(account: Linked) -> None:
    chat_id = await account.given_chat("таємне")
    [line] = account.meta.phones[OLENA.id]

    await account.meta.takes_back(OLENA, line.id)

    [message] = await account.messages(chat_id)
    assert (message["message"], message["isDeleted"]) == ("", True)


async def test_a_photo_is_fetched_by_instagram_from_us(account: Linked) -> None:
    chat_id = await account.given_chat()
    media = {"name": "b.jpg", "format": "jpg", "type": 1, "dataBase64": b64encode(JPEG).decode()}

    message = await account.sent(chat_id, media=media)

    assert message["status"] == 1
    line = account.meta.phones[OLENA.id][-1]
    assert line.file is not None
    assert (line.kind, line.file[2]) == (MediaType.PHOTO, JPEG)


async def test_more_than_a_thousand_bytes_are_400_before_they_are_sent(account: Linked) -> None:
    chat_id = await account.given_chat()
    path = f"/api/chat/{chat_id}/message"

    long = await account.desk.alice.api.post(path, {"textMessage": "ї" * 501})
    fits = await account.sent(chat_id, textMessage="ї" * 500)

    assert (long.status, list(long.json["errors"])) == (400, ["textMessage"])
    assert fits["status"] == 1
