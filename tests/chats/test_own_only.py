"""Own chats only: a colleague's chat is as far away as another company's."""

from typing import Any

import pytest

from opdesk.simulators.telegram import Customer
from tests.chats.test_assignment import assign, now
from tests.chats.test_work import OLENA, listed, set_status, set_up
from tests.desk import Api
from tests.realtime.clients import bare_client
from tests.realtime.test_presence import Panel, panel_of
from tests.telegram import JPEG, Bot

ANDRII = Customer(2_210_498_190, "Андрій")
OF_A_CHAT: list[tuple[str, str, Any]] = [
    ("GET", "/api/chat/{id}", None),
    ("GET", "/api/chat/{id}/messages", None),
    ("GET", "/api/chat/chats/{id}/messages", None),
    ("GET", "/api/chat/{id}/can-send", None),
    ("GET", "/api/chat/{id}/client", None),
    ("GET", "/api/chat/{id}/templates", None),
    ("POST", "/api/chat/{id}/message", {"textMessage": "Я теж тут"}),
    ("POST", "/api/chat/{id}/template", {"name": "a", "language": "uk"}),
    ("POST", "/api/chat/{id}/read", None),
    ("POST", "/api/chat/{id}/typing", {"author": 0}),
    ("POST", "/api/chat/{id}/undo-close", None),
    ("POST", "/api/chat/{id}/client/join", {"chatId": "{own}"}),
    ("POST", "/api/chat/{own}/client/join", {"chatId": "{id}"}),
    ("POST", "/api/chat/{id}/client/apart", {"chatId": "{own}"}),
    ("DELETE", "/api/chat/{id}/client/join", None),
    ("POST", "/api/chat/{id}/messages/{message}/retry", None),
    ("PUT", "/api/chat/{id}/tags", {"tags": []}),
    ("PUT", "/api/chat/status", {"id": "{id}", "status": 4}),
    ("PUT", "/api/chat/operator", {"id": "{id}", "operatorId": None}),
    ("PUT", "/api/chat/block", {"id": "{id}", "block": 1}),
    ("PUT", "/api/chat/{id}/client/about", {"note": "Я теж тут", "version": 0}),
    ("POST", "/api/chat/{id}/note", {"text": "Я теж тут"}),
    ("GET", "/api/chat/{id}/notes", None),
    ("POST", "/api/chat/{id}/notes/seen", None),
    ("GET", "/api/chat/{id}/draft", None),
    ("PUT", "/api/chat/{id}/draft", {"text": "Я теж тут"}),
    ("PUT", "/api/chat/{id}/pin", {"isPinned": True}),
    ("DELETE", "/api/chat/chats/{id}", None),
]


@pytest.fixture
async def parted(bot: Bot) -> tuple[int, int]:
    """(Alice's chat, Bob's chat) where operators see their own and nobody's."""
    alice, bob = bot.desk.alice, bot.desk.bob
    hers, his = await bot.given_chat("Секрет"), await bot.given_chat("Секрет", OLENA)
    await assign(alice.api, hers, alice.id)
    await assign(bob.api, his, bob.id)
    await set_up(bot.desk, ownChatsOnly=True, operatorsMayDelete=True)
    return hers, his


def filled(given: Any, ids: dict[str, int]) -> Any:
    if isinstance(given, dict):
        return {name: filled(value, ids) for name, value in given.items()}
    if not isinstance(given, str):
        return given
    whole = given.strip("{}")
    return ids[whole] if whole in ids else given.format(**ids)


async def test_a_colleagues_chat_is_not_there(bot: Bot, parted: tuple[int, int]) -> None:
    hers, his = parted
    [message] = [one for one in await bot.messages(his) if one["author"] == 1]
    ids = {"id": his, "own": hers, "message": message["id"]}
    before = await bot.messages(his)

    for method, path, body in OF_A_CHAT:
        more = {} if body is None else {"json": filled(body, ids)}
        reply = await bot.desk.alice.api.call(method, path.format(**ids), **more)
        assert (reply.status, reply.json["title"]) == (404, "No such chat"), (method, path)

    assert await bot.messages(his) == before
    assert (await bot.desk.bob.api.get(f"/api/chat/{his}")).status == 200
    assert (await bot.desk.acme.api.get(f"/api/chat/{his}")).status == 200


async def test_lists_and_searches_have_ones_own_and_nobodys(
    bot: Bot, parted: tuple[int, int]
) -> None:
    hers, his = parted
    alice, bob = bot.desk.alice, bot.desk.bob

    assert await listed(alice.api) == await listed(alice.api, "search=секрет") == [hers]
    assert (await alice.api.get("/api/chat/chats")).json["total"] == 1
    assert await listed(alice.api, f"operatorId={bob.id}") == []

    await assign(bob.api, his, None)
    assert set(await listed(alice.api)) == {hers, his}
    assert (await alice.api.get(f"/api/chat/{his}/messages")).status == 200

    await assign(bob.api, his, bob.id)
    await set_up(bot.desk, ownChatsOnly=False)
    assert set(await listed(alice.api)) == {hers, his}


async def test_nobody_is_called_into_a_chat_that_they_may_not_see(
    bot: Bot, parted: tuple[int, int]
) -> None:
    hers, _ = parted
    alice, bob = bot.desk.alice, bot.desk.bob

    async def calls_bob() -> Any:
        body = {"text": "@Bob", "mentions": [bob.id]}
        return await alice.api.post(f"/api/chat/{hers}/note", body)

    refused = await calls_bob()
    await assign(alice.api, hers, None)
    taken = await calls_bob()

    assert (refused.status, list(refused.json["errors"])) == (400, ["mentions"])
    assert taken.status == 200
    assert (await bob.api.get("/api/chat/mentions")).json["chatIds"] == [hers]


async def test_the_clients_card_and_links_lead_to_no_colleagues_chat(bot: Bot) -> None:
    desk = bot.desk
    await bot.telegram.shares_contact(bot.token, OLENA, "+380501112233")
    [his] = [one["id"] for one in await bot.chats()]
    await assign(desk.bob.api, his, desk.bob.id)
    await set_up(desk, ownChatsOnly=True)

    def check(operator_id: int) -> Any:
        body = {"link": "/?phone=0501112233", "operatorId": operator_id}
        return desk.acme.api.post("/api/link/check", body)

    assert (await check(desk.bob.id)).json["leadsTo"] == "chat"
    assert (await check(desk.alice.id)).json["leadsTo"] == "composer"
    body = {"link": f"/?chat_raw_id={his}", "operatorId": desk.alice.id}
    assert (await desk.acme.api.post("/api/link/check", body)).json["leadsTo"] == "problem"


async def test_the_hub_tells_of_ones_own_and_nobodys(bot: Bot, parted: tuple[int, int]) -> None:
    hers, his = parted
    desk = bot.desk
    start = await now(bot)
    async with (
        bare_client(desk.base_url, desk.alice.token) as panel,
        bare_client(desk.base_url, desk.alice.token) as plain,
    ):
        position = (await panel.invoke("Subscribe", None))["result"]
        await bot.writes("Таємниця", OLENA)
        await set_status(desk.bob.api, his, 4)
        await bot.writes("Для Аліси")

        told = await panel.signal("messageCreated")
        heard = [one for one in await plain.events(1) if one["target"] == "ReceiveMessage"]

    assert (told["data"]["chatId"], told["data"]["message"]) == (hers, "Для Аліси")
    assert [one["arguments"][0]["message"] for one in heard] == ["Для Аліси"]
    events = await fed(desk.alice.api, desk.alice.organization_id, start, position["epoch"])
    assert {chat_in(one) for one in events} == {hers}
    assert {
        chat_in(one)
        for one in await fed(desk.bob.api, desk.alice.organization_id, start, position["epoch"])
    } == {his}


async def test_a_chat_that_goes_to_a_colleague_goes_out_of_sight(
    bot: Bot, parted: tuple[int, int]
) -> None:
    hers, his = parted
    desk = bot.desk
    async with bare_client(desk.base_url, desk.alice.token) as panel:
        position = (await panel.invoke("Subscribe", None))["result"]
        await assign(desk.alice.api, hers, desk.bob.id)
        removed = await panel.signal("chatRemoved")
        await assign(desk.bob.api, his, None)
        back = await panel.signal("chatAssigned")

    assert removed["data"] == {"id": hers}
    assert back["data"]["chat"]["id"] == his
    async with bare_client(desk.base_url, desk.alice.token) as again:
        await again.invoke("Subscribe", position)
    assert (await desk.alice.api.get(f"/api/chat/{hers}")).status == 404


async def test_a_file_for_a_colleagues_chat_is_refused_with_the_chat(
    bot: Bot, parted: tuple[int, int]
) -> None:
    desk = bot.desk
    upload = await desk.alice.api.post("/api/media?name=a.jpg", content=JPEG)

    body = {"media": {"id": upload.json["id"]}}
    reply = await desk.alice.api.post(f"/api/chat/{parted[1]}/message", body)

    assert (reply.status, reply.json["title"]) == (404, "No such chat")


async def fed(api: Api, organization_id: int, after: int, epoch: str) -> list[dict[str, Any]]:
    path = f"/api/events?organizationId={organization_id}&after={after}&epoch={epoch}&wait=0"
    found: list[dict[str, Any]] = (await api.get(path)).json["events"]
    return found


def chat_in(event: dict[str, Any]) -> int:
    data = event["data"]
    found: int = data.get("chatId") or data["id"]
    return found


async def test_presence_and_typing_tell_nothing_of_a_colleagues_chat(
    bot: Bot, parted: tuple[int, int]
) -> None:
    desk, (hers, his) = bot.desk, parted
    queue = await bot.given_chat("Нічий", ANDRII)
    typing = {"author": 1}
    async with panel_of(desk, desk.alice, desk.bob) as [of_alice, of_bob]:
        await of_alice.call("Reading", queue)
        await of_bob.sees(desk.alice, (True, [queue], []))
        await of_alice.call("Reading", hers)
        await of_bob.sees(desk.alice, (True, [], []))
        await of_alice.call("Typing", hers)
        await of_alice.call("Typing", queue)
        await of_bob.sees(desk.alice, (True, [], [queue]))
        for chat_id in (hers, his, queue):
            await desk.acme.api.post(f"/api/chat/{chat_id}/typing", typing)
        await of_bob.until(lambda: typed_in(of_bob) == [his, queue])
        await of_alice.until(lambda: typed_in(of_alice) == [hers, queue])

        await of_alice.call("Reading", queue)
        await of_bob.sees(desk.alice, (True, [queue], [queue]))
        await assign(desk.alice.api, queue, desk.alice.id)
        await of_bob.sees(desk.alice, (True, [], []))
        await set_up(desk, ownChatsOnly=False)
        await of_bob.until(lambda: queue in (of_bob.state_of(desk.alice) or ((), ()))[1])


def typed_in(panel: Panel) -> list[int]:
    return [one["data"]["chatId"] for one in panel.signals("clientTyping")]
