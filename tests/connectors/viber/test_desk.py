"""A desk and a simulated SMSBAT: what a customer and an operator see of each other."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from opdesk.connectors.delivery import FIRST_RECEIPT_S
from opdesk.media.model import MediaType
from opdesk.simulators.base import Person
from opdesk.simulators.viber import ViberPlatform, error_reply
from tests.desk import Desk, eventually
from tests.servers import serving
from tests.viber import JPEG, Line

Viber = Line[ViberPlatform]
OLENA = Person("380936670003", "Олена")


async def test_a_text_comes_and_its_answer_arrives(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA, "Чи є доставка?")

    message = await viber.answers(chat_id, textMessage="Так, завтра")

    [chat] = await viber.chats()
    assert chat["client"]["phone"] == "+380936670003"
    theirs, ours = viber.platform.phones[OLENA.id]
    assert (theirs.text, ours.text, ours.is_theirs) == ("Чи є доставка?", "Так, завтра", False)
    assert message["status"] == 1
    [call] = viber.platform.sent("bat/messagelist")
    assert call.body["messages"][0]["customerMessageId"] == str(message["id"])


async def test_the_address_ends_with_a_secret_and_nobody_else_is_believed(viber: Viber) -> None:
    address = "/" + viber.platform.inbound_url.split("/", 3)[3]
    body = {
        "idUuid": "1",
        "alphaName": "MyBrand",
        "phoneNumber": OLENA.id,
        "text": "?",
        "dt": "2025-01-20T14:30:00Z",
    }
    stem, _, secret = address.rpartition("/")

    for path in (stem, f"{stem}/", f"{stem}/{secret[:-1]}", f"{address}/more"):
        assert (await viber.desk.anyone.post(path, body)).status == 401

    assert await viber.stored() == []
    for _ in range(2):
        assert (await viber.desk.anyone.post(address, body)).status == 200
    assert len(await viber.stored()) == 1
    assert len(secret) >= 32


async def test_each_documented_call_is_stored_at_most_once(viber: Viber, payloads: Path) -> None:
    viber.platform.alpha_name = "MyBrand"
    names = ("incoming_callback_doc_example", "status_webhook_doc_example")
    bodies = [(payloads / "viber" / f"{name}.json").read_bytes() for name in names]
    for body in bodies * 2:
        ours = body.replace(b"ViberBotName", b"mybrand")
        await viber.platform.post(viber.platform.inbound_url, ours, {})

    [message] = await viber.stored()
    assert message["message"] == "Hello, I need help with my order"
    assert await viber.check() == []


async def test_a_message_for_another_alpha_name_is_not_shown(viber: Viber) -> None:
    viber.platform.alpha_name = "Other"

    await viber.platform.writes(OLENA, "?")

    assert await viber.stored() == []
    assert await viber.check() == []


async def test_a_photo_arrives_and_what_viber_cannot_show_is_refused(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)

    def media_of(name: str, kind: MediaType, content: bytes) -> dict[str, Any]:
        data = b64encode(content).decode()
        return {"name": name, "format": name[-3:], "type": int(kind), "dataBase64": data}

    photo = await viber.answers(
        chat_id, textMessage="", media=media_of("фото.jpg", MediaType.PHOTO, JPEG)
    )
    bill = await viber.answers(
        chat_id, textMessage="", media=media_of("рахунок.pdf", MediaType.FILE, b"%PDF-1.7")
    )
    refused = await viber.answers(
        chat_id, textMessage="", media=media_of("архів.zip", MediaType.FILE, b"PK")
    )

    assert [one["status"] for one in (photo, bill, refused)] == [1, 1, 2]
    assert refused["error"] == "unsupported"
    shown = [line.file for line in viber.platform.phones[OLENA.id] if line.file]
    assert [(name, content) for name, _, content in shown] == [
        ("img.jpg", JPEG),
        ("рахунок.pdf", b"%PDF-1.7"),
    ]


async def test_delivery_is_told_by_the_webhook_also_before_it_is_asked_for(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)
    await viber.answers(chat_id, textMessage="?")

    await viber.platform.sees(OLENA)

    assert (await viber.messages(chat_id))[-1]["status"] == 4
    assert viber.platform.sent("message")[1:] == []


async def test_delivery_is_asked_for_where_no_webhook_tells_it(viber: Viber) -> None:
    viber.platform.status_url = ""
    viber.platform.without_viber.add("380500000000")
    nobody = Person("380500000000", "Ніхто")
    chat_id = await viber.given_chat(OLENA)
    await viber.answers(chat_id, textMessage="?")
    await viber.platform.writes(nobody, "?")
    [other] = [one["id"] for one in await viber.chats() if one["id"] != chat_id]
    await viber.answers(other, textMessage="?")
    await viber.platform.sees(OLENA)

    viber.desk.clock.move(seconds=FIRST_RECEIPT_S + 1)

    async def told() -> list[tuple[int, str | None]] | None:
        last = [(await viber.messages(one))[-1] for one in (chat_id, other)]
        found = [(one["status"], one["error"]) for one in last]
        return found if all(status != 1 for status, _ in found) else None

    assert await eventually(told, 30) == [(4, None), (2, "rejected")]


async def test_a_refusal_has_its_reason_and_is_final(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)
    viber.platform.faults.refusals["bat/messagelist"] = [error_reply(400, "INVALID_RECIPIENT")]

    message = await viber.answers(chat_id, textMessage="?")

    assert (message["status"], message["error"]) == (2, "recipient_unknown")
    assert len(viber.platform.sent("bat/messagelist")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"apiToken": "another-token"}, "settings"),
        ({"alphaName": ""}, "settings.alphaName"),
        ({"ttl": "5"}, "settings.ttl"),
        ({"textType": "Viber Trans"}, "settings.textType"),
        ({"imageField": "picture"}, "settings.imageField"),
        ({"fileFormats": "pdf;doc"}, "settings.fileFormats"),
    ],
)
async def test_a_wrong_setting_is_named(desk: Desk, change: dict[str, str], field: str) -> None:
    platform = ViberPlatform()
    async with serving(platform) as url:
        settings = {**platform.settings(url), **change}
        new = {"organizationId": desk.acme.organizations[0], "source": 0, "settings": settings}
        reply = await desk.acme.api.post("/api/channel", new)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])
