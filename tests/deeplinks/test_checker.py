"""The link checker says where a link leads, by the same rules; a link that is built leads there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import text

from opdesk.audit import actions as audit
from opdesk.audit.model import Filter
from opdesk.kit.context import Tx
from opdesk.kit.sql import Statement, statement
from opdesk.simulators.telegram import Customer
from tests.chance import Chance, seeded
from tests.desk import Api, Desk, Person, Reply
from tests.telegram import TARAS, Bot, connected_bot

LINKS = 300
PHONE = "380501234567"
Spelling = Callable[[str], str]
WRITTEN: Sequence[Spelling] = (quote, quote_plus, lambda value: value.replace(" ", "+"))
RECASED: Sequence[Spelling] = (str, str, str.upper, str.title)
NEIGHBOUR = Customer(77, "Сусід", "Левко", "neighbour")


async def told(api: Api, link: str, operator_id: int | None = None) -> dict[str, Any]:
    reply = await api.post("/api/link/check", {"link": link, "operatorId": operator_id})
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def step(found: Mapping[str, Any], rule: str) -> dict[str, Any]:
    [one] = [it for it in found["steps"] if it["rule"] == rule]
    assert isinstance(one, dict)
    return one


@dataclass
class World:
    """Two organizations and a stranger, with chats of one phone on several channels."""

    bot: Bot
    chats: list[int]
    lviv: int
    foreign: int

    @property
    def desk(self) -> Desk:
        return self.bot.desk


async def renamed(bot: Bot, name: str = "Наш бот") -> None:
    """A second bot of the company, with a name of its own."""
    reply = await bot.desk.acme.api.put(f"/api/channel/{bot.channel_id}", {"from": name})
    assert reply.status == 200


async def world_of(bot: Bot, second: Bot, lviv: Bot, far: Bot) -> World:
    desk = bot.desk
    await renamed(second)
    lviv_id = desk.acme.organizations[1]
    await desk.acme.api.put("/api/company/organization", {"id": lviv_id, "country": "PL"})
    for each in (bot, second, lviv, far):
        await each.writes("Добрий день")
        await each.telegram.shares_contact(each.token, TARAS, PHONE)
    await bot.writes("Без телефону", NEIGHBOUR)
    await second.writes("Ще раз")
    own = (await desk.alice.api.get("/api/chat/chats")).json["items"]
    [there] = (await desk.charlie.api.get("/api/chat/chats")).json["items"]
    [foreign] = (await desk.rival.api.get("/api/chat/chats")).json["items"]
    return World(bot, [one["id"] for one in own], there["id"], foreign["id"])


async def tokens_of(world: World) -> dict[str, str]:
    """Tokens that count and tokens that don't, by why."""
    desk = world.desk
    expired = await desk.token_of(desk.acme, desk.alice.id, hours=0.01)
    desk.clock.move(seconds=120)
    revoked = desk.bob.token
    for status in (1, 0):
        await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": status})
    return {
        "alice": desk.alice.token,
        "quoted": f'"{desk.alice.token}"',
        "charlie": desk.charlie.token,
        "expired": expired,
        "revoked": revoked,
        "unknown": desk.mallory.token,
        "not_an_operator_token": desk.acme.api.headers["Authorization"].split()[1],
        "malformed": "nonsense",
        "bad_signature": desk.alice.token[:-4] + "AAAA",
    }


def made_link(chance: Chance, world: World, token: str | None) -> str:
    """A link as CRMs write them: in any spelling, order and case, with mistakes."""
    values: dict[str, list[str]] = {
        "chat_raw_id": [
            *map(str, world.chats),
            *(str(one) for one in (world.lviv, world.foreign, 999_999, 2**60)),
            *("abc", "0", "", " 1 ", "00000000000000001", "0" * 20 + "9" * 20, "١"),
        ],
        "phone": [
            *(f"+{PHONE}", PHONE, "050 123-45-67", "0501234567", "+38 (050) 123-45-67"),
            *("380671112233", "+48501234567", "501234567", "hello", "", "0" * 400),
        ],
        "from": ["demo_shop_bot", "@Demo_Shop_BOT", "Наш бот", "наш  БОТ", "nobody", ""],
        "source": ["2", "2", "0", "9", "x", " 2 ", "٢", ""],
    }
    likely = {"chat_raw_id": 0.25, "phone": 0.8, "from": 0.4, "source": 0.3}
    pairs = [
        (name, chance.choice(values[name])) for name in values if chance.random() < likely[name]
    ]
    pairs += [(name, chance.choice(values[name])) for name, _ in pairs if chance.random() < 0.1]
    pairs += [("utm_source", "crm")] if chance.random() < 0.1 else []
    pairs += [("token", token)] if token else []
    chance.shuffle(pairs)
    written, recased = chance.choice(WRITTEN), chance.choice(RECASED)
    query = "&".join(f"{recased(name)}={written(value)}" for name, value in pairs)
    return f"{world.desk.base_url}/?{query}"


async def led(desk: Desk, link: str, person: Person) -> tuple[str, int | None, str | None]:
    """(where a click leads, the chat, the page's problem) in a browser, signed in or not."""
    cookie = cookie_of(await desk.anyone.get(f"/?token={person.token}"))
    headers = {} if "oken=" in link or "OKEN=" in link else {"Cookie": cookie}
    reply = await desk.anyone.get(link.removeprefix(desk.base_url), headers=headers)
    if reply.status == 200:
        return "desk", None, None
    location = reply.headers["location"]
    if location.startswith("/login"):
        return "login", None, None
    if location.startswith("/chats/"):
        return "chat", int(location[7:].partition("?")[0]), None
    if location == "/":
        return "desk", None, None
    held = headers or {"Cookie": cookie_of(reply)}
    page = await desk.anyone.get(f"/api/link/{location.removeprefix('/links/')}", headers=held)
    outcome = "composer" if page.json["outcome"] == "none" else page.json["outcome"]
    return outcome, None, page.json["problem"]


def cookie_of(reply: Reply) -> str:
    found = [one for one in reply.headers.get_list("set-cookie") if "opdesk-operator" in one]
    return found[0].split(";")[0]


async def test_the_verdict_is_where_the_link_leads(bot: Bot) -> None:
    chance, desk = seeded(), bot.desk
    async with (
        connected_bot(desk, token="2000:another-bot-of-them") as second,
        connected_bot(desk, organization=1, token="3000:of-another-organization") as lviv,
        connected_bot(desk, desk.rival, token="4000:of-another-company") as far,
    ):
        world = await world_of(bot, second, lviv, far)
        tokens = await tokens_of(world)
        seen: set[str] = set()
        for _ in range(LINKS):
            kind = chance.choice([*tokens, None, None, None, "alice", "alice", "charlie"])
            token = tokens[kind] if kind else None
            person = chance.choice([desk.alice, desk.charlie])
            link = made_link(chance, world, token)
            reply = await desk.acme.api.post(
                "/api/link/check", {"link": link, "operatorId": None if token else person.id}
            )
            assert reply.status == 200, (link, reply.text)
            found = reply.json
            assert token is None or token.strip('"') not in reply.text
            chat = found["chat"]["id"] if found["chat"] else None
            if kind == "unknown":
                assert (found["leadsTo"], found["problem"]) == ("login", "token_unknown"), link
                continue
            where, its_chat, problem = await led(desk, link, person)
            assert (found["leadsTo"], chat) == (where, its_chat), link
            assert where != "problem" or found["problem"] == problem, link
            assert where != "login" or found["problem"] == f"token_{kind}", link
            seen.add(where)

    assert seen == {"chat", "composer", "desk", "problem", "login"}


@pytest.mark.parametrize(
    ("link", "code", "leads_to"),
    [
        ("{ours}/?chat_raw_id={chat}", "address_ours", "chat"),
        ("  {ours}?chat_raw_id={chat}#x ", "address_ours", "chat"),
        ("/?chat_raw_id={chat}", "address_relative", "chat"),
        ("https://desk.example.com/?chat_raw_id={chat}", "address_foreign", "elsewhere"),
        ("desk.example.com/?chat_raw_id={chat}", "address_foreign", "elsewhere"),
        ("{ours}/chats/{chat}", "address_of_another_page", "elsewhere"),
        ("http://[::1/?chat_raw_id={chat}", "address_unreadable", "elsewhere"),
        ("javascript:alert(1)", "address_unreadable", "elsewhere"),
        ("how do I open a chat?", "address_unreadable", "elsewhere"),
    ],
)
async def test_an_address_is_ours_or_it_is_said_why_not(
    bot: Bot, link: str, code: str, leads_to: str
) -> None:
    chat_id = await bot.given_chat()
    link = link.format(ours=bot.desk.base_url, chat=chat_id)

    found = await told(bot.desk.acme.api, link, bot.desk.alice.id)

    assert (step(found, "address")["text"], found["leadsTo"]) == (code, leads_to)
    assert (found["problem"] is None) == (leads_to == "chat")
    assert (found["chat"] is None) == (leads_to != "chat")


async def test_each_rule_says_what_it_is_about(bot: Bot) -> None:
    desk = bot.desk
    async with connected_bot(desk, token="2000:another-bot-of-them") as second:
        await renamed(second)
        for each in (second, bot):
            await each.writes("Добрий день")
            await each.telegram.shares_contact(each.token, TARAS, PHONE)
        link = f"{desk.base_url}/?from=@DEMO_shop_bot&phone=050 123-45-67&phone=1&token="

        found = await told(desk.acme.api, f"{link}{desk.alice.token}")
        alone = await told(desk.acme.api, f"/?phone={PHONE}", desk.alice.id)

    told_of = {one["rule"]: (one["outcome"], one["text"], one["params"]) for one in found["steps"]}
    assert told_of["parameters"] == ("ok", "parameters_repeated", {"names": "phone"})
    outcome, code, params = told_of["token"]
    assert (outcome, code, params["operator"]) == ("ok", "token_counts", "Alice")
    assert params["expiresAt"].endswith("Z")
    assert told_of["operator"][1:] == (
        "operator_of_token",
        {"operator": "Alice", "operatorId": desk.alice.id},
    )
    assert told_of["phone"][1:] == (
        "phone_read",
        {"phone": f"+{PHONE}", "country": "UA", "organization": "Kyiv"},
    )
    assert told_of["from"][1:] == ("from_matches", {"channels": "demo_shop_bot"})
    assert told_of["source"][1] == "source_absent"
    assert told_of["chats"][1] == "chats_only_one"
    assert (told_of["chats"][2]["count"], told_of["chats"][2]["elsewhere"]) == (1, 1)
    assert told_of["result"][1] == "opens_chat"
    winner = step(alone, "chats")
    assert (winner["text"], winner["params"]["count"]) == ("chats_newest_wins", 2)
    assert winner["params"]["activeAt"] >= winner["params"]["nextActiveAt"]
    assert [one["id"] for one in alone["others"]] == [winner["params"]["next"]]


async def test_unknown_parameters_are_named_unless_they_could_be_a_secret(desk: Desk) -> None:
    link = f"/?phone={PHONE}&amp;from=shop&utm=1&{desk.alice.token}"

    parameters = step(await told(desk.acme.api, link), "parameters")

    assert parameters["text"] == "parameters_unknown"
    assert parameters["params"] == {"count": 3, "names": "amp;from, utm, …"}


async def test_a_chat_of_another_organization_is_told_apart_from_none(bot: Bot) -> None:
    chat_id, desk = await bot.given_chat(), bot.desk

    found = await told(desk.acme.api, f"/?chat_raw_id={chat_id}", desk.charlie.id)
    missing = await told(desk.acme.api, "/?chat_raw_id=999999", desk.charlie.id)
    foreign = await told(desk.rival.api, f"/?chat_raw_id={chat_id}", desk.mallory.id)

    there = step(found, "chat_raw_id")
    assert (there["text"], there["params"]["organization"]) == (
        "chat_of_another_organization",
        "Kyiv",
    )
    for other in (missing, foreign):
        assert step(other, "chat_raw_id")["text"] == "chat_not_found"
        assert list(step(other, "chat_raw_id")["params"]) == ["chat"]
    assert {one["problem"] for one in (found, missing, foreign)} == {"chat_not_found"}


async def test_without_an_operator_the_organization_decides(bot: Bot) -> None:
    chat_id, desk = await bot.given_chat(), bot.desk
    await bot.telegram.shares_contact(bot.token, TARAS, PHONE)

    found = await told(desk.acme.api, "/?phone=0501234567")
    by_id = await told(desk.acme.api, f"/?chat_raw_id={chat_id}")

    for one in (found, by_id):
        assert (one["leadsTo"], one["chat"]["id"]) == ("chat", chat_id)
    decides = step(found, "operator")
    assert (decides["text"], decides["params"]) == (
        "organization_decides",
        {"count": 2, "organization": "Kyiv"},
    )


async def test_who_is_not_active_is_sent_to_the_login_page(bot: Bot) -> None:
    chat_id, desk = await bot.given_chat(), bot.desk
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 1})

    without = await told(desk.acme.api, f"/?chat_raw_id={chat_id}", desk.bob.id)
    with_token = await told(desk.acme.api, f"/?chat_raw_id={chat_id}&token={desk.bob.token}")

    assert (without["leadsTo"], without["problem"]) == ("login", "operator_inactive")
    assert (with_token["leadsTo"], with_token["problem"]) == ("login", "token_operator_inactive")
    assert step(with_token, "token")["params"]["operator"] == "Bob"


async def test_a_strangers_token_tells_nothing(desk: Desk) -> None:
    found = await told(desk.acme.api, f"/?token={desk.mallory.token}")

    assert (step(found, "token")["text"], step(found, "token")["params"]) == ("token_unknown", {})
    assert "Mallory" not in str(found)
    assert "Elsewhere" not in str(found)


async def test_a_new_phone_opens_the_composer(bot: Bot) -> None:
    found = await told(bot.desk.acme.api, "/?phone=380671112233", bot.desk.alice.id)

    result = step(found, "result")
    assert (found["leadsTo"], found["problem"], found["chat"]) == ("composer", None, None)
    assert (result["text"], result["params"]["phone"]) == (
        "opens_composer_without_channels",
        "+380671112233",
    )
    assert step(found, "chats")["text"] == "chats_none"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "is required"),
        ({"link": ""}, "must have at least 1 characters"),
        ({"link": "x" * 8001}, "must have at most 8000 characters"),
        ({"link": 5}, "must be text, not a whole number"),
    ],
)
async def test_a_link_is_asked_for(desk: Desk, body: dict[str, Any], words: str) -> None:
    reply = await desk.acme.api.post("/api/link/check", body)

    assert (reply.status, reply.json["errors"]) == (400, {"link": [words]})


async def test_checking_keeps_nothing(bot: Bot) -> None:
    """No table has the token, nor the phone of a link that was only looked at."""
    desk = bot.desk
    await told(desk.acme.api, f"/?phone=380671112233&token={desk.alice.token}")

    tables = statement(text("SELECT name FROM sqlite_master WHERE type = 'table'").columns())
    if desk.services.settings.database_url:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        tables = statement(text(names).columns())
    for (name,) in await desk.services.db.read(rows_of, tables):
        every = statement(text(f'SELECT * FROM "{name}"').columns())
        rows = str(await desk.services.db.read(rows_of, every))
        assert desk.alice.token not in rows, name
        assert "671112233" not in rows, name


def rows_of(tx: Tx, wanted: Statement) -> list[Any]:
    return tx.all(wanted)


async def built(api: Api, **wanted: Any) -> Reply:
    return await api.post("/api/link/build", wanted)


async def test_every_link_that_is_built_opens_the_chat(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    await bot.telegram.shares_contact(bot.token, TARAS, PHONE)

    made = await built(desk.acme.api, chatId=chat_id, operatorId=desk.alice.id, withToken=True)

    assert made.json["expiresAt"] is not None
    kinds = [one["kind"] for one in made.json["others"]]
    assert kinds == ["sourceFromPhone", "fromPhone", "phone"]
    for link in (made.json["link"], *(one["link"] for one in made.json["others"])):
        assert link.startswith(f"{desk.base_url}/?")
        reply = await desk.anyone.get(link.removeprefix(desk.base_url))
        assert reply.headers["location"] == f"/chats/{chat_id}"
        me = await desk.anyone.get("/api/operator/me", headers={"Cookie": cookie_of(reply)})
        assert me.json["operator"]["id"] == desk.alice.id
        assert (await told(desk.acme.api, link))["chat"]["id"] == chat_id


async def test_a_built_token_ends_when_it_says_and_is_written_down(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    made = await built(
        desk.acme.api,
        chatId=chat_id,
        operatorId=desk.alice.id,
        withToken=True,
        expiresInMinutes=5,
    )
    link = made.json["link"].removeprefix(desk.base_url)
    desk.clock.move(seconds=301)

    reply = await desk.anyone.get(link)
    [entry] = await desk.services.db.read(
        audit.list_entries, desk.acme.id, Filter(action="operator.tokenIssued")
    )

    assert reply.headers["location"].endswith("&reason=expired")
    assert (entry.subject_id, entry.details["chat"]) == (desk.alice.id, chat_id)
    assert entry.details["expiresAt"] == made.json["expiresAt"]
    assert link.partition("token=")[2] not in str(entry)


async def test_a_link_without_a_token_needs_nobody(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()

    made = await built(desk.acme.api, chatId=chat_id)
    entries = await desk.services.db.read(
        audit.list_entries, desk.acme.id, Filter(action="operator.tokenIssued")
    )

    assert made.json == {
        "link": f"{desk.base_url}/?chat_raw_id={chat_id}",
        "expiresAt": None,
        "others": [],
    }
    assert entries == []


async def test_an_older_chat_is_not_offered_by_a_phone_that_opens_another(bot: Bot) -> None:
    desk = bot.desk
    async with connected_bot(desk, token="2000:another-bot-of-them") as second:
        older = await bot.given_chat()
        await renamed(second)
        await second.writes("новіше")
        for each in (bot, second):
            await each.telegram.shares_contact(each.token, TARAS, PHONE)

        made = await built(desk.acme.api, chatId=older)

    assert [one["kind"] for one in made.json["others"]] == ["sourceFromPhone", "fromPhone"]


async def test_what_does_not_fit_is_named_and_issues_nothing(bot: Bot) -> None:
    desk, api, chat_id = bot.desk, bot.desk.acme.api, await bot.given_chat()
    await api.post("/api/operator/status", {"id": desk.bob.id, "status": 1})
    alice = {"operatorId": desk.alice.id, "withToken": True}

    async def refusal(**wanted: Any) -> tuple[int, list[str]]:
        reply = await built(api, **wanted)
        return reply.status, list(reply.json.get("errors", {}))

    assert await refusal(**alice) == (400, ["chatId"])
    assert await refusal(chatId=chat_id, withToken=True) == (400, ["operatorId"])
    other = {"operatorId": desk.charlie.id}
    assert await refusal(chatId=chat_id, **other) == (400, ["operatorId"])
    for minutes in (0, 1441, -5):
        asked = {**alice, "expiresInMinutes": minutes}
        assert await refusal(chatId=chat_id, **asked) == (400, ["expiresInMinutes"])
    assert (await refusal(chatId=999_999, **alice))[0] == 404
    assert (await refusal(chatId=chat_id, operatorId=desk.mallory.id))[0] == 404
    inactive = {"operatorId": desk.bob.id, "withToken": True}
    assert (await refusal(chatId=chat_id, **inactive))[0] == 409
    entries = await desk.services.db.read(
        audit.list_entries, desk.acme.id, Filter(action="operator.tokenIssued")
    )
    assert entries == []
