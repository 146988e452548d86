"""Rozetka and the desk, both ways: what buyers write is shown, what operators write arrives."""

from base64 import b64encode

from opdesk.media.model import MediaType
from tests.desk import Desk, eventually
from tests.rozetka import OKSANA, connected_shop
from tests.telegram import JPEG


async def test_a_dialogue_with_files(desk: Desk) -> None:
    async with connected_shop(desk) as shop:
        await shop.platform.writes(OKSANA, "Чи є <b>розмір M</b>?")
        await shop.platform.sends_file(OKSANA, MediaType.PHOTO, ("a.jpg", "image/jpeg", JPEG))
        chat = await shop.chat_of(OKSANA)

        async def shown() -> str | None:
            messages = await shop.messages(chat["id"])
            media = messages[-1]["media"] if len(messages) == 2 else None
            return messages[0]["message"] if media and media["state"] == "ready" else None

        assert await eventually(shown) == "Чи є розмір M?"
        media = {
            "name": "б.jpg",
            "format": "jpg",
            "type": 1,
            "dataBase64": b64encode(JPEG).decode(),
        }
        sent = await shop.sent(chat["id"], textMessage="Є")
        with_file = await shop.sent(chat["id"], textMessage="ось", media=media)

        assert (sent["error"], with_file["error"]) == (None, None)
        ours = [line for line in shop.platform.phones[OKSANA.id] if not line.is_theirs]
        assert [line.text for line in ours] == ["Є", "ось"]
        assert ours[1].file == ("б.jpg", "image/jpeg", JPEG)


async def test_a_chat_about_an_order_knows_its_number(desk: Desk) -> None:
    async with connected_shop(desk) as shop:
        about = shop.platform.given_chat(OKSANA)
        await shop.platform.writes(OKSANA, "Коли відправите?")

        chat = await shop.chat_of(OKSANA)

        assert chat["orderNumber"] == str(about["order_id"])
        listed = (await desk.alice.api.get(f"/api/chat/{chat['id']}")).json
        assert listed["orderNumber"] == chat["orderNumber"]


async def test_a_shop_that_refuses_the_password_is_not_connected(desk: Desk) -> None:
    async with connected_shop(desk) as shop:
        shop.platform.password = "another"
        path = f"/api/channel/{shop.channel_id}"

        check = await desk.acme.api.post(f"{path}/check")

        assert check.status == 200, check.text
        assert "логін" in check.text


async def test_what_became_of_ours_is_shown(desk: Desk) -> None:
    async with connected_shop(desk) as shop:
        await shop.platform.writes(OKSANA, "?")
        chat = await shop.chat_of(OKSANA)
        read = await shop.sent(chat["id"], textMessage="перше")
        blocked = await shop.sent(chat["id"], textMessage="друге, з контактами")

        lines = [one for one in shop.platform.phones[OKSANA.id] if not one.is_theirs]
        shop.platform.moderates(lines[1].id, 2)
        await shop.platform.sees(OKSANA)

        async def statuses() -> list[int] | None:
            messages = {one["id"]: one for one in await shop.messages(chat["id"])}
            found = [messages[one["id"]]["status"] for one in (read, blocked)]
            return found if found == [3, 2] else None

        assert await eventually(statuses)
        assert len(await shop.messages(chat["id"])) == 3


async def test_reading_in_the_panel_reads_in_the_cabinet(desk: Desk) -> None:
    async with connected_shop(desk) as shop:
        await shop.platform.writes(OKSANA, "?")
        chat = await shop.chat_of(OKSANA)
        assert shop.platform.read_chats == []

        reply = await desk.alice.api.post(f"/api/chat/{chat['id']}/read")
        assert reply.status < 300, reply.text

        async def opened() -> bool | None:
            return len(shop.platform.read_chats) == 1 or None

        assert await eventually(opened)
