"""What becomes of a send and of a customer's file when things go wrong."""

from base64 import b64encode
from typing import Any

import pytest

from opdesk.connectors.delivery import GIVE_UP_MS, MAX_FETCHES
from opdesk.kit.clock import SECOND_MS
from opdesk.simulators.telegram import Customer, Refusal, TelegramPlatform
from tests.desk import eventually
from tests.fakes import MovableClock
from tests.telegram import JPEG, TARAS, Bot

REFUSALS = [
    (Refusal(400, "Bad Request: chat not found"), "recipient_unknown"),
    (Refusal(401, "Unauthorized"), "auth"),
    (Refusal(403, "Forbidden: bot can't initiate conversation with a user"), "blocked"),
    (Refusal(403, "Forbidden: something else"), "rejected"),
    (Refusal(413, "Request Entity Too Large"), "too_large"),
    (Refusal(400, "Bad Request: can't parse entities"), "bad_request"),
]


async def send(bot: Bot, chat_id: int, **body: Any) -> int:
    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", body)
    assert reply.status == 200, reply.text
    found: int = reply.json["id"]
    return found


@pytest.mark.parametrize(("refusal", "error"), REFUSALS)
async def test_each_refusal_has_its_own_reason_and_is_final(
    bot: Bot, refusal: Refusal, error: str
) -> None:
    chat_id = await bot.given_chat()
    bot.telegram.faults.refusals["sendMessage"] = [refusal]

    message = await bot.delivered(await send(bot, chat_id, textMessage="?"), chat_id)

    assert (message["status"], message["error"]) == (2, error)
    assert len(bot.telegram.sent("sendMessage")) == 1


async def test_a_group_that_moved_is_followed(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    moved = Refusal(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100500})
    bot.telegram.faults.refusals["sendMessage"] = [moved]

    message = await bot.delivered(await send(bot, chat_id, textMessage="?"), chat_id)

    assert message["status"] == 1
    sent = [call.body["chat_id"] for call in bot.telegram.sent("sendMessage")]
    assert sent == [TARAS.id, -100500]


async def test_a_send_is_tried_again_for_a_day_and_then_rejected(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    down = Refusal(502, "Bad Gateway")
    bot.telegram.faults.refusals["sendMessage"] = [down] * 3

    message_id = await send(bot, chat_id, textMessage="?")

    async def tried() -> bool | None:
        return len(bot.telegram.sent("sendMessage")) >= 1 or None

    await eventually(tried)
    assert (await bot.messages(chat_id))[-1]["status"] == 0
    bot.desk.clock.move(seconds=GIVE_UP_MS / SECOND_MS)
    message = await bot.delivered(message_id, chat_id)
    assert (message["status"], message["error"]) == (2, "transient")


@pytest.mark.parametrize(
    ("kind", "method"), [(0, "sendDocument"), (2, "sendVideo"), (3, "sendAudio")]
)
async def test_each_kind_of_file_goes_out_as_what_it_is(bot: Bot, kind: int, method: str) -> None:
    chat_id = await bot.given_chat()
    media = {"name": "a.bin", "format": "bin", "type": kind, "dataBase64": b64encode(b"x").decode()}

    message = await bot.delivered(await send(bot, chat_id, textMessage="ось", media=media), chat_id)

    assert message["status"] == 1
    [call] = bot.telegram.sent(method)
    assert next(iter(call.files.values())) == ("a.bin", b"x")


async def test_a_message_of_a_channel_that_is_gone_is_rejected(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    bot.telegram.faults.refusals["sendMessage"] = [Refusal(429, "Too Many", {"retry_after": 1})]
    message_id = await send(bot, chat_id, textMessage="?")
    await bot.desk.acme.api.delete(f"/api/channel/{bot.channel_id}")

    message = await bot.delivered(message_id, chat_id)

    assert (message["status"], message["error"]) == (2, "disconnected")


async def test_what_a_channel_cannot_take_is_400_and_named(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    media = {"name": "a.jpg", "format": "jpg", "type": 1, "dataBase64": b64encode(JPEG).decode()}
    path = f"/api/chat/{chat_id}/message"

    long_caption = await bot.desk.alice.api.post(path, {"textMessage": "x" * 1025, "media": media})
    large = b64encode(JPEG + bytes(10 * 1024 * 1024)).decode()
    large_photo = await bot.desk.alice.api.post(path, {"media": {**media, "dataBase64": large}})

    assert (long_caption.status, list(long_caption.json["errors"])) == (400, ["textMessage"])
    assert (large_photo.status, list(large_photo.json["errors"])) == (400, ["media"])
    assert len(await bot.messages(chat_id)) == 1


async def photo_state(bot: Bot) -> str | None:
    """The state of the only photo once it is no longer loading."""
    [chat] = await bot.chats()
    media = (await bot.messages(chat["id"]))[-1]["media"]
    return None if media["state"] == "loading" else str(media["state"])


async def test_a_photo_is_fetched_again_when_the_platform_stumbles(bot: Bot) -> None:
    bot.telegram.faults.refusals["getFile"] = [Refusal(500, "Internal Server Error")]

    await bot.telegram.sends_photo(bot.token, TARAS, JPEG)

    assert await eventually(lambda: photo_state(bot)) == "ready"
    assert len(bot.telegram.sent("getFile")) == 2


@pytest.mark.parametrize(
    "refusal",
    [Refusal(400, "Bad Request: file is too big"), Refusal(400, "Bad Request: wrong file_id")],
)
async def test_a_photo_that_will_never_come_is_shown_as_failed(bot: Bot, refusal: Refusal) -> None:
    bot.telegram.faults.refusals["getFile"] = [refusal]

    await bot.telegram.sends_photo(bot.token, TARAS, JPEG)

    assert await eventually(lambda: photo_state(bot)) == "failed"
    assert len(bot.telegram.sent("getFile")) == 1


async def test_a_photo_of_a_channel_that_is_gone_is_failed(bot: Bot) -> None:
    bot.telegram.faults.refusals["getFile"] = [Refusal(500, "Internal Server Error")] * MAX_FETCHES
    await bot.telegram.sends_photo(bot.token, TARAS, JPEG)
    await bot.desk.acme.api.delete(f"/api/channel/{bot.channel_id}")

    assert await eventually(lambda: photo_state(bot)) == "failed"


async def test_what_cannot_be_read_is_kept_acknowledged_and_stops_nobody(bot: Bot) -> None:
    hook = bot.telegram.hooks[bot.token]
    headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret_token"]}
    path = "/" + hook["url"].split("/", 3)[3]
    for body in (b"nonsense", b"{}", b'{"update_id": "x"}', b"[" * 100_000, b"\xff\xfe"):
        reply = await bot.desk.anyone.post(path, content=body, headers=headers)
        assert reply.status == 200, body[:20]

    rows = await bot.desk.services.db.read(
        lambda tx: tx._driver.fetch("SELECT state, error, body FROM inbox ORDER BY id", {})
    )
    assert [row[0] for row in rows] == ["unparsed"] * 5
    assert bytes(rows[0][2]) == b"nonsense"
    assert all(row[1] for row in rows)
    await bot.writes("а це читається")
    assert len(await bot.chats()) == 1


async def test_a_webhook_has_at_most_three_mebibytes(bot: Bot) -> None:
    hook = bot.telegram.hooks[bot.token]
    headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret_token"]}
    path = "/" + hook["url"].split("/", 3)[3]

    reply = await bot.desk.anyone.post(path, content=bytes(3 * 1024 * 1024 + 1), headers=headers)

    assert reply.status == 413
    assert (await bot.desk.anyone.get(path)).status == 403


async def test_duplicates_and_edits_of_unknown_messages_change_nothing(bot: Bot) -> None:
    update = await bot.writes("раз")
    for _ in range(3):
        assert await bot.telegram.post_update(bot.token, update) == 1
    edited = strangers({**update["message"], "message_id": 999, "edit_date": 1_700_000_001})
    again = {"update_id": update["update_id"] + 1000, "edited_message": edited}
    assert await bot.telegram.post_update(bot.token, again) == 1

    [chat] = await bot.chats()
    assert [one["message"] for one in await bot.messages(chat["id"])] == ["раз"]
    assert chat["countUnread"] == 1


async def test_an_edit_may_come_before_the_first_message_of_its_chat(bot: Bot) -> None:
    update = await bot.writes("раз")
    [chat] = await bot.chats()
    first = strangers({**update["message"], "message_id": 999})
    edited = {**first, "text": "виправлено", "edit_date": 1_700_000_001}
    number = update["update_id"] + 1000
    later = {"update_id": number + 1, "edited_message": edited}
    assert await bot.telegram.post_update(bot.token, later) == 1
    assert len(await bot.chats()) == 1, "an edit begins no chat"

    assert await bot.telegram.post_update(bot.token, {"update_id": number, "message": first}) == 1

    [theirs] = [one for one in await bot.chats() if one["id"] != chat["id"]]
    [message] = await bot.messages(theirs["id"])
    assert (message["message"], message["isEdited"]) == ("виправлено", True)


def strangers(message: dict[str, Any]) -> dict[str, Any]:
    """A message as somebody's whom the bot does not know."""
    stranger = Customer(5, "Хтось")
    return {**message, "chat": stranger.as_chat(), "from": stranger.as_user(), "text": "інше"}


async def test_a_platform_that_repeats_an_id_does_not_make_a_sent_message_look_unsent(
    bot: Bot,
) -> None:
    chat_id = await bot.given_chat()
    bot.telegram._last_message -= 1

    message = await bot.delivered(await send(bot, chat_id, textMessage="раз"), chat_id)
    later = await bot.delivered(await send(bot, chat_id, textMessage="два"), chat_id)

    assert (message["status"], message["error"], later["status"]) == (1, None, 1)
    assert [call.body["text"] for call in bot.telegram.sent("sendMessage")] == ["раз", "два"]


async def test_the_simulated_platform_repeats_no_id_after_a_restart(clock: MovableClock) -> None:
    customer = Customer(5, "Хтось")
    before = TelegramPlatform(clock)
    sent = await before.writes_to(before.add_bot(), customer, "перед")
    clock.move(seconds=30)

    after = TelegramPlatform(clock)
    update = await after.writes_to(after.add_bot(), customer, "після")

    assert update["update_id"] > sent["update_id"]
    assert update["message"]["message_id"] > sent["message"]["message_id"]
