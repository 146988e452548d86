"""Messages captured from the real Messenger, as the connector and the desk take them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from opdesk.connectors.base import Inbound, MediaType, MessageStatus, Place, Receipt, Update
from opdesk.connectors.facebook.connector import Facebook
from opdesk.simulators.facebook import FacebookPage
from tests.desk import Desk
from tests.meta import Linked, linked


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[Linked]:
    async with linked(desk, FacebookPage(desk.clock)) as connected:
        yield connected


def only(payloads: Path, name: str) -> Update:
    [update] = Facebook.parse((payloads / "facebook" / f"{name}.json").read_bytes(), {})
    return update


def message(payloads: Path, name: str) -> Inbound:
    item = only(payloads, name).item
    assert isinstance(item, Inbound)
    return item


@pytest.mark.parametrize(
    ("name", "text", "person", "account"),
    [
        ("text_2020", "jaja", "3056506177784504", "106501624567068"),
        ("text_nlp_2022", "Hello", "7623554920995436", "102208592487070"),
        ("text_2024", "不", "24266381753005180", "206070979425408"),
    ],
)
def test_a_text_is_read(payloads: Path, name: str, text: str, person: str, account: str) -> None:
    update = only(payloads, name)

    item = update.item
    assert isinstance(item, Inbound)
    assert (item.text, item.kind, item.chat_id, item.sender_id) == (text, None, person, person)
    assert (update.chat_id, update.account_id) == (person, account)
    assert update.key == item.message_id
    assert item.message_id.startswith("m_")


def test_a_text_has_its_time_to_the_millisecond(payloads: Path) -> None:
    item = message(payloads, "text_2024")

    assert item.sent_at == 1_707_212_089_992
    assert item.rank == 992 * 4


def test_an_image_is_a_photo_with_its_address(payloads: Path) -> None:
    file = message(payloads, "image_2017").file

    assert file is not None
    assert file.reference.startswith("https://scontent.xx.fbcdn.net/v/t34.0-12/16216329_")
    assert (file.type, file.format) == (MediaType.PHOTO, "gif")


def test_a_link_is_told_once_with_its_title(payloads: Path) -> None:
    text = message(payloads, "link_fallback_2017").text

    assert text == "http://www.broid.ai/\nbroidhq.github.io by broidHQ"


def test_a_location_is_a_place(payloads: Path) -> None:
    place = message(payloads, "location_2017").place

    assert place == Place(45.531449166167, -93.555047062628, "My Place")


def test_a_button_without_a_title_is_its_payload(payloads: Path) -> None:
    item = message(payloads, "postback_2017")

    assert item.text == "DEVELOPER_DEFINED_PAYLOAD_FOR_PICKING_GREEN"
    assert item.message_id == "postback:1396353687096793:1485139150858"


def test_reading_is_told_until_a_time(payloads: Path) -> None:
    update = only(payloads, "read_watermark_2022")

    assert update.item == Receipt(status=MessageStatus.READ, until=1_648_988_310_967)
    assert update.chat_id == "3841933512543296"


def bodies_for(payloads: Path, account_id: str) -> list[bytes]:
    """Every captured call, as if it were this account's."""
    found = []
    for path in sorted((payloads / "facebook").glob("*.json")):
        body: dict[str, Any] = json.loads(path.read_bytes())
        for entry in body["entry"]:
            was, entry["id"] = entry["id"], account_id
            for event in entry["messaging"]:
                assert event["recipient"]["id"] == was
                event["recipient"]["id"] = account_id
        found.append(json.dumps(body, ensure_ascii=False).encode())
    return found


async def test_every_captured_message_is_shown_once_however_often_it_comes(
    page: Linked, payloads: Path
) -> None:
    bodies = bodies_for(payloads, page.meta.account_id)
    for body in [*bodies, *reversed(bodies)]:
        assert await page.posts(body) == 200

    stored = [one for chat in await page.chats() for one in await page.messages(chat["id"])]
    assert len(stored) == len(bodies) - 1  # a read mark is no message
    texts = {one["message"] for one in stored}
    assert {"jaja", "Hello", "不"} <= texts
    assert any("broid.ai" in text for text in texts)
    media = sorted(one["media"]["format"] for one in stored if one["media"])
    assert media == ["geo", "gif"]
