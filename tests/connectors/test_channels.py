"""The contract's section Channels, against a Telegram that can refuse, be silent and change."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from opdesk.channels import access, actions as channels
from opdesk.channels.model import HIDDEN
from opdesk.settings import Settings
from opdesk.simulators.telegram import Refusal
from tests.desk import Api, Desk
from tests.fakes import MovableClock
from tests.servers import opened_desk
from tests.telegram import TARAS, Bot, connected_bot

SILENT = "http://127.0.0.1:1"
"""Nothing listens there."""
TOKEN, BASE = "1:aaaaaaaaaa", "settings.apiBaseUrl"
OFF = {"isEnabled": False}


async def connect(api: Api, organization: int, query: str = "", **settings: str) -> Any:
    body = {"organizationId": organization, "source": 2, "settings": settings}
    return await api.post(f"/api/channel{query}", body)


async def listed(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.acme.api.get("/api/channel")).json
    return found


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"source": 99}, "source"),
        ({"source": 2, "settings": {}}, "settings.botToken"),
        ({"source": 2, "settings": {"botToken": "x"}}, "settings.botToken"),
        (
            {"source": 2, "settings": {"botToken": "1:aaaaaaaaaa", "apiBaseUrl": "ftp://x"}},
            "settings.apiBaseUrl",
        ),
        ({"source": 2, "from": "a\nb", "settings": {"botToken": "1:aaaaaaaaaa"}}, "from"),
        ({"source": "two"}, "source"),
        ({"source": 2, "settings": {"botToken": 5}}, "settings.botToken"),
        ({"source": 2, "SETTINGS": {"BOTTOKEN": None}}, "settings.BOTTOKEN"),
        ({"source": 2, "settings": {"botToken": f"{TOKEN}\n"}}, "settings.botToken"),
        ({"source": 2, "settings": {"botToken": TOKEN, "apiBaseUrl": "http://a/\0"}}, BASE),
        ({"source": 2, "settings": {"botToken": TOKEN, "apiBaseUrl": "http://a:99999"}}, BASE),
        ({"source": 2, "settings": {"botToken": TOKEN, "apiBaseUrl": "http://a:0"}}, BASE),
        ({"source": 2, "settings": {"botToken": TOKEN, "apiBaseUrl": "http://[::1"}}, BASE),
    ],
)
async def test_a_bad_channel_is_400_named_and_not_saved(
    desk: Desk, body: dict[str, Any], field: str
) -> None:
    whole = {"organizationId": desk.acme.organizations[0], "settings": {}, **body}

    reply = await desk.acme.api.post("/api/channel", whole)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])
    assert await listed(desk) == []


async def test_a_force_that_says_nothing_is_named_and_saves_nothing(bot: Bot) -> None:
    change = {"from": "another name"}

    reply = await bot.desk.acme.api.put(f"/api/channel/{bot.channel_id}?force=banana", change)

    assert (reply.status, list(reply.json["errors"])) == (400, ["force"])
    assert [one["from"] for one in await listed(bot.desk)] == ["demo_shop_bot"]


async def test_the_platforms_refusal_comes_in_its_own_words(bot: Bot) -> None:
    reply = await connect(
        bot.desk.acme.api,
        bot.desk.acme.organizations[0],
        botToken="999999:a-token-nobody-has",
        apiBaseUrl=bot.api_base_url,
    )

    assert (reply.status, "Unauthorized" in reply.json["detail"]) == (400, True)
    assert len(await listed(bot.desk)) == 1


async def test_a_silent_platform_is_503_and_force_saves_it_switched_off(desk: Desk) -> None:
    settings = {"botToken": "1:aaaaaaaaaa", "apiBaseUrl": SILENT}
    kyiv = desk.acme.organizations[0]

    refused = await connect(desk.acme.api, kyiv, **settings)
    assert (refused.status, await listed(desk)) == (503, [])

    forced = await connect(desk.acme.api, kyiv, "?force=true", **settings)
    assert (forced.status, forced.json["isEnabled"], forced.json["state"]) == (
        200,
        False,
        "disabled",
    )
    assert "does not answer" in forced.json["problem"]
    checked = await desk.acme.api.post(f"/api/channel/{forced.json['id']}/check")
    assert (checked.json["ok"], len(checked.json["problems"])) == (False, 1)


@pytest.mark.parametrize("query", ["", "?force=true"])
async def test_a_private_address_is_400_unless_it_is_allowed(
    settings: Settings, clock: MovableClock, query: str
) -> None:
    async with opened_desk(replace(settings, outgoing_allow=()), clock) as desk:
        kyiv = desk.acme.organizations[0]
        for address in ("http://127.0.0.1:9", "http://[::1]:9", "http://169.254.169.254"):
            reply = await connect(desk.acme.api, kyiv, query, botToken=TOKEN, apiBaseUrl=address)
            assert (reply.status, list(reply.json["errors"])) == (400, [BASE]), address

        assert await listed(desk) == []


async def test_switching_off_and_on_moves_the_webhook(bot: Bot) -> None:
    path, api = f"/api/channel/{bot.channel_id}", bot.desk.acme.api
    hook = dict(bot.telegram.hooks[bot.token])

    off = await api.put(path, {"isEnabled": False})
    assert (off.json["isEnabled"], off.json["state"]) == (False, "disabled")
    assert bot.token not in bot.telegram.hooks
    late = {"X-Telegram-Bot-Api-Secret-Token": hook["secret_token"]}
    update = {"update_id": 1, "message": {}}
    posted = await bot.desk.anyone.post(f"/hooks/1/{bot.channel_id}", update, headers=late)
    assert posted.status == 401

    on = await api.put(path, {"isEnabled": True})
    assert (on.json["isEnabled"], on.json["state"]) == (True, "webhook")
    await bot.writes("знову тут")
    assert len(await bot.chats()) == 1


async def test_a_hidden_setting_that_comes_back_keeps_its_value(bot: Bot) -> None:
    path, api = f"/api/channel/{bot.channel_id}", bot.desk.acme.api
    shown = (await listed(bot.desk))[0]["settings"]

    changed = await api.put(path, {"from": "Наш бот", "settings": shown})

    assert (changed.json["from"], changed.json["settings"]["botToken"]) == ("Наш бот", HIDDEN)
    await bot.writes("чути?")
    assert len(await bot.chats()) == 1


async def test_another_bot_is_409_and_nothing_changes(bot: Bot) -> None:
    """A channel's chats are its account's: messages of another one would pass for known ones."""
    await bot.writes("до того")
    before = await listed(bot.desk)
    other = bot.telegram.add_bot("second_bot")
    path, api = f"/api/channel/{bot.channel_id}", bot.desk.acme.api

    for body in ({"settings": {"botToken": other}}, {"settings": {"botToken": other}, **OFF}):
        for query in ("", "?force=true"):
            reply = await api.put(f"{path}{query}", body)
            assert (reply.status, "@demo_shop_bot" in reply.json["detail"]) == (409, True)

    assert await listed(bot.desk) == before
    assert set(bot.telegram.hooks) == {bot.token}
    await bot.writes("після того")
    [chat] = await bot.chats()
    assert chat["countUnread"] == 2


async def test_another_bot_is_refused_also_once_the_channel_was_off_or_forced(bot: Bot) -> None:
    path, api = f"/api/channel/{bot.channel_id}", bot.desk.acme.api
    other = bot.telegram.add_bot("second_bot")
    silent = {"botToken": other, "apiBaseUrl": SILENT}
    forced = await api.put(f"{path}?force=true", {"settings": silent})
    assert (forced.status, forced.json["isEnabled"]) == (200, False)

    back = {"apiBaseUrl": bot.api_base_url}
    assert (await api.put(path, {"settings": back, "isEnabled": True})).status == 409
    own = {"settings": {**back, "botToken": bot.token}, "isEnabled": True}
    assert (await api.put(path, own)).status == 200


async def test_a_new_token_of_the_same_bot_is_taken(bot: Bot) -> None:
    await bot.writes("старий ключ")
    renewed = bot.telegram.add_bot(token=f"{bot.token.split(':')[0]}:a-renewed-token-of-it")
    path = f"/api/channel/{bot.channel_id}"

    reply = await bot.desk.acme.api.put(path, {"settings": {"botToken": renewed}})
    bot.token = renewed
    await bot.writes("новий ключ")

    assert (reply.status, reply.json["state"]) == (200, "webhook")
    [chat] = await bot.chats()
    assert chat["countUnread"] == 2


async def test_other_settings_begin_polling_at_the_oldest_item(bot: Bot) -> None:
    services, path = bot.desk.services, f"/api/channel/{bot.channel_id}"
    place = (bot.desk.acme.id, bot.channel_id)
    await services.db.write(channels.advance_poll, *place, 5_000)

    async def offset() -> int:
        found = await services.db.read(access.find_any, services.vault, *place)
        assert found is not None
        return found.poll_offset

    await bot.desk.acme.api.put(path, {"from": "Інша назва"})
    assert await offset() == 5_000
    own_server = bot.api_base_url.replace("127.0.0.1", "localhost")
    reply = await bot.desk.acme.api.put(path, {"settings": {"apiBaseUrl": own_server}})
    assert (reply.status, await offset()) == (200, 0)


async def test_a_bot_that_is_disconnected_and_connected_anew_is_a_new_channel(bot: Bot) -> None:
    api, kyiv = bot.desk.acme.api, bot.desk.acme.organizations[0]
    update = await bot.writes("у старому")
    [old] = await bot.chats()
    assert (await api.delete(f"/api/channel/{bot.channel_id}")).status == 200

    reply = await connect(api, kyiv, botToken=bot.token, apiBaseUrl=bot.api_base_url)
    await bot.telegram.post_update(bot.token, update)
    await bot.telegram.edits(bot.token, TARAS, update, "у новому")

    assert reply.status == 200
    assert reply.json["id"] != bot.channel_id
    new, before = await bot.chats()
    assert (before["id"], before["isWritable"], new["isWritable"]) == (old["id"], False, True)
    assert [one["message"] for one in await bot.messages(old["id"])] == ["у старому"]
    assert [one["message"] for one in await bot.messages(new["id"])] == ["у новому"]
    answer = await api.post(f"/api/chat/{new['id']}/message", {"textMessage": "Вітаю"})
    assert (await bot.delivered(answer.json["id"], new["id"]))["status"] == 1


async def test_settings_are_named_in_any_case(bot: Bot) -> None:
    other = bot.telegram.add_bot("second_bot")
    settings = {"BOTTOKEN": other, "apibaseurl": bot.api_base_url, "unknown": "\u0000"}

    reply = await connect(bot.desk.acme.api, bot.desk.acme.organizations[0], **settings)
    assert reply.status == 200, reply.text
    assert reply.json["settings"] == {"botToken": HIDDEN, "apiBaseUrl": bot.api_base_url}

    path = f"/api/channel/{reply.json['id']}"
    again = await bot.desk.acme.api.put(path, {"settings": {"BotToken": HIDDEN}, "ISENABLED": True})
    assert (again.status, again.json["state"]) == (200, "webhook")


async def test_a_refused_change_leaves_everything_as_it_was(bot: Bot) -> None:
    before = await listed(bot.desk)
    for settings, status in (
        ({"botToken": "999999:a-token-nobody-has"}, 400),
        ({"apiBaseUrl": SILENT}, 503),
    ):
        reply = await bot.desk.acme.api.put(
            f"/api/channel/{bot.channel_id}", {"settings": settings, "from": "changed"}
        )
        assert reply.status == status
    assert await listed(bot.desk) == before
    assert bot.token in bot.telegram.hooks


async def test_force_keeps_a_change_although_the_platform_is_silent(bot: Bot) -> None:
    reply = await bot.desk.acme.api.put(
        f"/api/channel/{bot.channel_id}?force=true", {"settings": {"apiBaseUrl": SILENT}}
    )

    assert (reply.status, reply.json["isEnabled"]) == (200, False)
    assert reply.json["settings"]["apiBaseUrl"] == SILENT


async def test_disconnecting_takes_the_webhook_away_even_if_the_platform_objects(bot: Bot) -> None:
    bot.telegram.faults.refusals["deleteWebhook"] = [Refusal(500, "Internal Server Error")]

    reply = await bot.desk.acme.api.delete(f"/api/channel/{bot.channel_id}")

    assert (reply.status, await listed(bot.desk)) == (200, [])
    gone = await bot.desk.acme.api.put(f"/api/channel/{bot.channel_id}", {"isEnabled": True})
    assert gone.status == 404


async def test_a_check_tells_what_is_wrong(bot: Bot) -> None:
    path, api = f"/api/channel/{bot.channel_id}/check", bot.desk.acme.api

    async def problems() -> str:
        reply = await api.post(path)
        assert reply.json["ok"] == (not reply.json["problems"])
        return " ".join(reply.json["problems"])

    assert await problems() == ""
    bot.telegram.hooks[bot.token]["last_error_message"] = "Wrong response: 502"
    assert "502" in await problems()
    bot.telegram.hooks[bot.token]["url"] = "https://elsewhere.example"
    assert "another webhook" in await problems()
    bot.telegram.bots.clear()
    assert "refuses the bot: Unauthorized" in await problems()


async def test_a_restart_registers_the_webhook_anew_and_notes_a_refusal(bot: Bot) -> None:
    bot.telegram.hooks.clear()
    await bot.desk.services.board.reconnect_all()
    assert bot.token in bot.telegram.hooks

    bot.telegram.faults.refusals["setWebhook"] = [Refusal(400, "Bad Request: bad webhook")]
    await bot.desk.services.board.reconnect_all()
    assert "bad webhook" in (await listed(bot.desk))[0]["problem"]


async def test_one_account_is_connected_once_also_by_two_at_the_same_moment(desk: Desk) -> None:
    """Two companies save the same bot together: one has it, the other is told."""
    async with connected_bot(desk, organization=1) as bot:
        other = bot.telegram.add_bot("wanted_by_two")
        settings = {"botToken": other, "apiBaseUrl": bot.api_base_url}
        replies = await asyncio.gather(
            *(
                connect(company.api, company.organizations[0], **settings)
                for company in (desk.acme, desk.rival)
                for _ in range(3)
            )
        )

    assert sorted(reply.status for reply in replies) == [200, 409, 409, 409, 409, 409]
