"""Messenger and a real desk, in both directions."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import pytest

from opdesk.media.model import MediaType
from opdesk.simulators.facebook import FacebookPage
from opdesk.simulators.meta import refusal
from tests.desk import Desk, eventually
from tests.meta import OLENA, TARAS, Linked, linked
from tests.telegram import JPEG


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[Linked]:
    async with linked(desk, FacebookPage(desk.clock)) as connected:
        yield connected


def platform(page: Linked) -> FacebookPage:
    assert isinstance(page.meta, FacebookPage)
    return page.meta


async def last(page: Linked, chat_id: int) -> dict[str, Any]:
    return (await page.messages(chat_id))[-1]


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
    assert len(await page.messages(chat_id)) == 2  # our own echo is no message


async def test_two_people_have_two_chats_however_their_words_are_mixed(page: Linked) -> None:
    for n in range(3):
        await page.meta.writes(OLENA, f"О{n}")
        await page.meta.writes(TARAS, f"Т{n}")

    chats = await page.chats()
    found = [[one["message"] for one in await page.messages(chat["id"])] for chat in chats]
    assert sorted(found) == [["О0", "О1", "О2"], ["Т0", "Т1", "Т2"]]


async def test_a_photo_comes_and_goes(page: Linked) -> None:
    chat_id = await page.given_chat()
    await page.meta.sends_file(OLENA, MediaType.PHOTO, ("a.jpg", "image/jpeg", JPEG), "ось")

    async def ready() -> dict[str, Any] | None:
        message = await last(page, chat_id)
        return message if message["media"]["state"] == "ready" else None

    message = await eventually(ready)
    assert (message["message"], message["media"]["type"]) == ("ось", 1)
    media = {"name": "b.jpg", "format": "jpg", "type": 1, "dataBase64": b64encode(JPEG).decode()}
    assert (await page.sent(chat_id, media=media))["status"] == 1
    line = page.meta.phones[OLENA.id][-1]
    assert line.file is not None
    assert (line.kind, line.file[0], line.file[2]) == (MediaType.PHOTO, "b.jpg", JPEG)


async def test_what_a_customer_does_with_messages_is_shown(page: Linked) -> None:
    chat_id = await page.given_chat("червона")
    [first] = [line.id for line in page.meta.phones[OLENA.id]]
    ours = await page.sent(chat_id, textMessage="синя")
    mid = page.meta.phones[OLENA.id][-1].id

    await platform(page).edits(OLENA, first, "зелена")
    await page.meta.reacts(OLENA, mid, "🦄")
    await page.meta.writes(OLENA, "так", reply_to={"mid": mid})

    asked, answered, agreed = await page.messages(chat_id)
    assert (asked["message"], asked["isEdited"]) == ("зелена", True)
    assert (answered["id"], answered["reaction"]) == (ours["id"], "🦄")
    assert agreed["replyToId"] == ours["id"]
    await page.meta.reacts(OLENA, mid, None)
    assert (await page.messages(chat_id))[1]["reaction"] is None


async def test_what_a_customer_has_seen_is_read(page: Linked) -> None:
    chat_id = await page.given_chat()
    await page.sent(chat_id, textMessage="раз")
    await page.sent(chat_id, textMessage="два")

    await page.meta.sees(OLENA)

    assert [one["status"] for one in await page.messages(chat_id)][1:] == [3, 3]


async def test_a_delivery_is_told_before_the_reading(page: Linked) -> None:
    chat_id = await page.given_chat()
    await page.sent(chat_id, textMessage="раз")
    mid = page.meta.phones[OLENA.id][-1].id

    await page.meta.tells(OLENA, {"delivery": {"mids": [mid], "watermark": 5}})

    assert (await last(page, chat_id))["status"] == 4


async def test_what_is_written_in_metas_inbox_is_the_companys(page: Linked) -> None:
    chat_id = await page.given_chat()

    mid = await page.meta.company_writes(OLENA, "відповіли з телефона")

    message = await last(page, chat_id)
    assert message["message"] == "відповіли з телефона"
    assert message["author"] != 1
    assert mid == page.meta.phones[OLENA.id][-1].id


async def test_buttons_links_and_places_are_messages(page: Linked) -> None:
    chat_id = await page.given_chat()
    place = {"coordinates": {"lat": 50.45, "long": 30.52}}
    await page.meta.presses(OLENA, "Де ви?", "WHERE")
    await platform(page).follows_link(OLENA, "may")
    await page.meta.attaches(OLENA, {"type": "location", "title": "Тут", "payload": place})
    await page.meta.attaches(OLENA, {"type": "appointment_booking"})

    found = (await page.messages(chat_id))[1:]
    assert [one["message"] for one in found][:2] == ["Де ви?", "may"]
    assert found[2]["place"]["latitude"] == 50.45
    assert [one["isUnsupported"] for one in found] == [False, False, False, True]


async def test_a_late_answer_goes_as_a_human_agents(page: Linked) -> None:
    chat_id = await page.given_chat()
    desk = page.desk
    desk.clock.move(seconds=25 * 3600)
    token = await desk.token_of(desk.acme, desk.alice.id)
    desk.alice.api = desk.anyone.bearer(token)

    message = await page.sent(chat_id, textMessage="пізно, але так")

    assert message["status"] == 1
    assert page.meta.sent("messages")[-1].body["tag"] == "HUMAN_AGENT"


async def test_a_page_that_lost_its_token_says_so(page: Linked) -> None:
    chat_id = await page.given_chat()
    page.meta.faults.refusals["messages"] = [refusal(401, 190, 463, "Session has expired")]

    message = await page.sent(chat_id, textMessage="?")

    assert (message["status"], message["error"]) == (2, "auth")
    [channel] = (await page.desk.acme.api.get("/api/channel")).json
    assert "Session has expired" in channel["problem"]


async def test_a_batch_that_comes_twice_and_upside_down_is_stored_once(page: Linked) -> None:
    page.meta.faults.is_holding = True
    page.meta.faults.duplicates = 2
    for n in range(5):
        await page.meta.writes(OLENA, str(n))
        page.desk.clock.move(seconds=2)

    await page.meta.release(lambda posts: posts.reverse())

    [chat] = await page.chats()
    assert sorted(one["message"] for one in await page.messages(chat["id"])) == list("01234")


async def test_the_customer_sees_what_an_operator_has_read(page: Linked) -> None:
    chat_id = await page.given_chat()

    reply = await page.desk.alice.api.post(f"/api/chat/{chat_id}/read")

    async def seen() -> dict[str, Any] | None:
        calls = page.meta.sent("sender_action")
        return next((call.body for call in calls), None)

    assert reply.status == 200
    assert await eventually(seen) == {"recipient": {"id": OLENA.id}, "sender_action": "mark_seen"}
