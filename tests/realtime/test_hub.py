"""The hub as its clients see it."""

import asyncio
import base64
from typing import Any

import pytest
import websockets
from pysignalr.client import SignalRClient

from opdesk.simulators.telegram import Customer
from tests.desk import PASSWORD, Desk
from tests.realtime.clients import bare_client, microsoft_client
from tests.telegram import JPEG, Bot

OLHA = Customer(77, "Ольга", "Лис")


async def test_microsofts_client_hears_the_five_events_and_calls_both_methods(bot: Bot) -> None:
    desk = bot.desk
    async with microsoft_client(desk.base_url, desk.alice.token) as client:
        await client.next("started")
        await bot.writes("Добрий день")
        [chat] = await client.next("ChatCreated")
        [message] = await client.next("ReceiveMessage")
        assert message["message"] == "Добрий день"
        assert message["chatId"] == chat["id"]

        kind, sent = await client.call("SendMessage", chat["id"], "Вітаю")
        assert (kind, sent["message"], sent["author"]) == ("result", "Вітаю", 0)
        status: Any = await client.next("MessageStatusChanged")
        assert status == [sent["id"], 1]

        media = {"Name": "a.jpg", "Format": "jpg", "DataBase64": encoded(JPEG), "Type": 1}
        await client.tell("SendMediaMessage", chat["id"], media)
        [photo] = await client.next("ReceiveMediaMessage")
        assert photo["media"]["type"] == 1

        await desk.acme.api.put("/api/chat/status", {"id": chat["id"], "status": 4})
        assert await client.next("ChatStatusChanged") == [chat["id"], 4]
        await client.tell("stop")
        await client.next("closed")


async def test_pysignalr_connects_unchanged(bot: Bot) -> None:
    desk = bot.desk
    heard: asyncio.Queue[Any] = asyncio.Queue()
    # Its access_token_factory comes too late for negotiate, so the token goes into the headers.
    headers = {"Authorization": f"Bearer {desk.bob.token}"}
    client = SignalRClient(f"{desk.base_url}/chatHub", headers=headers)

    async def on_message(arguments: list[Any]) -> None:
        heard.put_nowait(arguments)

    opened = asyncio.Event()

    async def on_open() -> None:
        opened.set()

    client.on("ReceiveMessage", on_message)
    client.on_open(on_open)
    running = asyncio.create_task(client.run())
    async with asyncio.timeout(10):
        await opened.wait()
        chat_id = await bot.given_chat("через pysignalr")
        [message] = await heard.get()
        await client.send("SendMessage", [chat_id, "відповідь"])  # type: ignore[list-item]
        [answer] = await heard.get()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert message["message"] == "через pysignalr"
    assert (answer["message"], answer["operator"]["id"]) == ("відповідь", desk.bob.id)


async def test_a_company_hears_all_its_organizations_and_an_operator_only_its_own(
    bot: Bot,
) -> None:
    desk = bot.desk
    company_token = desk.acme.api.headers["Authorization"].split()[1]
    rival_token = desk.rival.api.headers["Authorization"].split()[1]
    async with (
        bare_client(desk.base_url, company_token) as company,
        bare_client(desk.base_url, desk.charlie.token) as charlie,
        bare_client(desk.base_url, rival_token) as rival,
    ):
        await bot.writes("тільки для Києва")
        [created] = await company.events(1)

        assert created["target"] == "ChatCreated"
        for other in (charlie, rival):
            with pytest.raises(TimeoutError):
                await other.next(at_most_s=0.5)


@pytest.mark.parametrize("header", ["bearer", "key", "api key"])
async def test_credentials_may_stand_in_headers(desk: Desk, header: str) -> None:
    token = desk.acme.api.headers["Authorization"].split()[1]
    made = await desk.acme.api.post("/api/company/key", {"name": "hub"})
    headers = {
        "bearer": {"Authorization": f"bearer {token}"},
        "key": {"X-Authorization-Key": token},
        "api key": {"X-Authorization-Key": made.json["key"]},
    }[header]

    async with bare_client(desk.base_url, headers=headers) as client:
        assert (await client.invoke("Subscribe", None))["result"]["numbers"].keys()


async def test_negotiate_gives_a_token_that_is_used_once(desk: Desk) -> None:
    reply = await desk.alice.api.post("/chathub/negotiate?negotiateVersion=1")
    token = reply.json["connectionToken"]

    async with bare_client(desk.base_url, desk.alice.token, query=f"id={token}"):
        second = await refused(desk, f"id={token}&access_token={desk.alice.token}")
    assert reply.json["negotiateVersion"] == 1
    assert reply.json["availableTransports"] == [
        {"transport": "WebSockets", "transferFormats": ["Text", "Binary"]},
        {"transport": "ServerSentEvents", "transferFormats": ["Text"]},
        {"transport": "LongPolling", "transferFormats": ["Text", "Binary"]},
    ]
    assert second == 409


async def test_negotiate_without_a_version_gives_only_the_id(desk: Desk) -> None:
    reply = await desk.alice.api.post("/chathub/negotiate")

    assert "connectionToken" not in reply.json
    query = f"id={reply.json['connectionId']}"
    async with bare_client(desk.base_url, desk.alice.token, query=query):
        pass


async def test_an_unknown_stale_or_strangers_connection_is_404(desk: Desk) -> None:
    async def negotiated() -> str:
        reply = await desk.alice.api.post("/chathub/negotiate?negotiateVersion=1")
        token: str = reply.json["connectionToken"]
        return token

    of_alice, stale = await negotiated(), await negotiated()

    assert await refused(desk, f"id={of_alice}&access_token={desk.bob.token}") == 404
    assert await refused(desk, f"id=nothing&access_token={desk.alice.token}") == 404
    desk.clock.move(seconds=16)
    assert await refused(desk, f"id={stale}&access_token={desk.alice.token}") == 404


async def test_no_credentials_is_401(desk: Desk) -> None:
    assert await refused(desk, "") == 401
    assert await refused(desk, "access_token=nonsense") == 401
    assert (await desk.anyone.post("/chathub/negotiate")).status == 401


async def test_a_cookie_opens_the_hub_only_from_our_own_pages(desk: Desk) -> None:
    await desk.acme.api.put(
        "/api/operator/credentials",
        {"id": desk.alice.id, "login": "alice", "password": PASSWORD},
    )
    signed_in = await desk.anyone.post(
        "/api/operator/sign-in",
        {"login": "alice", "password": PASSWORD},
        headers={"Origin": desk.base_url},
    )
    cookie = {"Cookie": signed_in.headers["set-cookie"].split(";")[0]}

    async with bare_client(desk.base_url, headers={**cookie, "Origin": desk.base_url}):
        pass
    for origin in ({"Origin": "https://evil.example"}, {}):
        assert await refused(desk, "", {**cookie, **origin}) in (401, 403)
        reply = await desk.anyone.post("/chathub/negotiate", headers={**cookie, **origin})
        assert reply.status in (401, 403)


async def test_errors_are_completions_and_the_connection_goes_on(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    desk = bot.desk
    async with bare_client(desk.base_url, desk.alice.token) as client:
        for call in (
            ("Nonsense",),
            ("SendMessage",),
            ("SendMessage", chat_id),
            ("SendMessage", chat_id, 5),
            ("SendMessage", "x", "text"),
            ("SendMessage", -1, "text"),
            ("SendMessage", 999_999, "text"),
            ("SendMessage", chat_id, ""),
            ("SendMessage", chat_id, "x" * 4097),
            ("SendMediaMessage", chat_id, None),
            ("SendMediaMessage", chat_id, {"Name": "a", "Format": "jpg", "DataBase64": "?"}),
            ("Subscribe", 7),
            ("Subscribe", {"epoch": 1}),
        ):
            completion = await client.invoke(*call)
            assert completion["error"], call
            assert "result" not in completion
        assert "result" in await client.invoke("sendmessage", str(chat_id), "ok")


async def test_another_companys_chat_cannot_be_written_to(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    for person in (bot.desk.mallory, bot.desk.charlie):
        async with bare_client(bot.desk.base_url, person.token) as client:
            completion = await client.invoke("SendMessage", chat_id, "spy")
            assert completion["error"].startswith("No such chat")
    assert len(await bot.messages(chat_id)) == 1


async def test_what_is_not_the_protocol_closes_the_connection(desk: Desk) -> None:
    async with bare_client(desk.base_url, desk.alice.token) as client:
        await client.socket.send("not json\x1e")
        closing = await client.next()
        assert closing["type"] == 7
        assert closing["error"]
        with pytest.raises(websockets.ConnectionClosed):
            await client.socket.recv()


@pytest.mark.parametrize(
    "said",
    ["{}\x1e", "nonsense\x1e", '{"protocol":"smoke","version":1}\x1e', "x" * 33_000],
)
async def test_a_bad_handshake_is_answered_and_closed(desk: Desk, said: str) -> None:
    async with bare_client(desk.base_url, desk.alice.token, shakes_hands=False) as client:
        await client.socket.send(said)
        assert (await client.next())["error"]
        with pytest.raises(websockets.ConnectionClosed):
            await client.socket.recv()


async def test_a_handshake_and_a_call_may_come_in_pieces_and_together(desk: Desk) -> None:
    async with bare_client(desk.base_url, desk.alice.token, shakes_hands=False) as client:
        whole = (
            '{"protocol":"json","version":1}\x1e{"type":6}\x1e'
            '{"type":1,"invocationId":"9","target":"Subscribe","arguments":[null]}\x1e'
        )
        for start in range(0, len(whole), 7):
            await client.socket.send(whole[start : start + 7])
        assert await client.next() == {}
        assert (await client.next())["invocationId"] == "9"


@pytest.mark.parametrize("how", ["status", "company token", "key", "expiry"])
async def test_revoking_ends_the_connection_within_five_seconds(desk: Desk, how: str) -> None:
    company_token = desk.acme.api.headers["Authorization"].split()[1]
    key = (await desk.acme.api.post("/api/company/key", {"name": "hub"})).json
    headers = {
        "status": {"Authorization": f"Bearer {desk.alice.token}"},
        "expiry": {"Authorization": f"Bearer {desk.alice.token}"},
        "company token": {"Authorization": f"Bearer {company_token}"},
        "key": {"X-Authorization-Key": key["key"]},
    }[how]
    async with bare_client(desk.base_url, headers=headers) as client:
        if how == "status":
            await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": 1})
        elif how == "company token":
            await desk.acme.api.post("/api/company/revoke-tokens")
        elif how == "key":
            await desk.acme.api.delete(f"/api/company/key/{key['id']}")
        else:
            desk.clock.move(seconds=8 * 3600 + 1)

        closing = await client.next(at_most_s=5)

        assert closing["type"] == 7
        assert not closing.get("allowReconnect")


async def test_subscribers_get_every_change_in_order(bot: Bot) -> None:
    desk = bot.desk
    async with bare_client(desk.base_url, desk.alice.token) as client:
        start = (await client.invoke("Subscribe", None))["result"]
        chat_id = await bot.given_chat()
        told = [one["arguments"][0] for one in await client.events(3)]

    kyiv = str(desk.alice.organization_id)
    assert [one["type"] for one in told] == ["chatCreated", "messageCreated", "chatChanged"]
    assert [one["number"] for one in told] == [start["numbers"][kyiv] + n for n in (1, 2, 3)]
    assert all(one["epoch"] == start["epoch"] for one in told)
    assert told[2]["data"]["countUnread"] == 1
    assert told[0]["data"]["id"] == chat_id


async def test_a_client_that_comes_back_gets_what_it_missed_once(bot: Bot) -> None:
    desk = bot.desk
    async with bare_client(desk.base_url, desk.alice.token) as client:
        position = (await client.invoke("Subscribe", None))["result"]
    for n in range(5):
        await bot.writes(f"message {n}")
    chat_id = (await bot.chats())[0]["id"]

    async with bare_client(desk.base_url, desk.alice.token) as client:
        await client.send(
            {"type": 1, "invocationId": "1", "target": "Subscribe", "arguments": [position]}
        )
        await bot.writes("message 5")
        texts: list[str] = []
        numbers: list[int] = []
        while len(texts) < 6:
            told = await client.next()
            if told.get("type") == 1:
                event = told["arguments"][0]
                numbers.append(event["number"])
                if event["type"] == "messageCreated":
                    texts.append(event["data"]["message"])

    assert texts == [f"message {n}" for n in range(6)]
    assert numbers == sorted(set(numbers))
    assert chat_id


@pytest.mark.parametrize("wrong", ["epoch", "future"])
async def test_a_position_of_another_life_means_reload(desk: Desk, wrong: str) -> None:
    kyiv = str(desk.alice.organization_id)
    async with bare_client(desk.base_url, desk.alice.token) as client:
        position = (await client.invoke("Subscribe", None))["result"]
        if wrong == "epoch":
            position["epoch"] = "another"
        else:
            position["numbers"][kyiv] += 100
        await client.send(
            {"type": 1, "invocationId": "2", "target": "Subscribe", "arguments": [position]}
        )
        [told] = await client.events(1)

    assert told["arguments"][0]["type"] == "reload"


async def test_a_deleted_chat_is_told_as_removed(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    async with bare_client(bot.desk.base_url, bot.desk.alice.token) as client:
        await client.invoke("Subscribe", None)
        await bot.desk.acme.api.delete(f"/api/chat/chats/{chat_id}")
        [told] = await client.events(1)

    assert told["arguments"][0]["type"] == "chatRemoved"
    assert told["arguments"][0]["data"] == {"id": chat_id}


async def test_concurrent_writers_are_told_without_gap_or_double(bot: Bot) -> None:
    desk = bot.desk
    customers = [Customer(1000 + n, f"Клієнт {n}") for n in range(6)]
    async with (
        bare_client(desk.base_url, desk.alice.token) as one,
        bare_client(desk.base_url, desk.bob.token) as other,
    ):
        for client in (one, other):
            await client.invoke("Subscribe", None)

        async def chatter(customer: Customer) -> None:
            for n in range(8):
                await bot.writes(f"{customer.id}-{n}", customer)

        await asyncio.gather(*(chatter(customer) for customer in customers))
        heard = []
        for client in (one, other):
            texts: list[str] = []
            while len(texts) < 48:
                event = (await client.events(1))[0]["arguments"][0]
                if event["type"] == "messageCreated":
                    texts.append(event["data"]["message"])
            heard.append(texts)

    assert heard[0] == heard[1]
    assert sorted(heard[0]) == sorted(f"{c.id}-{n}" for c in customers for n in range(8))
    for customer in customers:
        own = [text for text in heard[0] if text.startswith(f"{customer.id}-")]
        assert own == [f"{customer.id}-{n}" for n in range(8)]


async def test_a_new_organization_is_heard_by_its_company(desk: Desk) -> None:
    token = desk.acme.api.headers["Authorization"].split()[1]
    async with bare_client(desk.base_url, token) as client:
        before = (await client.invoke("Subscribe", None))["result"]["numbers"]
        made = await desk.acme.api.post("/api/company/organization", {"name": "Odesa"})
        async with asyncio.timeout(6):
            while True:
                numbers = (await client.invoke("Subscribe", None))["result"]["numbers"]
                if str(made.json["id"]) in numbers:
                    break
                await asyncio.sleep(0.2)

    assert str(made.json["id"]) not in before


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


async def refused(desk: Desk, query: str, headers: dict[str, str] | None = None) -> int:
    """The status that answers an upgrade."""
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with bare_client(desk.base_url, query=query, headers=headers):
            pass
    return caught.value.response.status_code
