"""Messages captured from the real Instagram, as the connector takes them."""

from pathlib import Path

import pytest

from opdesk.connectors.base import Deletion, Inbound, MediaType, MessageStatus, Receipt, Update
from opdesk.connectors.instagram.connector import Instagram


def read(payloads: Path, name: str) -> list[Update]:
    body = (payloads / "instagram" / f"{name}.json").read_bytes()
    return list(Instagram.parse(body, {}))


@pytest.mark.parametrize(
    ("name", "text", "person", "account"),
    [
        ("text_2024", "!h", "24286888740958239", "17841462460365475"),
        ("text_2025", "oi", "1129842642640637", "17841400538867190"),
    ],
)
def test_a_text_is_read(payloads: Path, name: str, text: str, person: str, account: str) -> None:
    [update] = read(payloads, name)

    item = update.item
    assert isinstance(item, Inbound)
    assert (item.text, item.chat_id, item.kind) == (text, person, None)
    assert (update.chat_id, update.account_id) == (person, account)
    assert update.key == item.message_id
    assert len(item.message_id) > 150


def test_an_image_is_a_photo_although_its_address_names_no_file(payloads: Path) -> None:
    [update] = read(payloads, "image_2025")

    assert isinstance(update.item, Inbound)
    file = update.item.file
    assert file is not None
    assert (file.name, file.format, file.type) == ("image.jpg", "jpg", MediaType.PHOTO)
    assert file.reference.startswith("https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1151")


def test_reading_names_a_message_and_nobody(payloads: Path) -> None:
    [update] = read(payloads, "read_no_sender_2026")

    assert isinstance(update.item, Receipt)
    assert (update.item.status, update.item.until) == (MessageStatus.READ, None)
    assert str(update.item.message_id).startswith("aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQx")
    assert (update.chat_id, update.account_id) == (None, "17841421930215757")


def test_what_was_unsent_is_a_deletion(payloads: Path) -> None:
    [update] = read(payloads, "deleted_2026")

    assert update.item == Deletion("aWdfZAG1faXRlbTo")
    assert update.chat_id == "985206161205789"


def test_mentions_in_comments_are_nothing_for_us(payloads: Path) -> None:
    assert read(payloads, "mention_changes_2025") == []
