"""What a customer's message of each kind says."""

from typing import Any

import pytest

from opdesk.connectors.base import Card, FileReference, Inbound, MediaType, Place
from opdesk.connectors.whatsapp.connector import WhatsApp
from tests.connectors.whatsapp.bodies import message, of, only


def said(kind: str, content: Any = None, **more: Any) -> Inbound:
    item = only(of(message(kind, content, **more))).item
    assert isinstance(item, Inbound)
    return item


@pytest.mark.parametrize(
    ("kind", "content", "file"),
    [
        (
            "image",
            {"id": "5", "mime_type": "image/png"},
            FileReference("5", "photo-5.png", "png", MediaType.PHOTO),
        ),
        (
            "video",
            {"id": "5", "mime_type": "video/3gpp"},
            FileReference("5", "video-5.3gp", "3gp", MediaType.VIDEO),
        ),
        (
            "audio",
            {"id": "5", "mime_type": "audio/mpeg", "voice": False},
            FileReference("5", "audio-5.mp3", "mp3", MediaType.AUDIO),
        ),
        (
            "document",
            {"id": "5", "mime_type": "application/pdf", "filename": "Рахунок.PDF"},
            FileReference("5", "Рахунок.PDF", "pdf", MediaType.FILE),
        ),
        ("document", {"id": "5"}, FileReference("5", "file-5.bin", "bin", MediaType.FILE)),
        (
            "sticker",
            {"id": "5", "mime_type": "image/webp", "animated": True},
            FileReference("5", "sticker-5.webp", "webp", MediaType.STICKER),
        ),
    ],
)
def test_each_medium_is_a_file_with_its_caption(
    kind: str, content: dict[str, Any], file: FileReference
) -> None:
    item = said(kind, {**content, "caption": "ось"})

    assert (item.file, item.text, item.kind) == (file, "ось", None)


def test_a_place_has_its_name_and_address() -> None:
    where = {"latitude": 50.45, "longitude": "30.52", "name": "Майдан", "address": "Київ"}

    assert said("location", where).place == Place(50.45, 30.52, "Майдан", "Київ")
    assert said("location", {"latitude": 1, "longitude": 2}).place == Place(1.0, 2.0)


def test_several_contacts_are_several_messages_that_can_be_read_again() -> None:
    people = [
        {"name": {"formatted_name": "Олена"}, "phones": [{"phone": "+380 67 111-22-33"}]},
        {"name": {"first_name": "Іван", "last_name": "Ко"}, "phones": [{"wa_id": "380671112234"}]},
        {"phones": [{"phone": "103"}]},
    ]

    found = WhatsApp.parse(of(message("contacts", people)), {})

    cards = [one.item.card for one in found if isinstance(one.item, Inbound)]
    assert cards == [
        Card("Олена", ("+380 67 111-22-33",)),
        Card("Іван Ко", ("380671112234",)),
        Card("103", ("103",)),
    ]
    assert [one.key for one in found] == ["wamid.A", "wamid.A#2", "wamid.A#3"]
    for one in found:
        assert one.raw is not None
        again = only(one.raw)
        assert (again.item, again.key) == (one.item, one.key)


def test_a_contact_given_on_request_hints_at_the_customers_phone() -> None:
    shared = [{"phones": [{"phone": "+380671112233"}]}]

    asked = said("contacts", shared, origin="contact_request/other")

    assert asked.phone_hint == "+380671112233"
    assert said("contacts", shared).phone_hint is None


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("button", {"payload": "yes", "text": "Так"}, "Так"),
        ("button", {"payload": "yes"}, "yes"),
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "1", "title": "Так"}},
            "Так",
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"title": "Доставка", "description": "на завтра"}},
            "Доставка\nна завтра",
        ),
        (
            "interactive",
            {
                "type": "nfm_reply",
                "nfm_reply": {
                    "body": "Sent",
                    "response_json": '{"flow_token":"x","size":"M","count":2}',
                },
            },
            "Sent\nsize: M\ncount: 2",
        ),
        (
            "order",
            {
                "text": "прошу",
                "product_items": [
                    {
                        "product_retailer_id": "SODA",
                        "quantity": 2,
                        "item_price": 35.5,
                        "currency": "UAH",
                    },
                    {"product_retailer_id": "TEA"},
                ],
            },
            "прошу\n2 × SODA, 35.5 UAH\n1 × TEA",
        ),
    ],
)
def test_what_a_customer_chose_is_text(kind: str, content: Any, text: str) -> None:
    item = said(kind, content)

    assert (item.text, item.kind) == (text, None)


def test_who_comes_from_an_advertisement_shows_it() -> None:
    referral = {"source_url": "https://fb.me/ad", "headline": "Знижка", "ctwa_clid": "x"}

    item = said("text", {"body": "Хочу"}, referral=referral)

    assert item.text == "Хочу\n\nЗнижка\nhttps://fb.me/ad"


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (message("unsupported", errors=[{"code": 131051}]), "unsupported"),
        (message("unsupported", {"type": "poll_creation"}), "poll_creation"),
        (message("hologram", {"depth": 3}), "hologram"),
        (message("interactive"), "interactive"),
        (message("image", {"sha256": "x"}), "image"),
        (message("reaction"), "reaction"),
        (message(""), "unsupported"),
    ],
)
def test_what_we_cannot_show_is_named(one: dict[str, Any], kind: str) -> None:
    item = only(of(one)).item

    assert isinstance(item, Inbound)
    assert (item.kind, item.text, item.file) == (kind, "", None)
