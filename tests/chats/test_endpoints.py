"""The contract's section Chats over HTTP, with a customer on a simulated Telegram."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from opdesk.simulators.telegram import Customer, Refusal
from tests.desk import Desk, eventually
from tests.telegram import JPEG, TARAS, Bot

OLHA = Customer(77, "Ольга", "Лис")


async def test_a_customers_message_makes_a_new_chat(bot: Bot) -> None:
    await bot.writes("Добрий день\r\nчи є знижки?")

    [chat] = await bot.chats()

    assert chat["chatStatus"] == 0
    assert chat["countUnread"] == 1
    assert chat["messSource"] == 2
    assert chat["from"] == "demo_shop_bot"
    assert chat["client"] == {
        "id": chat["client"]["id"],
        "name": "Тарас Бондар",
        "phone": None,
        "photo": None,
    }
    assert chat["lastMessage"]["message"] == "Добрий день\nчи є знижки?"
    assert chat["lastMessage"]["author"] == 1
    assert chat["operator"] is None


async def test_an_answer_reaches_the_customer_and_turns_the_chat_to_waiting(bot: Bot) -> None:
    chat_id = await bot.given_chat()

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "Так!"})

    assert reply.status == 200
    assert (reply.json["author"], reply.json["status"]) == (0, 0)
    assert reply.json["operator"] == {"id": bot.desk.alice.id, "name": "Alice"}
    delivered = await bot.delivered(reply.json["id"], chat_id)
    assert (delivered["status"], delivered["error"]) == (1, None)
    assert [dict(call.body) for call in bot.telegram.sent("sendMessage")] == [
        {"chat_id": TARAS.id, "text": "Так!"}
    ]
    chat = (await bot.desk.alice.api.get(f"/api/chat/{chat_id}")).json
    assert (chat["chatStatus"], chat["countUnread"]) == (2, 0)
    assert chat["operator"] == {"id": bot.desk.alice.id, "name": "Alice", "photo": None}


@pytest.mark.parametrize("status", [2, 3, 4])
async def test_a_customers_message_wakes_a_chat(bot: Bot, status: int) -> None:
    nobodys = await bot.given_chat()
    taken = await bot.given_chat("Вітаю", OLHA)
    await bot.desk.alice.api.post(f"/api/chat/{taken}/message", {"textMessage": "Так"})
    for chat_id in (nobodys, taken):
        await bot.desk.acme.api.put("/api/chat/status", {"id": chat_id, "status": status})

    await bot.writes("ще одне")
    await bot.writes("і моє", OLHA)

    assert (await bot.desk.acme.api.get(f"/api/chat/{nobodys}")).json["chatStatus"] == 0
    assert (await bot.desk.acme.api.get(f"/api/chat/{taken}")).json["chatStatus"] == 1


async def test_an_operators_message_reopens_a_closed_chat_as_waiting(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await bot.desk.alice.api.put("/api/chat/status", {"id": chat_id, "status": 4})

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "Ще"})

    assert reply.status == 200
    assert (await bot.desk.alice.api.get(f"/api/chat/{chat_id}")).json["chatStatus"] == 2


async def test_unread_counts_until_read(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await bot.writes("два")
    assert (await bot.desk.bob.api.get(f"/api/chat/{chat_id}")).json["countUnread"] == 2

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/read")

    assert (reply.status, reply.text) == (200, "")
    assert (await bot.desk.bob.api.get(f"/api/chat/{chat_id}")).json["countUnread"] == 0


async def test_a_repeat_with_the_same_key_is_sent_once(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    path, body = f"/api/chat/{chat_id}/message", {"textMessage": "раз"}
    headers = {"Idempotency-Key": "k1"}

    replies = await asyncio.gather(
        *(bot.desk.alice.api.post(path, body, headers=headers) for _ in range(5))
    )
    other = await bot.desk.alice.api.post(path, {"textMessage": "два"}, headers=headers)
    by_body = await bot.desk.alice.api.post(path, body | {"clientMessageId": "k1"})

    assert {reply.json["id"] for reply in replies} == {replies[0].json["id"]}
    assert other.status == 409
    assert by_body.json["id"] == replies[0].json["id"]
    await bot.delivered(replies[0].json["id"], chat_id)
    assert len(bot.telegram.sent("sendMessage")) == 1


async def test_messages_of_a_chat_leave_in_order_also_when_one_is_retried(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    bot.telegram.faults.refusals["sendMessage"] = [
        Refusal(429, "Too Many Requests: retry after 1", {"retry_after": 1})
    ]

    ids = []
    for n in range(5):
        reply = await bot.desk.alice.api.post(
            f"/api/chat/{chat_id}/message", {"textMessage": f"message {n}"}
        )
        ids.append(reply.json["id"])
    await bot.delivered(ids[-1], chat_id)

    taken = [call.body["text"] for call in bot.telegram.sent("sendMessage")]
    assert taken == ["message 0", *(f"message {n}" for n in range(5))]


async def test_a_refused_message_is_rejected_with_its_reason(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    bot.telegram.faults.refusals["sendMessage"] = [
        Refusal(403, "Forbidden: bot was blocked by the user")
    ]

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "?"})

    delivered = await bot.delivered(reply.json["id"], chat_id)
    assert (delivered["status"], delivered["error"]) == (2, "blocked")


async def test_a_send_whose_answer_was_lost_stays_new_and_uncertain(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    bot.telegram.faults.lost.add("sendMessage")

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "?"})

    delivered = await bot.delivered(reply.json["id"], chat_id)

    assert (delivered["status"], delivered["error"]) == (0, "uncertain")
    assert len(bot.telegram.sent("sendMessage")) == 1


async def test_a_photo_is_sent_as_a_photo(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    media = {"name": "x.png", "format": "image/jpeg", "dataBase64": encoded(JPEG), "type": 1}

    reply = await bot.desk.alice.api.post(
        f"/api/chat/{chat_id}/message", {"textMessage": "ось", "media": media}
    )

    assert reply.status == 200, reply.text
    await bot.delivered(reply.json["id"], chat_id)
    [call] = bot.telegram.sent("sendPhoto")
    assert call.body == {"chat_id": str(TARAS.id), "caption": "ось"}
    assert call.files["photo"][1] == JPEG


async def test_media_come_out_by_a_signed_address_that_ends(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    media = {"name": "x.jpg", "format": ".JPG", "dataBase64": encoded(JPEG), "type": 1}
    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"media": media})
    uri = reply.json["media"]["uri"]

    async with httpx.AsyncClient() as stranger:
        fetched = await stranger.get(uri)
        forged = await stranger.get(uri.replace("/media/1/", "/media/2/"))
        bot.desk.clock.move(seconds=49 * 3600)
        late = await stranger.get(uri)

    assert reply.json["media"] | {"uri": ""} == {
        "uri": "",
        "name": "x.jpg",
        "format": "jpg",
        "type": 1,
        "size": len(JPEG),
        "state": "ready",
    }
    assert fetched.content == JPEG
    assert fetched.headers["content-type"] == "image/jpeg"
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert (forged.status_code, late.status_code) == (404, 404)


async def test_html_is_only_ever_downloaded(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    page = b"<html><script>alert(1)</script></html>"
    media = {"name": "../../evil.html", "format": "html", "dataBase64": encoded(page), "type": 0}

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"media": media})
    async with httpx.AsyncClient() as client:
        fetched = await client.get(reply.json["media"]["uri"])

    assert reply.json["media"]["name"] == "evil.html"
    assert fetched.headers["content-type"].startswith("application/octet-stream")
    assert fetched.headers["content-disposition"].startswith("attachment")


async def test_a_customers_photo_is_fetched_and_shown(bot: Bot) -> None:
    await bot.telegram.sends_photo(bot.token, TARAS, JPEG, "мій чек")
    [chat] = await bot.chats()

    async def ready() -> dict[str, Any] | None:
        [message] = await bot.messages(chat["id"])
        return message if message["media"]["state"] == "ready" else None

    message = await eventually(ready)

    assert message["message"] == "мій чек"
    assert message["media"]["type"] == 1
    async with httpx.AsyncClient() as client:
        assert (await client.get(message["media"]["uri"])).content == JPEG


async def test_an_uploaded_file_is_used_once(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    path = f"/api/chat/{chat_id}/message"
    uploaded = await bot.desk.alice.api.call(
        "POST", "/api/media?name=a.jpg&type=1", content=JPEG, headers={"Content-Type": "image/jpeg"}
    )

    first = await bot.desk.alice.api.post(path, {"media": {"id": uploaded.json["id"]}})
    again = await bot.desk.alice.api.post(path, {"media": {"id": uploaded.json["id"]}})

    assert (first.status, again.status) == (200, 404)
    assert first.json["media"]["name"] == "a.jpg"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "textMessage"),
        ({"textMessage": "  "}, "textMessage"),
        ({"textMessage": "a\u0000b"}, "textMessage"),
        ({"textMessage": "x" * 4097}, "textMessage"),
        ({"textMessage": 5}, "textMessage"),
        ({"textMessage": "x", "author": 1}, "author"),
        ({"media": {}}, "media.dataBase64"),
        ({"media": {"format": "jpg", "dataBase64": "???"}}, "media.dataBase64"),
        ({"textMessage": "x", "clientMessageId": "a\0b"}, "clientMessageId"),
        ({"textMessage": "x", "clientMessageId": ""}, "clientMessageId"),
        ({"media": {"format": "j p g", "dataBase64": "AAAA"}}, "media.format"),
        ({"media": {"format": "jpg", "dataBase64": "AAAA", "type": 9}}, "media.type"),
        ({"media": {"id": "x"}}, "media.id"),
        (
            {"textMessage": "x" * 1025, "media": {"format": "jpg", "dataBase64": "AAAA"}},
            "textMessage",
        ),
    ],
)
async def test_a_bad_message_is_400_names_the_field_and_saves_nothing(
    bot: Bot, body: dict[str, Any], field: str
) -> None:
    chat_id = await bot.given_chat()

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", body)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])
    assert len(await bot.messages(chat_id)) == 1
    incoming = bot.desk.services.settings.data / "media" / "incoming"
    assert list(incoming.iterdir()) == []


async def test_a_base64_body_over_16_mb_is_413(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    media = {"name": "a", "format": "bin", "dataBase64": "A" * (16 * 1024 * 1024 + 4)}

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"media": media})

    assert reply.status == 413


async def test_filters_combine(bot: Bot) -> None:
    mine = await bot.given_chat("шукаю червону шапку")
    other = await bot.given_chat("потрібна зелена куртка", OLHA)
    await bot.telegram.shares_contact(bot.token, TARAS, "380501234567")
    await bot.desk.alice.api.post(f"/api/chat/{other}/message", {"textMessage": "Є"})
    kyiv, lviv = bot.desk.acme.organizations

    async def found(query: str) -> list[int]:
        reply = await bot.desk.acme.api.get(f"/api/chat/chats?{query}")
        assert reply.status == 200, reply.text
        assert reply.json["total"] == len(reply.json["items"])
        return sorted(one["id"] for one in reply.json["items"])

    assert await found("") == sorted([mine, other])
    assert await found("search=червон") == [mine]
    assert await found("search=ЧЕРВОНУ шапк") == [mine]
    assert await found("search=Ольга") == [other]
    assert await found("search=1234567") == [mine]
    assert await found("search=немає") == []
    assert await found("phone=050 123-45-67") == [mine]
    assert await found("phone=%2B380501234567&source=2") == [mine]
    assert await found("source=0") == []
    assert await found("status=2") == [other]
    assert await found("status=0&search=шапку") == [mine]
    assert await found(f"operatorId={bot.desk.alice.id}") == [other]
    assert await found("unassigned=true") == [mine]
    assert await found("unassigned=false") == sorted([mine, other])
    assert await found(f"channelId={bot.channel_id}") == sorted([mine, other])
    assert await found(f"channelid={bot.channel_id + 1}") == []
    assert await found(f"organizationId={kyiv}") == sorted([mine, other])
    assert await found(f"organizationId={lviv}") == []
    assert await found(f"tg_user_id={TARAS.id}") == [mine]
    assert await found("date=2020-01-01&date=2020-01-02") == []
    assert await found("date=2020-01-01") == sorted([mine, other])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("per_page=101", "per_page"),
        ("per_page=x", "per_page"),
        ("page=101&per_page=100", "page"),
        ("source=8", "source"),
        ("status=5", "status"),
        ("organizationId=0", "organizationId"),
        ("operatorId=1.0", "operatorId"),
        ("channelId=x", "channelId"),
        ("unassigned=perhaps", "unassigned"),
        ("tg_user_id=abc", "tg_user_id"),
        ("phone=abc", "phone"),
        ("date=yesterday", "date"),
        ("date=2026-02-30", "date"),
        ("date=2026-02-02&date=2026-02-01", "date"),
        ("before=zzz", "before"),
        ("before=1-1&after=1-1", "after"),
        ("before=9999999999999999999999-1", "before"),
        ("after=1-9007199254740992", "after"),
        ("before=1-9223372036854775808", "before"),
        ("date=2026-11-24T10:00:00 2:00", "date"),
    ],
)
async def test_a_bad_filter_is_400_and_named(desk: Desk, query: str, field: str) -> None:
    reply = await desk.acme.api.get(f"/api/chat/chats?{query}")

    assert (reply.status, list(reply.json["errors"])) == (400, [field])


async def test_pages_and_cursors_show_every_chat_once(bot: Bot) -> None:
    for n in range(7):
        await bot.writes("привіт", Customer(500 + n, f"Клієнт {n}"))

    pages = [
        (await bot.desk.alice.api.get(f"/api/chat/chats?page={n}&per_page=3")).json["items"]
        for n in (1, 2, 3)
    ]
    by_page = [one["id"] for page in pages for one in page]
    by_cursor, cursor = [], ""
    while True:
        reply = await bot.desk.alice.api.get(f"/api/chat/chats?per_page=3{cursor}")
        by_cursor += [one["id"] for one in reply.json["items"]]
        if reply.json["next"] is None:
            break
        cursor = f"&before={reply.json['next']}"

    assert len(set(by_page)) == 7
    assert by_cursor == by_page


async def test_messages_are_paged_oldest_first(bot: Bot) -> None:
    chat_id = await bot.given_chat("0")
    for n in range(1, 8):
        await bot.writes(str(n))

    async def texts(path: str, query: str) -> list[str]:
        reply = await bot.desk.alice.api.get(f"/api/chat/{path}?{query}")
        assert reply.status == 200, reply.text
        return [one["message"] for one in reply.json["items"]]

    everything = (await bot.desk.alice.api.get(f"/api/chat/{chat_id}/messages?per_page=100")).json
    ids = [one["id"] for one in everything["items"]]
    assert everything["total"] == 8
    assert await texts(f"{chat_id}/messages", "page=2&per_page=3") == ["3", "4", "5"]
    assert await texts(f"chats/{chat_id}/messages", "page=3&per_page=3") == ["6", "7"]
    assert await texts(f"{chat_id}/messages", f"before={ids[4]}&per_page=2") == ["2", "3"]
    assert await texts(f"{chat_id}/messages", f"after={ids[4]}&per_page=2") == ["5", "6"]
    assert await texts(f"{chat_id}/messages", "before=9007199254740991&per_page=2") == ["6", "7"]


async def test_a_deleted_chat_leaves_nothing(bot: Bot, tmp_path: Path) -> None:
    secret = "unrepeatableword" + "x" * 5
    photo = await bot.telegram.sends_photo(bot.token, TARAS, JPEG + secret.encode(), secret)
    for body in envelopes_of_all_kinds(photo["message"], secret):
        await bot.posts(body)
    [chat] = await bot.chats()

    async def ready() -> bool | None:
        messages = await bot.messages(chat["id"])
        return messages[0]["media"]["state"] == "ready" or None

    await eventually(ready)
    reply = await bot.desk.acme.api.delete(f"/api/chat/chats/{chat['id']}")
    for body in late_envelopes(photo["message"], secret):
        await bot.posts(body)

    assert (reply.status, reply.text) == (200, "")
    assert await bot.chats() == []
    assert (await bot.desk.acme.api.get(f"/api/chat/{chat['id']}")).status == 404
    assert (await bot.desk.acme.api.get(f"/api/chat/{chat['id']}/messages")).status == 404
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    tables = await bot.desk.services.db.read(every_row)
    assert secret not in tables
    assert "Бондар" not in tables


def envelopes_of_all_kinds(message: dict[str, Any], secret: str) -> list[bytes]:
    """What platforms send beside plain messages, each with a customer's words or name in it."""
    edited = {**message, "caption": f"{secret} edited"}
    unknown = {**message, "message_id": 999_999, "text": f"{secret} of an unknown message"}
    again = {**message, "caption": f"{secret} under another number"}
    unread = {**message, "date": "nobody knows", "text": f"{secret} unread"}
    broken = msgspec.json.encode({"update_id": 9_005, "message": {**message, "text": secret}})
    return [
        *(
            msgspec.json.encode({"update_id": 9_000 + number, **content})
            for number, content in enumerate(
                (
                    {"edited_message": edited},
                    {"edited_message": unknown},
                    {"message": again},
                    {"message": unread},
                    blocked(message, secret),
                )
            )
        ),
        broken[:-20],
        broken.replace(b'"text":"', b'"text":"\xff\\ud800')[:-9],
    ]


def late_envelopes(message: dict[str, Any], secret: str) -> list[bytes]:
    edited = {**message, "caption": f"{secret} edited late"}
    return [
        msgspec.json.encode({"update_id": 9_100, "edited_message": edited}),
        msgspec.json.encode({"update_id": 9_101, **blocked(message, secret)}),
    ]


def blocked(message: dict[str, Any], secret: str) -> dict[str, Any]:
    who = {"chat": message["chat"], "from": message["from"], "date": message["date"]}
    return {"my_chat_member": {**who, "new_chat_member": {"status": secret}}}


def every_row(tx: Any) -> str:
    """Every value of every table, as text: what a dump of the database would show."""
    from sqlalchemy import select  # noqa: PLC0415

    from opdesk.kit.sql import metadata, statement  # noqa: PLC0415

    found = []
    for table in metadata.sorted_tables:
        rows = tx.all(statement(select(*table.c)))
        found += [
            bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for row in rows
            for value in row
        ]
    return "\n".join(found)


async def test_operators_delete_only_where_the_organization_allows_it(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    assert (await bot.desk.alice.api.delete(f"/api/chat/chats/{chat_id}")).status == 403

    await bot.desk.acme.api.put(
        "/api/company/organization",
        {"id": bot.desk.alice.organization_id, "operatorsMayDelete": True},
    )

    assert (await bot.desk.alice.api.delete(f"/api/chat/chats/{chat_id}")).status == 200


async def test_a_chat_of_another_organization_or_company_is_404(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    desk = bot.desk

    for api in (desk.charlie.api, desk.mallory.api, desk.rival.api):
        assert (await api.get(f"/api/chat/{chat_id}")).status == 404
        assert (await api.get(f"/api/chat/{chat_id}/messages")).status == 404
        body = {"textMessage": "x"}
        assert (await api.post(f"/api/chat/{chat_id}/message", body)).status == 404
        assert (await api.post(f"/api/chat/{chat_id}/read")).status == 404
        assert (await api.put("/api/chat/status", {"id": chat_id, "status": 4})).status == 404
        assert (await api.delete(f"/api/chat/chats/{chat_id}")).status == 404
        assert (await api.get("/api/chat/chats")).json["items"] == []
    assert (await desk.acme.api.get(f"/api/chat/{chat_id}")).json["chatStatus"] == 0


async def test_a_disconnected_channels_chats_stay_readable(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await bot.desk.acme.api.delete(f"/api/channel/{bot.channel_id}")

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "?"})

    assert reply.status == 409
    assert len(await bot.messages(chat_id)) == 1


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
