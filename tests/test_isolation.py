"""A company can neither see nor touch anything of another: every route, every kind of caller.

The routes come from the application itself, so that a new one must find its place here.
"""

import contextlib
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from opdesk.events.actions import epoch
from opdesk.main import rest_api
from tests.desk import Api, Desk, Person
from tests.push import Browser, PushService
from tests.realtime.clients import bare_client
from tests.telegram import JPEG, Bot, connected_bot
from tests.widget.sites import open_shop

Place = Mapping[str, Any]
"""What is the victim's: chat, channel, operator, organization, key."""

BODIES: Mapping[str, Any] = {
    "PUT /api/company/organization": lambda v: {"id": v["organization"], "name": "taken over"},
    "POST /api/operator/synchronize": lambda v: [
        {"organizationId": v["organization"], "name": "Spy"}
    ],
    "POST /api/operator/status": lambda v: {"id": v["operator"], "status": 2},
    "POST /api/operator/get-token": lambda v: {
        "id": v["operator"],
        "expiresAt": "2099-01-01T00:00:00Z",
    },
    "PUT /api/operator/credentials": lambda v: {
        "id": v["operator"],
        "login": "spy",
        "password": "a password of a spy",
    },
    "POST /api/chat": lambda v: {"channelId": v["channel"], "phone": "+380501234567"},
    "PUT /api/chat/status": lambda v: {"id": v["chat"], "status": 4},
    "PUT /api/chat/operator": lambda v: {"id": v["chat"], "operatorId": v["operator"]},
    "PUT /api/chat/block": lambda v: {"id": v["chat"], "block": 1},
    "PUT /api/chat/{chat_id:int}/tags": lambda _v: {"tags": []},
    "POST /api/chat/{chat_id:int}/message": lambda v: {"textMessage": "spy"},
    "POST /api/chat/{chat_id:int}/typing": lambda _v: {"author": 0},
    "POST /api/chat/{chat_id:int}/template": lambda _v: {"name": "spy", "language": "uk"},
    "POST /api/chat/{chat_id:int}/client/join": lambda v: {"chatId": v["chat"]},
    "POST /api/chat/{chat_id:int}/client/apart": lambda v: {"chatId": v["chat"]},
    "PUT /api/chat/{chat_id:int}/client/about": lambda _v: {"note": "spy", "version": 0},
    "POST /api/chat/{chat_id:int}/note": lambda _v: {"text": "spy"},
    "PUT /api/chat/{chat_id:int}/draft": lambda _v: {"text": "spy"},
    "PUT /api/chat/{chat_id:int}/pin": lambda _v: {"isPinned": True},
    "POST /api/channel": lambda v: {
        "organizationId": v["organization"],
        "source": 2,
        "settings": {"botToken": "123456:made-up-token-of-a-spy"},
    },
    "PUT /api/channel/{channel_id:int}": lambda v: {"isEnabled": False},
    "POST /api/channel/{channel_id:int}/test": lambda v: {"chatId": v["chat"]},
    "POST /api/link/check": lambda v: {
        "link": f"/?chat_raw_id={v['chat']}",
        "operatorId": v["operator"],
    },
    "POST /api/link/build": lambda v: {"chatId": v["chat"]},
    "PUT /api/company/key/{key_id:int}": lambda v: {"name": "taken over"},
    "PUT /api/company/user/{user_id:int}": lambda v: {"name": "taken over"},
    "POST /api/operator/{operator_id:int}/link": lambda v: {},
    "POST /api/operator/{operator_id:int}/hand-over": lambda v: {"toOperatorId": None},
}
"""Calls that name something of the victim's in their body, or need a body at all."""
HUB_CALLS: Mapping[str, Any] = {
    "SendMessage": lambda v: [v["chat"], "spy"],
    "SendMediaMessage": lambda v: [
        v["chat"],
        {"Name": "a.jpg", "Format": "jpg", "Type": 1, "DataBase64": b64encode(JPEG).decode()},
    ],
    "Reading": lambda v: [v["chat"]],
    "Typing": lambda v: [v["chat"]],
    "Watching": lambda _v: [True],
    "Subscribe": lambda v: [{"epoch": v["epoch"], "numbers": {str(v["organization"]): 0}}],
}
"""Every method of the hub, called with what is the victim's."""
OPERATORS = {"rival's operator", "operator of another organization"}
KEYS = {"rival's key"}
NOT_THEIRS = ("No such chat", "These credentials may not do this")
QUERIES: Mapping[str, str] = {
    "GET /api/operator": "organizationId={organization}",
    "GET /api/operator/search": "organizationId={organization}",
    "GET /api/channel": "organizationId={organization}",
    "GET /api/chat/chats": "organizationId={organization}",
    "GET /api/chat/search": "organizationId={organization}&text=a",
    "GET /api/events": "organizationId={organization}&wait=0",
}
PATH_IDS = {
    "sealed": "link",
    "chat_id": "chat",
    "channel_id": "channel",
    "key_id": "key",
    "operator_id": "operator",
    "organization_id": "organization",
    "user_id": "user",
    "public_key": "widget",
    "message_id": "message",
    "device_id": "device",
}
OWN_ONLY = {
    # These name nothing: they speak of the caller's own company, or of a sealed value.
    "POST /api/company/get-token",
    "GET /api/company/organization",
    "POST /api/company/organization",
    "POST /api/company/sign-in",
    "POST /api/company/sign-out",
    "GET /api/company/me",
    "GET /api/company/key",
    "POST /api/company/key",
    "GET /api/company/origins",
    "PUT /api/company/origins",
    "PUT /api/company/me",
    "PUT /api/company/me/password",
    "POST /api/company/me/totp",
    "PUT /api/company/me/totp",
    "POST /api/company/me/totp/remove",
    "GET /api/company/user",
    "POST /api/company/user",
    "GET /api/setup",
    "POST /api/setup",
    "POST /api/one-time-link/look",
    "POST /api/one-time-link/use",
    "GET /api/audit",
    "GET /api/audit/export",
    "GET /api/health",
    "POST /api/company/revoke-tokens",
    "POST /api/operator/validate-token",
    "POST /api/operator/sign-in",
    "POST /api/operator/sign-out",
    "GET /api/operator/me",
    "PUT /api/operator/me/password",
    "POST /api/operator/me/sign-out",
    "POST /api/operator/me/totp",
    "PUT /api/operator/me/totp",
    "POST /api/operator/me/totp/remove",
    "GET /api/operator/quick-replies",
    "GET /api/operator/push",
    "PUT /api/operator/push",
    "GET /api/chat/mentions",
    "GET /api/chat/unread",
    "GET /api/chat/drafts",
    "GET /api/chat/pinned",
    "GET /api/chat/channels",
    "GET /api/chat/views",
    "PUT /api/chat/views",
    "POST /api/media",
    "GET /api/channel/source",
    "GET /api/link/{sealed:str}",
    "GET /api/link/waiting",
    "POST /api/link/switch",
    # These look at no caller: a widget's key and a visitor's token are tried in tests/widget.
    "GET /api/widget/{public_key:str}",
    "POST /api/widget/{public_key:str}/session",
    "POST /api/widget/{public_key:str}/message",
    "POST /api/widget/{public_key:str}/offline",
    "POST /api/widget/{public_key:str}/file",
    "GET /api/widget/{public_key:str}/messages",
    "POST /api/widget/{public_key:str}/sync",
    "POST /api/widget/{public_key:str}/typing",
}


def routes_of(bot: Bot) -> dict[str, set[str]]:
    """Every route, and which of the strangers are of a kind that may not use it anywhere."""
    app = rest_api()
    found = {
        f"{method} {route.path}": wrong_kinds(handler.opt)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if route.path.startswith("/api/") and method in ("GET", "POST", "PUT", "DELETE")
    }
    return dict(sorted(found.items()))


def wrong_kinds(opt: Mapping[str, Any]) -> set[str]:
    is_companys = opt.get("callers") == "company"
    # A key is a program's, with an admin's rights.
    is_for_people = opt.get("level") in ("owner", "person")
    return (OPERATORS if is_companys else set()) | (KEYS if is_for_people else set())


async def test_the_tables_name_only_routes_that_are_there(bot: Bot) -> None:
    assert (OWN_ONLY | BODIES.keys() | QUERIES.keys()) - routes_of(bot).keys() == set()


async def test_no_route_lets_a_stranger_at_anything(bot: Bot) -> None:
    desk = bot.desk
    victim = await whole_place(bot)
    before = await state_of(bot, victim)
    strangers: dict[str, Api] = {
        "rival's company token": desk.rival.api,
        "rival's key": await key_of(desk),
        "rival's operator": desk.mallory.api,
        "operator of another organization": desk.charlie.api,
    }
    routes = routes_of(bot)
    assert len(routes) > 30
    reached = []
    for route, wrong in routes.items():
        if route in OWN_ONLY:
            continue
        method, path = route.split(" ")
        has_target = "{" in path or route in BODIES or route in QUERIES
        assert has_target, f"{route} is new: say in this test what of a stranger's it could name"
        for name, api in strangers.items():
            reply = await api.call(method, filled(path, victim, route), **body(route, victim))
            # Nothing but "not there": other words would tell that it is.
            expected = 403 if name in wrong else 404
            if reply.status != expected:
                reached.append((route, name, reply.status, reply.text))

    assert reached == []
    assert await state_of(bot, victim) == before


async def test_an_upload_is_there_for_those_who_made_it_only(bot: Bot) -> None:
    """Also in the caller's own chat, where only the file is a stranger's."""
    desk = bot.desk
    own = await bot.given_chat()
    uploads = {
        "alice": await uploaded(desk.alice.api),
        "acme": await uploaded(desk.acme.api),
        "rival": await uploaded(desk.rival.api),
    }
    async with (
        connected_bot(desk, organization=1, token="2000:of-another-organization") as lviv,
        connected_bot(desk, desk.rival, token="3000:of-another-company") as far,
    ):
        places = {
            "bob": (desk.bob.api, own, {"acme", "rival"}),
            "charlie": (desk.charlie.api, await chat_in(lviv, desk.charlie), set(uploads)),
            "mallory": (desk.mallory.api, await chat_in(far, desk.mallory), set(uploads)),
            "rival": (desk.rival.api, await chat_in(far, desk.mallory), {"alice", "acme"}),
        }
        for name, (api, chat_id, foreign) in places.items():
            for whose in sorted(foreign):
                body = {"media": {"id": uploads[whose]}}
                reply = await api.post(f"/api/chat/{chat_id}/message", body)
                assert (reply.status, reply.json["title"]) == (404, "No such file"), (name, whose)
        async with bare_client(desk.base_url, desk.charlie.token) as spy:
            media = {"Id": uploads["alice"]}
            told = await spy.invoke("SendMediaMessage", places["charlie"][1], media)
            assert told["error"].startswith("No such file")

    for api, whose in ((desk.bob.api, "alice"), (desk.acme.api, "acme")):
        reply = await api.post(f"/api/chat/{own}/message", {"media": {"id": uploads[whose]}})
        assert reply.status == 200, reply.text


async def test_no_hub_method_lets_a_stranger_at_anything(bot: Bot) -> None:
    desk = bot.desk
    assert {name.lower() for name in HUB_CALLS} == set(desk.services.hub.methods)
    victim = dict(await whole_place(bot))
    victim["epoch"] = await desk.services.db.read(epoch)
    before = await state_of(bot, victim)
    heard = []
    for token in (
        desk.rival.api.headers["Authorization"].split()[1],
        desk.mallory.token,
        desk.charlie.token,
    ):
        async with bare_client(desk.base_url, token) as spy:
            for method, arguments in HUB_CALLS.items():
                told = await spy.invoke(method, *arguments(victim))
                if method not in ("Subscribe", "Watching"):  # it names nothing
                    assert told["error"].startswith(NOT_THEIRS), (method, told)
            # Subscribed with the victim's position: nothing of theirs comes, old or new.
            await bot.writes("for its own people only")
            with contextlib.suppress(TimeoutError):
                while True:
                    heard.append(await spy.next(at_most_s=0.3))

    foreign = [one for one in heard if one["arguments"][0]["type"] != "reload"]
    assert foreign == []
    after = await state_of(bot, victim)
    assert before[:2] == after[:2]
    written = [one["message"] for one in await bot.messages(victim["chat"])]
    assert set(written) == {"Добрий день", "for its own people only"}


async def test_a_media_address_opens_its_own_file_only(bot: Bot) -> None:
    """Any other number in the address is refused, whoever asks: the signature covers them all."""
    desk = bot.desk
    chat_id = await bot.given_chat()
    media = {"name": "a.jpg", "format": "jpg", "type": 1, "dataBase64": b64encode(JPEG).decode()}
    sent = await desk.alice.api.post(f"/api/chat/{chat_id}/message", {"media": media})
    address = sent.json["media"]["uri"].split("/", 3)[3]
    parts = address.split("/")
    assert (await desk.anyone.get(f"/{address}")).status == 200

    for place in (1, 2, 3):
        for value in ("0", str(int(parts[place]) + 1), str(int(parts[place]) - 1)):
            changed = "/".join([*parts[:place], value, *parts[place + 1 :]])
            for api in (desk.anyone, desk.rival.api, desk.mallory.api, desk.alice.api):
                assert (await api.get(f"/{changed}")).status in (403, 404), changed
    desk.clock.move(seconds=30 * 24 * 3600)
    assert (await desk.anyone.get(f"/{address}")).status in (403, 404)


async def test_a_strangers_token_is_unknown_to_a_company(desk: Desk) -> None:
    reply = await desk.rival.api.post("/api/operator/validate-token", desk.alice.token)

    assert (reply.json["isValid"], reply.json["error"]) == (False, "unknown")


async def test_one_account_is_connected_once(bot: Bot) -> None:
    """Another company that knows the bot's token can't take its webhook away."""
    settings = {"botToken": bot.token, "apiBaseUrl": bot.api_base_url}
    hook = dict(bot.telegram.hooks[bot.token])

    reply = await bot.desk.rival.api.post(
        "/api/channel",
        {
            "organizationId": bot.desk.rival.organizations[0],
            "source": 2,
            "settings": settings,
        },
    )

    assert reply.status == 409
    assert bot.telegram.hooks[bot.token] == hook


async def whole_place(bot: Bot) -> Place:
    """With what the operator has of their own, too."""
    device = await Browser.new(PushService()).subscribes(
        bot.desk.alice.api, endpoint="https://push.example.com/of-the-victim"
    )
    return {**await victims_place(bot), "device": device}


async def victims_place(bot: Bot) -> Place:
    chat_id = await bot.given_chat()
    key = await bot.desk.acme.api.post("/api/company/key", {"name": "CRM"})
    user = await bot.desk.acme.api.post("/api/company/user", {"name": "Victim", "role": 1})
    shop = await open_shop(bot.desk)
    return {
        "widget": shop.key,
        "user": user.json["user"]["id"],
        "chat": chat_id,
        "message": (await bot.messages(chat_id))[0]["id"],
        "channel": bot.channel_id,
        "operator": bot.desk.alice.id,
        "organization": bot.desk.alice.organization_id,
        "key": key.json["id"],
    }


async def uploaded(api: Api) -> int:
    reply = await api.call("POST", "/api/media?name=a.jpg", content=JPEG)
    found: int = reply.json["id"]
    return found


async def chat_in(bot: Bot, operator: Person) -> int:
    """A chat of the operator's organization, through its own bot."""
    await bot.writes("Добрий день")
    reply = await operator.api.get("/api/chat/chats")
    found: int = reply.json["items"][0]["id"]
    return found


async def state_of(bot: Bot, victim: Place) -> list[Any]:
    """Everything of the victim's that a call could have changed."""
    api = bot.desk.acme.api
    paths = (
        "/api/company/organization",
        f"/api/operator?organizationId={victim['organization']}",
        f"/api/chat/{victim['chat']}",
        f"/api/chat/{victim['chat']}/messages",
        "/api/channel",
        "/api/company/me",
        "/api/company/key",
        "/api/company/user",
    )
    return [(await api.get(path)).json for path in paths]


async def key_of(desk: Desk) -> Api:
    made = await desk.rival.api.post("/api/company/key", {"name": "spy"})
    return Api(desk.client, {"X-Authorization-Key": made.json["key"]})


def filled(path: str, victim: Place, route: str) -> str:
    def value(match: re.Match[str]) -> str:
        return str(victim[PATH_IDS[match[1]]])

    query = QUERIES.get(route, "").format(**victim)
    return re.sub(r"\{(\w+):\w+\}", value, path) + (f"?{query}" if query else "")


def body(route: str, victim: Place) -> dict[str, Any]:
    return {"json": BODIES[route](victim)} if route in BODIES else {}


@pytest.mark.parametrize("path", ["/hooks/1/1", "/hooks/2/1", "/hooks/x/y", "/hooks/1/999999"])
async def test_a_webhook_that_proves_nothing_stores_nothing(bot: Bot, path: str) -> None:
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"},
    }
    for secret in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
        reply = await bot.desk.anyone.post(path, update, headers=secret)
        assert reply.status in (401, 404)
    assert await bot.chats() == []
