"""A visitor and an operator write to each other; nothing is lost, doubled or shown to strangers."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.desk import eventually
from tests.realtime.test_presence import panel_of
from tests.telegram import JPEG
from tests.widget.sites import Shop


async def test_a_visitor_writes_and_is_answered(shop: Shop) -> None:
    page = await shop.page().begins(name="Олена")

    said = await page.writes("Чи є в наявності?")

    assert said.status == 200, said.text
    [chat] = await shop.chats()
    assert chat["client"]["name"] == "Олена"
    assert (chat["messSource"], chat["countUnread"], chat["chatStatus"]) == (4, 1, 0)
    answer = await shop.answers(chat["id"], "Так, є")
    found = await page.syncs()
    assert [(one["isOwn"], one["text"], one["by"]) for one in found["items"]] == [
        (True, "Чи є в наявності?", None),
        (False, "Так, є", "Alice"),
    ]
    assert found["items"][1]["id"] == answer
    assert found["readUpTo"] == said.json["id"]


async def test_the_same_key_is_one_message(shop: Shop) -> None:
    page = await shop.page().begins()

    replies = [await page.writes("двічі", key="k-1") for _ in range(3)]

    assert {reply.json["id"] for reply in replies} == {replies[0].json["id"]}
    assert replies[0].json["clientId"] == "k-1"
    [chat] = await shop.chats()
    assert len(await shop.messages(chat["id"])) == 1
    assert chat["countUnread"] == 1


async def test_twenty_at_once_with_one_key_are_one(shop: Shop) -> None:
    page = await shop.page().begins()
    await page.writes("перше")

    replies = await asyncio.gather(*(page.writes("разом", key="k-1") for _ in range(10)))

    assert {reply.status for reply in replies} == {200}
    [chat] = await shop.chats()
    assert [one["message"] for one in await shop.messages(chat["id"])] == ["перше", "разом"]


async def test_marks_go_both_ways(shop: Shop) -> None:
    page = await shop.page().begins()
    first = (await page.writes("?")).json["id"]
    [chat] = await shop.chats()
    assert (await page.syncs())["readUpTo"] == 0

    await shop.desk.alice.api.post(f"/api/chat/{chat['id']}/read")
    assert (await page.syncs())["readUpTo"] == first

    answer = await shop.answers(chat["id"], "!")

    async def status() -> int:
        [found] = [one for one in await shop.messages(chat["id"]) if one["id"] == answer]
        number: int = found["status"]
        return number

    async def is_sent() -> bool | None:
        return await status() == 1 or None

    await eventually(is_sent)
    await page.syncs(got=answer)
    assert await status() == 4
    found = await page.syncs(got=answer, seen=answer)
    assert await status() == 3
    assert [one["isSeen"] for one in found["items"] if not one["isOwn"]] == [True]
    await page.syncs(got=answer)
    assert await status() == 3


async def test_a_page_waits_for_news(shop: Shop) -> None:
    page = await shop.page().begins()
    await page.writes("?")
    [chat] = await shop.chats()
    known = await page.syncs()

    waiting = asyncio.create_task(page.syncs(version=known["version"], wait=20))
    await eventually(_is_waiting(shop))
    await shop.answers(chat["id"], "!")
    async with asyncio.timeout(5):
        found = await waiting

    assert [one["text"] for one in found["items"]] == ["?", "!"]


async def test_a_page_that_left_is_waited_for_by_nobody(shop: Shop) -> None:
    page = await shop.page().begins()
    known = await page.syncs()
    waiting = asyncio.create_task(page.syncs(version=known["version"], wait=30))
    await eventually(_is_waiting(shop))

    waiting.cancel()

    async def nobody() -> bool | None:
        return shop.desk.services.reception.bells.waiting_pages == 0 or None

    await eventually(nobody)


async def test_a_visitor_has_at_most_six_pages_that_wait(shop: Shop) -> None:
    """The oldest goes on: it may be one that was left."""
    page = await shop.page().begins()
    await page.writes("?")
    known = await page.syncs()
    pages = []
    for number in range(1, 8):
        pages.append(asyncio.create_task(page.syncs(version=known["version"], wait=30)))
        if number <= 6:
            await eventually(_is_waiting(shop, number))

    async with asyncio.timeout(10):
        found = await pages[0]

    assert found["items"] is None
    assert [one.done() for one in pages[1:]] == [False] * 6
    for one in pages[1:]:
        one.cancel()


async def test_a_page_that_has_no_chat_waits_for_its_beginning(shop: Shop) -> None:
    """A logged-in user writes on another device."""
    user = {"userId": "1042", "signature": shop.signature("1042")}
    phone, laptop = await shop.page().begins(**user), await shop.page().begins(**user)
    known = await laptop.syncs()

    waiting = asyncio.create_task(laptop.syncs(version=known["version"], wait=20))
    await eventually(_is_waiting(shop))
    await phone.writes("з телефона")
    async with asyncio.timeout(5):
        found = await waiting

    assert [one["text"] for one in found["items"]] == ["з телефона"]


async def test_nothing_new_is_said_shortly(shop: Shop) -> None:
    page = await shop.page().begins()
    await page.writes("?")
    known = await page.syncs()

    found = await page.syncs(version=known["version"])

    assert found["items"] is None
    assert found["version"] == known["version"]


async def test_history_goes_back_to_the_first_message(shop: Shop) -> None:
    page = await shop.page().begins()
    await page.writes("0")
    [chat] = await shop.chats()
    for number in range(1, 45):
        await shop.answers(chat["id"], str(number))

    found = await page.syncs()
    texts = [one["text"] for one in found["items"]]
    has_more, oldest = found["hasMore"], found["items"][0]["id"]
    while has_more:
        reply = await page.call("GET", f"/messages?before={oldest}")
        texts = [one["text"] for one in reply.json["items"]] + texts
        has_more, oldest = reply.json["hasMore"], reply.json["items"][0]["id"]

    assert texts == [str(number) for number in range(45)]


async def test_files_go_both_ways(shop: Shop) -> None:
    page = await shop.page().begins()

    said = await page.sends_file(JPEG, name="взуття.jpg", text="такі")

    assert said.status == 200, said.text
    media = said.json["media"]
    assert (media["name"], media["type"], media["size"]) == ("взуття.jpg", 1, len(JPEG))
    assert await _fetched(shop, media["uri"]) == JPEG
    [chat] = await shop.chats()
    [message] = await shop.messages(chat["id"])
    assert (message["message"], message["media"]["format"]) == ("такі", "jpg")
    assert await _fetched(shop, message["media"]["uri"]) == JPEG
    upload = await shop.desk.alice.api.call("POST", "/api/media?name=b.jpg", content=JPEG)
    await shop.desk.alice.api.post(
        f"/api/chat/{chat['id']}/message", {"media": {"id": upload.json["id"]}}
    )
    found = await page.syncs()
    assert await _fetched(shop, found["items"][1]["media"]["uri"]) == JPEG


async def test_a_file_sent_again_is_one_message(shop: Shop) -> None:
    page = await shop.page().begins()

    replies = [await page.sends_file(JPEG, id="k-1") for _ in range(2)]

    assert replies[0].json["id"] == replies[1].json["id"]
    assert await _fetched(shop, replies[1].json["media"]["uri"]) == JPEG
    assert not list((shop.desk.services.settings.data / "media" / "incoming").iterdir())


async def test_typing_is_shown_on_the_page_and_goes_out(shop: Shop) -> None:
    page = await shop.page().begins()
    await page.writes("?")
    [chat] = await shop.chats()
    known = await page.syncs()

    waiting = asyncio.create_task(page.syncs(version=known["version"], wait=20))
    await eventually(_is_waiting(shop))
    await shop.desk.alice.api.post(f"/api/chat/{chat['id']}/typing")
    async with asyncio.timeout(5):
        found = await waiting

    assert found["isTyping"] is True
    shop.desk.clock.move(seconds=7)
    assert (await page.syncs(version=found["version"], wait=20))["isTyping"] is False


async def test_a_visitors_typing_is_shown_to_their_organization(shop: Shop) -> None:
    desk, page = shop.desk, await shop.page().begins()
    async with panel_of(desk, desk.alice, desk.charlie) as [of_alice, of_charlie]:
        assert (await page.call("POST", "/typing")).status == 200
        await page.writes("?")
        [chat] = await shop.chats()
        assert (await page.call("POST", "/typing")).status == 200
        await of_alice.until(lambda: bool(of_alice.signals("clientTyping")))
        await of_charlie.call("Reading", None)

        [signal] = of_alice.signals("clientTyping")
        assert signal["data"] == {"chatId": chat["id"]}
        assert of_charlie.signals("clientTyping") == []


async def test_a_channel_that_is_off_shows_no_widget(shop: Shop) -> None:
    page = await shop.page().begins()
    assert (await page.call("GET", "")).status == 200

    await shop.company.api.put(f"/api/channel/{shop.channel_id}", {"isEnabled": False})

    for reply in (await page.call("GET", ""), await page.writes("?")):
        assert reply.status == 404


def _is_waiting(shop: Shop, pages: int = 1) -> Callable[[], Awaitable[bool | None]]:
    async def look() -> bool | None:
        return shop.desk.services.reception.bells.waiting_pages >= pages or None

    return look


async def _fetched(shop: Shop, uri: str) -> bytes:
    reply = await shop.desk.client.get(uri)
    assert reply.status_code == 200
    return reply.content
