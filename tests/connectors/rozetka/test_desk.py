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


async def test_a_shop_that_refuses_the_password_is_not_connected(desk: Desk) -> None:
    async with connected_shop(desk) as shop:
        shop.platform.password = "another"
        path = f"/api/channel/{shop.channel_id}"

        check = await desk.acme.api.post(f"{path}/check")

        assert check.status == 200, check.text
        assert "логін" in check.text
