"""A desk and a simulated Viber: what a customer and an operator see of each other."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from opdesk.connectors.viberbot.connector import EVENT_TYPES
from opdesk.connectors.viberbot.sending import MAX_PICTURE_BYTES
from opdesk.media.model import MediaType
from opdesk.simulators.base import Person
from opdesk.simulators.viberbot import ViberBotPlatform, status_reply
from tests.desk import Desk, eventually
from tests.servers import serving
from tests.viber import JPEG, Line, connected

Viber = Line[ViberBotPlatform]
OLENA = Person("01234567890A/bc+D==", "Олена")


def media_of(name: str, kind: MediaType, content: bytes) -> dict[str, Any]:
    ending = name.rpartition(".")[2]
    data = b64encode(content).decode()
    return {"name": name, "format": ending, "type": int(kind), "dataBase64": data}


async def test_a_text_comes_and_its_answer_arrives(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA, "Чи є доставка?")

    message = await viber.answers(chat_id, textMessage="Так, завтра")

    [chat] = await viber.chats()
    assert (chat["client"]["name"], chat["client"]["phone"]) == ("Олена", None)
    theirs, ours = viber.platform.phones[OLENA.id]
    assert (theirs.text, ours.text, ours.is_theirs) == ("Чи є доставка?", "Так, завтра", False)
    assert message["status"] == 1
    [call] = viber.platform.sent("send_message")
    assert call.body["sender"] == {"name": "Demo Shop"}
    assert call.body["tracking_data"] == str(message["id"])


async def test_the_senders_name_and_picture_are_the_channels(desk: Desk) -> None:
    more = {"senderName": "Магазин", "senderAvatar": "https://shop.example/a.jpg"}
    async with connected(desk, ViberBotPlatform(), more) as viber:
        await viber.answers(await viber.given_chat(OLENA), textMessage="?")

        [call] = viber.platform.sent("send_message")

    assert call.body["sender"] == {"name": "Магазин", "avatar": "https://shop.example/a.jpg"}


async def test_a_channel_is_named_after_its_bot_and_asks_for_every_event(viber: Viber) -> None:
    [channel] = (await viber.desk.acme.api.get("/api/channel")).json

    assert (channel["from"], channel["state"]) == ("demoshop", "webhook")
    assert channel["settings"]["accountName"] == "Demo Shop"
    assert channel["settings"]["authToken"] == "***"
    assert viber.platform.webhook.url == channel["webhookUrl"]
    assert viber.platform.webhook.event_types == ["message", *EVENT_TYPES]


async def test_each_captured_callback_is_stored_at_most_once(viber: Viber, payloads: Path) -> None:
    names = sorted((payloads / "viberbot").glob("*.json"))
    bodies = [path.read_bytes() for path in names if path.stem != "signature_vector"]
    for _ in range(2):
        for body in bodies:
            signed = viber.platform.signed(json.loads(body))
            await viber.platform.post(viber.platform.webhook.url, *signed)

    [chat] = await viber.chats()
    [message] = await viber.messages(chat["id"])
    assert (chat["client"]["name"], message["message"]) == ("Тест", "🙄")
    assert len(bodies) == 6
    assert await viber.check() == []


async def test_an_unsigned_callback_is_refused(viber: Viber) -> None:
    body, headers = viber.platform.signed({"event": "message"})
    path = "/" + viber.platform.webhook.url.split("/", 3)[3]

    for given in ({}, {"X-Viber-Content-Signature": headers["X-Viber-Content-Signature"][:-1]}):
        reply = await viber.desk.anyone.post(path, content=body, headers=given)
        assert reply.status == 401

    assert (await viber.desk.anyone.post(path, content=body, headers=headers)).status == 200


async def test_a_photo_comes_with_its_caption_and_is_fetched(viber: Viber) -> None:
    await viber.platform.sends_file(
        OLENA, MediaType.PHOTO, ("чек.jpg", "image/jpeg", JPEG), "ось чек"
    )

    async def fetched() -> dict[str, Any] | None:
        [message] = await viber.stored()
        return message if message["media"]["state"] == "ready" else None

    message = await eventually(fetched)
    assert (message["message"], message["media"]["type"]) == ("ось чек", 1)
    assert message["media"]["name"] == "чек.jpg"
    file = await viber.desk.anyone.get(message["media"]["uri"])
    assert file.status == 200


async def test_a_file_whose_address_has_ended_is_shown_as_lost(viber: Viber) -> None:
    viber.platform.files_end_at_once = True

    await viber.platform.sends_file(OLENA, MediaType.FILE, ("a.pdf", "application/pdf", b"%PDF-1"))

    async def failed() -> bool | None:
        [message] = await viber.stored()
        return message["media"]["state"] == "failed" or None

    assert await eventually(failed)


async def test_an_unknown_kind_is_one_unsupported_message(viber: Viber) -> None:
    await viber.platform.says(OLENA, {"type": "rich_media", "rich_media": {"Buttons": []}})

    [message] = await viber.stored()
    assert message["isUnsupported"]


@pytest.mark.parametrize(
    ("name", "kind", "content", "shown"),
    [
        ("фото.jpg", MediaType.PHOTO, JPEG, MediaType.PHOTO),
        ("велике.jpg", MediaType.PHOTO, JPEG + bytes(MAX_PICTURE_BYTES), MediaType.FILE),
        ("фото.webp", MediaType.PHOTO, b"RIFF\x00\x00\x00\x00WEBPVP8 ", MediaType.FILE),
        ("кліп.mp4", MediaType.VIDEO, b"\x00\x00\x00\x18ftypmp42", MediaType.VIDEO),
        ("кліп.mov", MediaType.VIDEO, b"\x00\x00\x00\x14ftypqt  ", MediaType.FILE),
        ("голос.mp3", MediaType.AUDIO, b"ID3\x04", MediaType.FILE),
        ("рахунок.pdf", MediaType.FILE, b"%PDF-1.7", MediaType.FILE),
    ],
)
async def test_each_file_arrives_as_viber_can_show_it(
    viber: Viber, name: str, kind: MediaType, content: bytes, shown: MediaType
) -> None:
    chat_id = await viber.given_chat(OLENA)

    message = await viber.answers(chat_id, textMessage="", media=media_of(name, kind, content))

    assert (message["status"], message["error"]) == (1, None)
    line = viber.platform.phones[OLENA.id][-1]
    assert line.file is not None
    assert (line.kind, line.file[2]) == (shown, content)
    assert shown is not MediaType.FILE or line.file[0] == name


async def test_a_program_is_refused_before_viber_is_asked(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)

    message = await viber.answers(
        chat_id, textMessage="", media=media_of("setup.exe", MediaType.FILE, b"MZ")
    )

    assert (message["status"], message["error"]) == (2, "unsupported")
    assert viber.platform.sent("send_message") == []


REFUSALS = [
    (1, "bad_request"),
    (2, "auth"),
    (3, "bad_request"),
    (4, "bad_request"),
    (5, "recipient_unknown"),
    (6, "blocked"),
    (7, "auth"),
    (8, "auth"),
    (9, "auth"),
    (10, "auth"),
    (11, "unsupported"),
    (13, "bad_request"),
    (14, "bad_request"),
    (15, "auth"),
    *[(status, "rejected") for status in range(16, 25)],
]


async def test_each_refusal_has_its_own_reason_and_is_final(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)
    told = []
    for status, _ in REFUSALS:
        viber.platform.faults.refusals["send_message"] = [status_reply(status)]
        message = await viber.answers(chat_id, textMessage="?")
        told.append((status, message["error"]))
        assert message["status"] == 2

    assert told == REFUSALS
    assert len(viber.platform.sent("send_message")) == len(REFUSALS)


async def test_whoever_unsubscribed_is_not_written_to_until_they_write_again(
    viber: Viber,
) -> None:
    chat_id = await viber.given_chat(OLENA)
    await viber.platform.unsubscribes(OLENA)
    refused = await viber.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "?"})
    assert (refused.status, refused.json["reason"]) == (409, "blocked")

    await viber.platform.writes(OLENA, "Я знову тут")

    assert (await viber.answers(chat_id, textMessage="Вітаємо"))["status"] == 1


async def test_what_was_read_and_what_failed_is_seen_in_the_panel(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)
    await viber.answers(chat_id, textMessage="перше")
    await viber.platform.sees(OLENA)
    await viber.answers(chat_id, textMessage="друге")

    await viber.platform.fails(OLENA, viber.platform.phones[OLENA.id][-1], "no such device")

    _, read, failed = await viber.messages(chat_id)
    assert (read["message"], read["status"]) == ("перше", 3)
    assert (failed["message"], failed["status"], failed["error"]) == ("друге", 2, "rejected")


async def test_places_and_contacts_are_shown_as_what_they_are(viber: Viber) -> None:
    await viber.platform.sends_place(OLENA, 50.45, 30.52)
    await viber.platform.sends_contact(OLENA, "Іван", "+380501112233")
    await viber.platform.sends_link(OLENA, "https://shop.example/a")

    place, card, link = await viber.stored()
    assert [one["isUnsupported"] for one in (place, card, link)] == [False] * 3
    assert (place["media"]["type"], card["media"]["type"], link["media"]) == (5, 6, None)
    assert "50.45" in place["media"]["uri"]
    assert card["media"]["name"] == "Іван"
    assert link["message"] == "https://shop.example/a"


async def test_a_text_beside_a_file_goes_behind_it(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)
    photo = media_of("фото.jpg", MediaType.PHOTO, JPEG)

    await viber.answers(chat_id, textMessage="ось", media=photo)

    shown = viber.platform.phones[OLENA.id][1:]
    assert [(line.kind, line.text) for line in shown] == [(MediaType.PHOTO, ""), (None, "ось")]


async def test_a_lost_answer_is_uncertain_and_never_sent_again(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)
    viber.platform.faults.lost.add("send_message")

    message = await viber.answers(chat_id, textMessage="?")

    assert (message["status"], message["error"]) == (0, "uncertain")
    assert len(viber.platform.sent("send_message")) == 1


async def test_the_check_says_what_is_wrong(viber: Viber) -> None:
    assert await viber.check() == []
    ours = viber.platform.webhook

    ours.event_types.remove("seen")
    [missing] = await viber.check()
    viber.platform.webhook = type(ours)("https://other.example/hook")
    [foreign] = await viber.check()
    viber.platform.faults.refusals["get_account_info"] = [
        status_reply(2),
        status_reply(9, "suspended"),
        status_reply(99, "nobody knows"),
    ]
    [token], [suspended], [other] = [await viber.check() for _ in range(3)]
    viber.platform.faults.is_down = True
    [silent] = await viber.check()

    assert missing.startswith("Viber does not tell us of: seen.")
    assert foreign.startswith("Viber has another webhook than ours")
    assert token.startswith("Viber does not accept the bot's token: invalidAuthToken.")
    assert suspended.startswith("Viber has blocked or suspended the bot: suspended.")
    assert other.startswith("Viber refused: nobody knows.")
    assert silent.startswith("Viber does not answer.")


async def test_without_an_https_address_the_channel_sends_only_and_says_why(desk: Desk) -> None:
    """A platform on this machine gets a webhook in any case: "127.1" looks like another."""
    platform = ViberBotPlatform()
    async with serving(platform) as url:
        settings = platform.settings(url.replace("127.0.0.1", "127.1"))
        new = {"organizationId": desk.acme.organizations[0], "source": 1, "settings": settings}
        made = await desk.acme.api.post("/api/channel", new)
        line = Line(desk, platform, made.json["id"], url)
        told = await line.check()

    assert (made.status, made.json["state"], platform.webhook.url) == (200, "failed", "")
    [why] = told
    assert why.startswith("The platform sends messages to an https address only")


async def test_a_wrong_token_is_refused_when_it_is_saved(desk: Desk) -> None:
    platform = ViberBotPlatform()
    async with serving(platform) as url:
        settings = {**platform.settings(url), "authToken": "x" * 20}
        new = {"organizationId": desk.acme.organizations[0], "source": 1, "settings": settings}
        reply = await desk.acme.api.post("/api/channel", new)

    assert reply.status == 400
    assert "invalidAuthToken" in reply.text
    assert platform.webhook.url == ""


async def test_a_channel_that_is_deleted_gives_its_webhook_back(viber: Viber) -> None:
    await viber.desk.acme.api.delete(f"/api/channel/{viber.channel_id}")

    assert viber.platform.webhook.url == ""
