"""Visitors by name, users of the site by its signature, and what is left of them."""

from pathlib import Path
from typing import Any

import pytest

from opdesk.chats import actions as chats
from opdesk.housekeeping import clean_up
from opdesk.parts import forget_client
from tests.desk import Desk
from tests.widget.sites import Shop, open_shop

DAY_S = 24 * 3600


def user(shop: Shop, user_id: str = "1042", **details: str) -> dict[str, str]:
    return {"userId": user_id, "signature": shop.signature(user_id), **details}


async def test_what_a_visitor_says_of_themselves_is_theirs_to_say(shop: Shop) -> None:
    """The phone is told, once, and attests nothing."""
    page = await shop.page().begins(name="Олена", phone="067 111 22 33", email="o@example.com")

    await page.writes("перше")
    await page.writes("друге")

    [chat] = await shop.chats()
    assert (chat["client"]["name"], chat["client"]["phone"]) == ("Олена", None)
    texts = [one["message"] for one in await shop.messages(chat["id"])]
    assert texts == ["Олена\n067 111 22 33\no@example.com", "перше", "друге"]
    await page.begins(phone="067 111 22 44")
    await page.writes("третє")
    texts = [one["message"] for one in await shop.messages(chat["id"])]
    assert texts[3:] == ["Олена\n067 111 22 44\no@example.com", "третє"]


async def test_who_says_nothing_has_a_name_to_be_called_by(shop: Shop) -> None:
    for _ in range(2):
        await (await shop.page().begins()).writes("?")

    names = [chat["client"]["name"] for chat in await shop.chats()]

    assert all(name.startswith("Відвідувач ") for name in names)
    assert len(set(names)) == 2


async def test_a_user_has_one_chat_on_every_device(shop: Shop) -> None:
    phone, laptop = await shop.page().begins(**user(shop)), await shop.page().begins(**user(shop))
    assert phone.token != laptop.token

    await phone.writes("з телефона")
    await laptop.writes("з ноутбука")

    assert len(await shop.chats()) == 1
    for page in (phone, laptop):
        texts = [one["text"] for one in (await page.syncs())["items"]]
        assert texts == ["з телефона", "з ноутбука"]


async def test_who_logs_in_keeps_the_chat_unless_they_have_one(shop: Shop) -> None:
    page = await shop.page().begins()
    await page.writes("ще без входу")
    token = page.token

    await page.begins(**user(shop))

    assert page.token == token
    assert [one["text"] for one in (await page.syncs())["items"]] == ["ще без входу"]
    other = await shop.page().begins()
    await other.writes("з чужого комп'ютера")
    await other.begins(**user(shop))
    assert [one["text"] for one in (await other.syncs())["items"]] == ["ще без входу"]
    third = await shop.page().begins(**user(shop, "7"))
    assert (await third.syncs())["items"] == []


@pytest.mark.parametrize("how", ["none", "empty", "other user", "other shop", "shortened", "word"])
async def test_a_forged_signature_is_refused(desk: Desk, shop: Shop, how: str) -> None:
    other = await open_shop(desk)
    right = shop.signature("1042")
    forged: dict[str, Any] = {
        "none": None,
        "empty": "",
        "other user": shop.signature("1043"),
        "other shop": other.signature("1042"),
        "shortened": right[:-1],
        "word": "підпис",
    }
    owner = await shop.page().begins(**user(shop))
    await owner.writes("таємне")

    body = {"userId": "1042", "signature": forged[how]}
    reply = await shop.page().call("POST", "/session", json=body)

    assert reply.status == 403
    assert "token" not in (reply.json or {})
    assert (await shop.page().call("POST", "/session", json=user(shop))).status == 200


async def test_signatures_are_guessed_slowly(shop: Shop) -> None:
    body = {"userId": "1042", "signature": "0" * 64}

    statuses = [(await shop.page().call("POST", "/session", json=body)).status for _ in range(40)]

    assert 429 in statuses
    assert 200 not in statuses


async def test_a_deleted_chat_leaves_nothing_of_its_visitor(shop: Shop, tmp_path: Path) -> None:
    page = await shop.page().begins(name="Олена", phone="+380671112233", email="o@example.com")
    await page.writes("забудьте мене")
    [chat] = await shop.chats()

    reply = await shop.company.api.delete(f"/api/chat/chats/{chat['id']}")

    assert reply.status == 200, reply.text
    assert (await page.call("POST", "/sync", json={})).status == 401
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for word in ("o@example.com", "671112233", "забудьте", "Олена"):
            assert word.encode() not in content, path
    page.token = None
    await page.begins()
    assert (await page.writes("знову")).status == 200


async def test_browsers_that_do_not_come_back_are_forgotten(shop: Shop) -> None:
    gone, stays = await shop.page().begins(), await shop.page().begins()
    await gone.writes("давно")
    chat_id = (await shop.chats())[0]["id"]
    services = shop.desk.services
    for _ in range(2):
        shop.desk.clock.move(seconds=100 * DAY_S)
        await stays.syncs()

    await clean_up(services.db, services.files, forget_client)

    assert (await gone.call("POST", "/sync", json={})).status == 401
    assert (await stays.call("POST", "/sync", json={})).status == 200
    assert await services.db.read(chats.find_chat, shop.company.id, chat_id) is not None


async def test_working_hours_are_told(shop: Shop) -> None:
    page = shop.page()
    assert (await page.call("GET", "")).json["isOpen"] is True

    await close(shop)

    found = (await page.call("GET", "")).json
    assert found["isOpen"] is False
    assert found["opensAt"] > shop.desk.in_hours(0)


async def test_a_question_outside_working_hours_is_a_chat(shop: Shop) -> None:
    page = await shop.page().begins(name="Олена", email="o@example.com")

    for _ in range(2):
        reply = await page.call("POST", "/offline", json={"id": "q-1", "text": "Коли привезете?"})
        assert reply.status == 200, reply.text

    [chat] = await shop.chats()
    texts = [one["message"] for one in await shop.messages(chat["id"])]
    assert texts == ["Олена\no@example.com", "Коли привезете?"]


async def close(shop: Shop) -> None:
    """Nobody works but in one minute of the day after tomorrow's weekday."""
    far = (shop.desk.services.clock.now_ms() // 1000 // DAY_S + 3 + 2) % 7 + 1
    organization = shop.company.organizations[0]
    reply = await shop.company.api.put(
        "/api/company/organization",
        {"id": organization, "workingHours": [{"day": far, "from": "00:00", "to": "00:01"}]},
    )
    assert reply.status == 200, reply.text
