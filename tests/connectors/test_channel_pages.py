"""What a channel's page lives on: its source, its problem in words, a test message, its log."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from opdesk.audit import actions as audit
from opdesk.audit.model import Entry, Filter
from opdesk.channels import actions as channels
from opdesk.channels.model import ChannelState
from opdesk.chats.store import listing
from opdesk.connectors.actions import TOPIC
from opdesk.kit.bus import Wake
from opdesk.kit.sql import statement
from opdesk.simulators.telegram import Customer, Refusal
from tests.desk import Desk, eventually
from tests.telegram import TARAS, Bot, connected_bot


async def entries(desk: Desk, action: str) -> list[Entry]:
    return await desk.services.db.read(audit.list_entries, desk.acme.id, Filter(action=action))


async def problem_of(bot: Bot, language: str = "en") -> Any:
    reply = await bot.desk.acme.api.get(f"/api/channel?language={language}")
    [channel] = reply.json
    return channel["problemDetail"]


async def test_a_source_is_told_in_the_language_that_is_asked_for(desk: Desk) -> None:
    uk = (await desk.acme.api.get("/api/channel/source")).json
    en = (await desk.acme.api.get("/api/channel/source?language=EN")).json
    bad = await desk.acme.api.get("/api/channel/source?language=pl")

    [telegram], [in_uk] = ([one for one in told if one["source"] == 2] for told in (en, uk))
    assert (telegram["name"], in_uk["name"]) == ("Telegram bot", "Бот Telegram")
    token, base = telegram["settings"]
    assert (token["name"], token["kind"], token["isRequired"]) == ("botToken", "secret", True)
    assert (base["name"], base["kind"], base["isRequired"]) == ("apiBaseUrl", "url", False)
    assert (telegram["from"]["name"], telegram["limits"]["textChars"]) == ("from", 4096)
    assert [step["isAfterSaving"] for step in telegram["steps"]][-1] is True
    assert (bad.status, list(bad.json["errors"])) == (400, ["language"])
    assert json.dumps(uk, ensure_ascii=False).count("BotFather") >= 3


async def test_a_check_tells_the_same_in_both_languages(bot: Bot) -> None:
    path, api = f"/api/channel/{bot.channel_id}/check", bot.desk.acme.api
    bot.telegram.hooks[bot.token]["last_error_message"] = "Wrong response: 502"

    uk, en = (await api.post(path)).json, (await api.post(f"{path}?language=en")).json

    [told] = en["details"]
    assert (told["code"], told["params"]) == ("webhookFailing", {"words": "Wrong response: 502"})
    assert en["problems"] == uk["problems"] == [told["text"]]
    assert uk["details"][0]["text"].startswith("Telegram не зміг доставити")


async def test_a_channel_that_is_off_says_so(bot: Bot) -> None:
    api = bot.desk.acme.api
    await api.put(f"/api/channel/{bot.channel_id}", {"isEnabled": False})

    checked = (await api.post(f"/api/channel/{bot.channel_id}/check?language=uk")).json

    assert [one["code"] for one in checked["details"]] == ["off"]
    assert "вимкнено" in checked["details"][0]["text"]


async def test_a_problem_that_an_older_version_wrote_is_still_told(bot: Bot) -> None:
    old = statement(text("UPDATE channels SET problem = 'the platform says: 1'").columns())
    await bot.desk.services.db.write(lambda tx: tx.run(old))

    assert (await problem_of(bot))["text"] == "the platform says: 1"


async def test_polling_that_fails_is_the_channels_problem_until_it_works_again(bot: Bot) -> None:
    services = bot.desk.services
    bot.telegram.hooks.clear()
    bot.telegram.faults.refusals["getUpdates"] = [Refusal(401, "Unauthorized")] * 3
    place = (bot.desk.acme.id, bot.channel_id)
    await services.db.write(channels.set_state, *place, ChannelState.POLLING, None)
    services.bus.publish([Wake(TOPIC)])

    async def told() -> Any:
        return await problem_of(bot)

    problem = await eventually(told)
    assert (problem["code"], problem["params"]) == ("refused", {"words": "Unauthorized"})
    await bot.writes("тут хтось є?")

    async def forgotten() -> bool | None:
        return True if await problem_of(bot) is None else None

    assert await eventually(forgotten, at_most_s=20)


async def test_a_refused_key_is_the_channels_problem_until_a_message_goes(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    bot.telegram.faults.refusals["sendMessage"] = [Refusal(401, "Unauthorized")]

    first = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "1"})
    await bot.delivered(first.json["id"], chat_id)
    problem = await problem_of(bot)
    second = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "2"})
    await bot.delivered(second.json["id"], chat_id)

    assert (problem["code"], "Unauthorized" in problem["text"]) == ("auth", True)
    assert await problem_of(bot) is None


async def test_a_blocked_customer_is_no_problem_of_the_channel(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    bot.telegram.faults.refusals["sendMessage"] = [
        Refusal(403, "Forbidden: bot was blocked by the user")
    ]

    sent = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "1"})
    await bot.delivered(sent.json["id"], chat_id)

    assert await problem_of(bot) is None


@pytest.mark.parametrize(("language", "words"), [("uk", "тестове"), ("en", "test message")])
async def test_a_test_message_goes_the_way_of_every_message(
    bot: Bot, language: str, words: str
) -> None:
    chat_id = await bot.given_chat()
    company, kyiv = bot.desk.acme.api, bot.desk.alice.organization_id
    await company.put("/api/company/organization", {"id": kyiv, "language": language})

    reply = await company.post(f"/api/channel/{bot.channel_id}/test", {"chatId": chat_id})

    assert (reply.status, reply.json["author"], reply.json["operator"]) == (200, 0, None)
    assert (await bot.delivered(reply.json["id"], chat_id))["status"] == 1
    assert words in bot.telegram.sent("sendMessage")[-1].body["text"]
    assert words in (await bot.messages(chat_id))[-1]["message"]
    [entry] = await entries(bot.desk, "channel.tested")
    assert (entry.subject_id, entry.details["chat"]) == (bot.channel_id, chat_id)


async def test_a_test_message_goes_only_to_the_channels_own_chats(bot: Bot) -> None:
    desk, api = bot.desk, bot.desk.acme.api
    path = f"/api/channel/{bot.channel_id}/test"
    async with (
        connected_bot(desk, token="2000:another-bot-of-them") as other,
        connected_bot(desk, desk.rival, token="3000:a-strangers-bot") as far,
    ):
        await other.writes("туди")
        await far.writes("чуже")
        [elsewhere] = await other.chats()
        [foreign] = (await desk.rival.api.get("/api/chat/chats")).json["items"]

        wrong = await api.post(path, {"chatId": elsewhere["id"]})
        unknown = await api.post(path, {"chatId": foreign["id"]})
        missing = await api.post(path, {})

    assert (wrong.status, list(wrong.json["errors"])) == (400, ["chatId"])
    assert (unknown.status, unknown.json["title"]) == (404, "No such chat")
    assert (missing.status, list(missing.json["errors"])) == (400, ["chatId"])
    assert await entries(desk, "channel.tested") == []


async def test_a_channel_that_is_off_tests_nothing(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await bot.desk.acme.api.put(f"/api/channel/{bot.channel_id}", {"isEnabled": False})

    path = f"/api/channel/{bot.channel_id}/test"
    assert (await bot.desk.acme.api.post(path, {"chatId": chat_id})).status == 409


@pytest.mark.parametrize("few", [1_000, 5])
async def test_the_newest_chats_of_the_channel_are_offered(
    bot: Bot, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a channel that is read whole, and of one with more chats than that."""
    monkeypatch.setattr(listing, "FEW_CHATS", few)
    path = f"/api/channel/{bot.channel_id}/recent"
    async with connected_bot(bot.desk, token="2000:another-bot-of-them") as other:
        await other.writes("не сюди")
        for number in range(22):
            await bot.writes("привіт", Customer(1000 + number, f"Клієнт {number}"))
        await bot.writes("знову", Customer(1000, "Клієнт 0"))

        found = (await bot.desk.acme.api.get(path)).json

    names = [one["client"] for one in found]
    assert names == ["Клієнт 0", *(f"Клієнт {number}" for number in range(21, 2, -1))]
    assert len({one["id"] for one in found}) == 20
    assert list(found[0]) == ["id", "client", "phone", "activeAt"]


async def test_what_is_done_to_a_channel_is_written_down_without_its_secrets(bot: Bot) -> None:
    api, path = bot.desk.acme.api, f"/api/channel/{bot.channel_id}"
    renewed = bot.telegram.add_bot(token=f"{bot.token.split(':')[0]}:a-renewed-token-of-it")
    await api.put(path, {"settings": {"botToken": renewed}, "from": "Наш бот"})
    await api.put(path, {"isEnabled": False})
    await api.put(path, {"from": "Наш бот"})
    await api.put(path, {"settings": {"botToken": "999999:a-token-nobody-has"}})
    await api.delete(path)

    [connected] = await entries(bot.desk, "channel.connected")
    off, renamed = await entries(bot.desk, "channel.changed")
    [gone] = await entries(bot.desk, "channel.disconnected")

    about = {"from": "Наш бот", "source": 2}
    assert connected.details == {"from": "demo_shop_bot", "source": 2}
    assert renamed.details == {**about, "settings": "botToken", "former": "demo_shop_bot"}
    assert off.details == {**about, "isEnabled": False}
    assert gone.details == about
    assert {one.subject_id for one in (connected, off, renamed, gone)} == {bot.channel_id}
    told = str([connected, off, renamed, gone])
    assert renewed not in told
    assert bot.token not in told


async def test_a_refused_channel_leaves_no_entry(bot: Bot) -> None:
    reply = await bot.desk.acme.api.post(
        "/api/channel",
        {
            "organizationId": bot.desk.acme.organizations[0],
            "source": 2,
            "settings": {"botToken": "999:nobody-has-this", "apiBaseUrl": bot.api_base_url},
        },
    )

    assert reply.status == 400
    assert len(await entries(bot.desk, "channel.connected")) == 1
    assert TARAS.first_name not in str(await entries(bot.desk, "channel.connected"))
