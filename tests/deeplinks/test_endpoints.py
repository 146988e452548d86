"""Deep links at the server: they land, they leak nothing, they never switch by themselves."""

from urllib.parse import quote

import pytest

from tests.desk import PASSWORD, Desk, Reply
from tests.telegram import TARAS, Bot

PHONE = "380501234567"
SPELLINGS = [
    "+380501234567",
    "%2B380501234567",
    "380501234567",
    "050 123-45-67",
    "0501234567",
    "%2B38 (050) 123-45-67",
]


async def chat_with_phone(bot: Bot) -> int:
    chat_id = await bot.given_chat()
    await bot.telegram.shares_contact(bot.token, TARAS, PHONE)
    return chat_id


def cookie_of(reply: Reply, name: str = "opdesk-operator") -> str:
    found = [one for one in reply.headers.get_list("set-cookie") if one.startswith(name)]
    return found[0].split(";")[0]


async def test_a_link_by_chat_opens_it_and_keeps_nothing(bot: Bot) -> None:
    chat_id = await bot.given_chat()

    reply = await bot.desk.anyone.get(f"/?chat_raw_id={chat_id}&token={bot.desk.alice.token}")

    assert (reply.status, reply.headers["location"]) == (303, f"/chats/{chat_id}")
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["referrer-policy"] == "no-referrer"
    [cookie] = reply.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert bot.desk.alice.token not in str(reply.headers) + reply.text
    me = await bot.desk.anyone.get("/api/operator/me", headers={"Cookie": cookie.split(";")[0]})
    assert me.json["operator"]["id"] == bot.desk.alice.id


@pytest.mark.parametrize("phone", SPELLINGS)
@pytest.mark.parametrize("prefix", ["", "from=@Demo_Shop_BOT&", "source=2&from=demo_shop_bot&"])
async def test_every_spelling_of_a_phone_reaches_the_chat(
    bot: Bot, phone: str, prefix: str
) -> None:
    chat_id = await chat_with_phone(bot)

    reply = await bot.desk.anyone.get(f"/?{prefix}phone={phone}&token={bot.desk.alice.token}")

    assert reply.headers["location"] == f"/chats/{chat_id}"


async def test_parameter_names_match_ignoring_case_and_quotes_are_dropped(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    quoted = quote(f'"{bot.desk.alice.token}"')

    reply = await bot.desk.anyone.get(f"/?Chat_Raw_Id={chat_id}&TOKEN={quoted}")

    assert reply.headers["location"] == f"/chats/{chat_id}"


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("chat_raw_id=999999", "chat_not_found"),
        ("chat_raw_id=abc", "bad_chat_id"),
        ("phone=hello", "bad_phone"),
        ("source=9&phone=380501234567", "unknown_source"),
    ],
)
async def test_a_link_that_cannot_land_says_why(desk: Desk, query: str, problem: str) -> None:
    reply = await desk.anyone.get(f"/?{query}&token={desk.alice.token}")

    location = reply.headers["location"]
    assert location.startswith("/links/")
    assert "38050" not in location
    told = await desk.anyone.get(f"/api/link/{location[7:]}", headers={"Cookie": cookie_of(reply)})
    assert (told.json["outcome"], told.json["problem"]) == ("problem", problem)


async def test_a_phone_without_a_chat_names_the_channels(bot: Bot) -> None:
    reply = await bot.desk.anyone.get(f"/?phone=380671112233&token={bot.desk.alice.token}")

    sealed = reply.headers["location"].removeprefix("/links/")
    headers = {"Cookie": cookie_of(reply)}
    told = (await bot.desk.anyone.get(f"/api/link/{sealed}", headers=headers)).json
    assert (told["outcome"], told["phone"]) == ("none", "+380671112233")
    assert [one["canWriteFirst"] for one in told["channels"]] == [False]


async def test_another_organizations_or_companys_chat_is_not_there(bot: Bot) -> None:
    chat_id = await bot.given_chat()

    for person in (bot.desk.charlie, bot.desk.mallory):
        reply = await bot.desk.anyone.get(f"/?chat_raw_id={chat_id}&token={person.token}")
        assert reply.headers["location"].startswith("/links/")


@pytest.mark.parametrize("kind", ["expired", "invalid", "revoked", "company"])
async def test_a_token_that_does_not_count_leads_to_login_and_back(bot: Bot, kind: str) -> None:
    chat_id = await bot.given_chat()
    desk = bot.desk
    token = desk.alice.token
    if kind == "expired":
        token = await desk.token_of(desk.acme, desk.alice.id, hours=0.01)
        desk.clock.move(seconds=60)
    elif kind == "invalid":
        token = "nonsense"
    elif kind == "company":
        token = desk.acme.api.headers["Authorization"].split()[1]
    else:
        for status in (1, 0):
            await desk.acme.api.post(
                "/api/operator/status", {"id": desk.alice.id, "status": status}
            )

    reply = await desk.anyone.get(f"/?chat_raw_id={chat_id}&token={token}")

    location = reply.headers["location"]
    assert location.startswith("/login?next=/links/")
    assert location.endswith("&reason=" + ("expired" if kind == "expired" else "invalid"))
    assert reply.headers.get_list("set-cookie") == []
    if kind == "revoked":
        return
    await desk.acme.api.put(
        "/api/operator/credentials",
        {"id": desk.alice.id, "login": "alice", "password": PASSWORD},
    )
    signed_in = await desk.anyone.post(
        "/api/operator/sign-in",
        {"login": "alice", "password": PASSWORD},
        headers={"Origin": desk.base_url},
    )
    following = location.split("next=")[1].split("&")[0]
    after = await desk.anyone.get(following, headers={"Cookie": cookie_of(signed_in)})
    assert after.headers["location"] == f"/chats/{chat_id}"


async def test_another_operators_link_asks_before_it_switches(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    desk = bot.desk
    first = cookie_of(await desk.anyone.get(f"/?token={desk.alice.token}"))
    link = f"/?chat_raw_id={chat_id}&token={desk.bob.token}"

    reply = await desk.anyone.get(link, headers={"Cookie": first})
    grant = cookie_of(reply, "opdesk-grant")
    both = {"Cookie": f"{first}; {grant}"}
    waiting = await desk.anyone.get("/api/link/waiting", headers=both)
    foreign = await desk.anyone.post("/api/link/switch", headers=both)
    switched = await desk.anyone.post("/api/link/switch", headers={**both, "Origin": desk.base_url})

    assert reply.headers["location"] == "/switch"
    assert waiting.json["current"]["name"] == "Alice"
    assert waiting.json["next"]["name"] == "Bob"
    assert foreign.status == 403
    assert switched.json == {"target": f"/chats/{chat_id}"}
    me = await desk.anyone.get("/api/operator/me", headers={"Cookie": cookie_of(switched)})
    assert me.json["operator"]["name"] == "Bob"
    assert (await desk.anyone.get("/api/operator/me", headers={"Cookie": first})).status == 401


async def test_a_waiting_link_is_over_after_a_minute(desk: Desk) -> None:
    first = cookie_of(await desk.anyone.get(f"/?token={desk.alice.token}"))
    reply = await desk.anyone.get(f"/?token={desk.bob.token}", headers={"Cookie": first})
    grant = cookie_of(reply, "opdesk-grant")
    desk.clock.move(seconds=61)

    late = await desk.anyone.post(
        "/api/link/switch", headers={"Cookie": grant, "Origin": desk.base_url}
    )

    assert late.status == 404


async def test_a_tab_of_another_operator_is_told_so(desk: Desk) -> None:
    cookie = cookie_of(await desk.anyone.get(f"/?token={desk.bob.token}"))

    reply = await desk.anyone.get(
        "/api/chat/chats",
        headers={"Cookie": cookie, "X-OpDesk-Operator": str(desk.alice.id)},
    )

    assert (reply.status, reply.json["title"]) == (409, "Another operator is signed in")


async def test_the_session_of_a_link_ends_with_its_token(desk: Desk) -> None:
    token = await desk.token_of(desk.acme, desk.alice.id, hours=1)
    cookie = cookie_of(await desk.anyone.get(f"/?token={token}"))
    assert (await desk.anyone.get("/api/operator/me", headers={"Cookie": cookie})).status == 200

    desk.clock.move(seconds=3601)

    assert (await desk.anyone.get("/api/operator/me", headers={"Cookie": cookie})).status == 401


async def test_a_cookie_posts_only_from_our_own_pages(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    desk = bot.desk
    cookie = cookie_of(await desk.anyone.get(f"/?token={desk.alice.token}"))
    path, body = f"/api/chat/{chat_id}/message", {"textMessage": "x"}

    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        reply = await desk.anyone.post(path, body, headers={"Cookie": cookie, **origin})
        assert reply.status in (401, 403), origin
    own = {"Cookie": cookie, "Origin": desk.base_url}
    assert (await desk.anyone.post(path, body, headers=own)).status == 200


@pytest.mark.parametrize("path", ["/", "/login", "/chats/5", "/dashboard", "/index.html"])
async def test_pages_refuse_to_be_framed(desk: Desk, path: str) -> None:
    reply = await desk.anyone.get(path)

    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/no/such", "/chats", "/chats/5/6", "/no/such.html"])
async def test_a_mistyped_address_is_a_page_for_people_and_a_problem_for_programs(
    desk: Desk, path: str
) -> None:
    page = await desk.anyone.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    problem = await desk.anyone.get(path)

    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page.text == (await desk.anyone.get("/login")).text
    assert (problem.status, problem.json["title"]) == (404, "Not Found")


async def test_an_unknown_call_is_a_problem_whoever_asks(desk: Desk) -> None:
    reply = await desk.anyone.get("/api/no/such", headers={"Accept": "text/html"})

    assert (reply.status, reply.json["title"]) == (404, "Not Found")
